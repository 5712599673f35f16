package store

import (
	"database/sql"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"time"

	"claimwire/edi/money"
	"claimwire/gateway"
)

// The worklists: what waits for somebody. Each is counted to a limit, so that a
// pile of any height is counted as fast.

// SumClaims counts the claims that a query picks, at most limit, and sums what is
// open of those.
func (t *Tx) SumClaims(s gateway.Scope, q gateway.ClaimQuery, limit int) (n int, open money.Amount, err error) {
	w := claimsIn(s, q)
	return t.counted(`SELECT open FROM claims`+w.text+` LIMIT `+strconv.Itoa(limit), w.args)
}

// counted counts and sums rows of one amount.
func (t *Tx) counted(rows string, args []any) (n int, sum money.Amount, err error) {
	var cents int64
	err = t.row(`SELECT COUNT(*), COALESCE(SUM(open),0) FROM (`+rows+`) AS counted`, args...).Scan(&n, &cents)
	return n, money.Amount(cents), err
}

// Quiet says since when nothing may have been heard of a claim: a time for partners
// that are not named, and one of its own for those that are.
type Quiet struct {
	Before time.Time
	Of     map[string]time.Time // by partner
}

// quietFor picks claims of a state, sent or accepted, of which nothing was heard for
// too long. The state stands in the text: the index holds these two alone, and is
// read up to the latest of the times.
func quietFor(s gateway.Scope, state gateway.State, q Quiet) *where {
	w := in(s)
	w.text += ` AND state='` + string(state) + `'`
	latest, each := q.Before, ""
	for _, partner := range slices.Sorted(maps.Keys(q.Of)) {
		at := q.Of[partner]
		if at.After(latest) {
			latest = at
		}
		w.args = append(w.args, partner, at.UnixMilli())
		each += ` WHEN partner=$` + strconv.Itoa(len(w.args)-1) + ` THEN CAST($` + strconv.Itoa(len(w.args)) + ` AS BIGINT)`
	}
	w.and(`at<`, latest.UnixMilli())
	if each != "" {
		w.args = append(w.args, q.Before.UnixMilli())
		w.text += ` AND at<CASE` + each + ` ELSE CAST($` + strconv.Itoa(len(w.args)) + ` AS BIGINT) END`
	}
	return w
}

// QuietFor lists them, the longest first.
func (t *Tx) QuietFor(s gateway.Scope, state gateway.State, q Quiet, limit int) ([]gateway.Claim, error) {
	w := quietFor(s, state, q)
	w.text += ` ORDER BY at LIMIT ` + strconv.Itoa(limit)
	return list(t, claimColumns, `claims`, w, scanClaim)
}

// SumQuiet counts them, at most limit, and sums what is open of those.
func (t *Tx) SumQuiet(s gateway.Scope, state gateway.State, q Quiet, limit int) (n int, open money.Amount, err error) {
	w := quietFor(s, state, q)
	return t.counted(`SELECT open FROM claims`+w.text+` LIMIT `+strconv.Itoa(limit), w.args)
}

// SumUnmatched counts payments whose claim is not known, at most limit, and sums
// what was paid by those.
func (t *Tx) SumUnmatched(s gateway.Scope, limit int) (n int, paid money.Amount, err error) {
	return t.counted(`SELECT paid AS open FROM payments WHERE `+byKey+` AND claim=0 LIMIT `+strconv.Itoa(limit), []any{s.Organisation, s.Usage})
}

// SumHeldRemittances counts remittance advices that are not posted, at most limit,
// and sums their amounts.
func (t *Tx) SumHeldRemittances(s gateway.Scope, limit int) (n int, amount money.Amount, err error) {
	return t.counted(`SELECT amount AS open FROM remittances WHERE organisation=$1 AND usage=$2 AND state='held' ORDER BY id LIMIT `+strconv.Itoa(limit), []any{s.Organisation, s.Usage})
}

// SumDenied counts what is denied and open, at most limit, and sums what is denied
// of those.
func (t *Tx) SumDenied(s gateway.Scope, limit int) (n int, denied money.Amount, err error) {
	return t.counted(`SELECT denied AS open FROM payments WHERE organisation=$1 AND usage=$2 AND denied<>0 AND kind<>'reversal' AND pair=0
		AND NOT EXISTS (SELECT 1 FROM denial_work WHERE payment=payments.id AND denial_work.state<>'open') LIMIT `+strconv.Itoa(limit), []any{s.Organisation, s.Usage})
}

// TasksOf lists what somebody has taken, the first day first.
func (t *Tx) TasksOf(s gateway.Scope, kind gateway.TaskKind, owner string, limit int) ([]gateway.Task, error) {
	return listOf(t, taskColumns, `tasks WHERE organisation=$1 AND usage=$2 AND kind=$3 AND owner=$4 AND owner<>'' ORDER BY CASE WHEN due='' THEN '99999999' ELSE due END, object LIMIT `+strconv.Itoa(limit),
		[]any{s.Organisation, s.Usage, string(kind), owner}, scanTask)
}

// ReasonsOf gives what the last event of a kind said of claims: their codes.
// Events pack their claims; each is read once for all of the claims.
func (t *Tx) ReasonsOf(s gateway.Scope, kind string, claims []int64) (map[int64]string, error) {
	reasons := map[int64]string{}
	if len(claims) == 0 {
		return reasons, nil
	}
	err := t.rows(`SELECT claims FROM events WHERE organisation=$1 AND usage=$2 AND last_claim>=$3 AND first_claim<=$4 AND kind=$5 ORDER BY id`, func(r *sql.Rows) error {
		var packed []byte
		if err := r.Scan(&packed); err != nil {
			return err
		}
		var changes []gateway.ClaimChange
		if err := json.Unmarshal(packed, &changes); err != nil {
			return err
		}
		for _, c := range changes {
			if slices.Contains(claims, c.Claim) {
				reasons[c.Claim] = c.Reason
			}
		}
		return nil
	}, s.Organisation, s.Usage, slices.Min(claims), slices.Max(claims), kind)
	return reasons, err
}
