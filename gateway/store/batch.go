package store

import (
	"database/sql"
	"strconv"
	"strings"
	"sync"
	"time"

	"claimwire/gateway"
)

// What comes by the thousand is written in sets: on a database over a network, a
// statement a row would be a round trip a row.

// setSize is how many rows one statement writes, or asks for.
const setSize = 500

// padded is how many values a question by a list has for n of them: a few
// lengths serve all, so that statements are the same and are prepared once.
func padded(n int) int {
	for _, size := range []int{1, 10, 100} {
		if n <= size {
			return size
		}
	}
	return setSize
}

// rowsOf writes n rows of so many parameters each: ($1,$2),($3,$4)…; casts says
// of which type a parameter is, where the database cannot tell (nil: it can).
func rowsOf(n, parameters int, casts []string) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		for k := range parameters {
			b.WriteString("(,"[min(k, 1):][:1])
			p := "$" + strconv.Itoa(i*parameters+k+1)
			if casts != nil {
				p = "CAST(" + p + " AS " + casts[k] + ")"
			}
			b.WriteString(p)
		}
		b.WriteByte(')')
	}
	return b.String()
}

// set is a statement that writes n rows; it is put together once for each n.
type set struct {
	before, after string
	parameters    int
	casts         []string
	among         string // follows with the first parameter of each row in brackets
	made          sync.Map
}

func (s *set) query(n int) string {
	if q, ok := s.made.Load(n); ok {
		return q.(string)
	}
	q := s.before + rowsOf(n, s.parameters, s.casts) + s.after
	if s.among != "" {
		first := make([]string, n)
		for i := range first {
			first[i] = "$" + strconv.Itoa(i*s.parameters+1)
		}
		q += s.among + "(" + strings.Join(first, ",") + ")"
	}
	s.made.Store(n, q)
	return q
}

var insertClaims = set{before: `INSERT INTO claims (organisation, usage, transmission, item, claim_id, trace, kind, payer, payer_name, partner, npi, tax_id, charge,
	service_from, service_to, frequency, sequence, state, at, document, findings, open, person, insured) VALUES `, parameters: 24, after: ` ON CONFLICT DO NOTHING RETURNING id, transmission, item`}

// AddClaims adds claims and gives them their ids; one whose item of its
// transmission is there already keeps the id 0.
func (t *Tx) AddClaims(list []gateway.Claim) error {
	for len(list) > 0 {
		part := list[:min(len(list), setSize)]
		list = list[len(part):]
		args := make([]any, 0, len(part)*insertClaims.parameters)
		type place struct {
			transmission int64
			item         int
		}
		at := make(map[place]*gateway.Claim, len(part))
		for i := range part {
			c := &part[i]
			c.ID = 0
			at[place{c.Transmission, c.Item}] = c
			args = append(args, c.Scope.Organisation, c.Scope.Usage, c.Transmission, c.Item, c.ClaimID, c.Trace, c.Kind, c.Payer, c.PayerName, c.Partner, c.NPI, c.TaxID,
				int64(c.Charge), c.From, c.To, c.Frequency, c.Sequence, string(c.State), c.At.UnixMilli(), pack(c.Document), c.Findings, int64(c.Money.Open), c.Person, c.Insured)
		}
		if err := t.rows(insertClaims.query(len(part)), func(r *sql.Rows) error {
			var id int64
			var p place
			err := r.Scan(&id, &p.transmission, &p.item)
			if c := at[p]; err == nil && c != nil {
				c.ID = id
			}
			return err
		}, args...); err != nil {
			return err
		}
	}
	return nil
}

// AddClaim adds a claim. When the item of the transmission is there already,
// it gives false.
func (t *Tx) AddClaim(c *gateway.Claim) (added bool, err error) {
	one := []gateway.Claim{*c}
	err = t.AddClaims(one)
	c.ID = one[0].ID
	return c.ID != 0, err
}

// services is what makes two claims bill the same.
type services struct {
	claimID, npi, payer, from, to, frequency string
	charge                                   int64
}

func servicesOf(c *gateway.Claim) services {
	return services{c.ClaimID, c.NPI, c.Payer, c.From, c.To, c.Frequency, int64(c.Charge)}
}

// SameServices finds, for each claim of a list, an earlier claim of its scope,
// not held and not rejected, that bills the same: number, provider, charge,
// days. Within the list, the one before is earlier. The list is of one scope;
// what is to be asked about is picked by ask. Where there is none, it gives 0,
// and -1 where the earlier one stands in the list itself.
func (t *Tx) SameServices(list []gateway.Claim, ask func(c *gateway.Claim) bool) ([]int64, error) {
	found := make([]int64, len(list))
	for from := 0; from < len(list); from += setSize {
		part := list[from:min(len(list), from+setSize)]
		scope := part[0].Scope
		args := []any{scope.Organisation, scope.Usage}
		n := padded(len(part))
		for i := range n {
			args = append(args, part[min(i, len(part)-1)].ClaimID)
		}
		before := map[services]int64{}
		if err := t.rows(`SELECT id, claim_id, npi, charge, service_from, service_to, payer, frequency FROM claims WHERE `+byKey+`
			AND state NOT IN ('held','rejected') AND claim_id IN (`+parameters(3, n)+`)`, func(r *sql.Rows) error {
			var id int64
			var s services
			err := r.Scan(&id, &s.claimID, &s.npi, &s.charge, &s.from, &s.to, &s.payer, &s.frequency)
			if was, ok := before[s]; !ok || id < was {
				before[s] = id
			}
			return err
		}, args...); err != nil {
			return nil, err
		}
		for i := range part {
			if ask(&part[i]) {
				found[from+i] = before[servicesOf(&part[i])]
			}
		}
	}
	seen := map[services]bool{}
	for i := range list {
		if !ask(&list[i]) || found[i] != 0 {
			continue
		}
		s := servicesOf(&list[i])
		if seen[s] {
			found[i] = -1
		}
		seen[s] = true
	}
	return found, nil
}

// PutInto notes in which interchange and set claims of a scope are.
func (t *Tx) PutInto(s gateway.Scope, interchange int64, set string, ids []int64) error {
	for len(ids) > 0 {
		part := ids[:min(len(ids), setSize)]
		ids = ids[len(part):]
		text := make([]string, len(part))
		for i, id := range part {
			text[i] = strconv.FormatInt(id, 10)
		}
		r, err := t.tx.ExecContext(t.ctx, t.d.Rebind(`UPDATE claims SET interchange=$1, set_control=$2 WHERE COALESCE(organisation,'')=$3 AND COALESCE(usage,'')=$4 AND id IN (`+strings.Join(text, ",")+`)`),
			interchange, set, s.Organisation, s.Usage)
		if err != nil {
			return err
		}
		if n, err := r.RowsAffected(); err == nil && n != int64(len(part)) {
			return ErrNotFound
		}
	}
	return nil
}

// Values that stand alone are told their types.
var setClaims = set{before: `WITH v (id, organisation, usage, state, at, interchange, set_control, findings, payer_claim_id, paid, adjusted, patient, denied, open, standing) AS (VALUES `,
	parameters: 15, casts: []string{"BIGINT", "TEXT", "TEXT", "TEXT", "BIGINT", "BIGINT", "TEXT", "TEXT", "TEXT", "BIGINT", "BIGINT", "BIGINT", "BIGINT", "BIGINT", "TEXT"},
	after: `) UPDATE claims SET state=v.state, at=v.at, interchange=v.interchange, set_control=v.set_control, findings=v.findings, payer_claim_id=v.payer_claim_id,
	paid=v.paid, adjusted=v.adjusted, patient=v.patient, denied=v.denied, open=v.open, standing=v.standing FROM v
	WHERE claims.id=v.id AND COALESCE(claims.organisation,'')=COALESCE(v.organisation,'') AND COALESCE(claims.usage,'')=COALESCE(v.usage,'')`,
	// Without this, the embedded database goes through all claims for each set.
	among: ` AND claims.id IN `}

// SetClaims changes what became of claims. Each is in the list once.
func (t *Tx) SetClaims(list []*gateway.Claim) error {
	for len(list) > 0 {
		part := list[:min(len(list), setSize)]
		list = list[len(part):]
		args := make([]any, 0, len(part)*setClaims.parameters)
		for _, c := range part {
			args = append(args, c.ID, c.Scope.Organisation, c.Scope.Usage, string(c.State), c.At.UnixMilli(), c.Interchange, c.Set, c.Findings, c.PayerClaimID,
				int64(c.Money.Paid), int64(c.Money.Adjusted), int64(c.Money.Patient), int64(c.Money.Denied), int64(c.Money.Open), c.Standing)
		}
		r, err := t.exec(setClaims.query(len(part)), args...)
		if err != nil {
			return err
		}
		if n, err := r.RowsAffected(); err == nil && n != int64(len(part)) {
			return ErrNotFound
		}
	}
	return nil
}

// SetClaim changes what became of a claim.
func (t *Tx) SetClaim(c *gateway.Claim) error { return t.SetClaims([]*gateway.Claim{c}) }

// MoveClaims brings the claims of an interchange that are in one of the states
// of before to a state. It gives all claims of the interchange as they are then.
func (t *Tx) MoveClaims(s gateway.Scope, interchange int64, next gateway.State, at time.Time, before ...gateway.State) ([]gateway.ClaimChange, error) {
	if len(before) > 0 {
		args := []any{string(next), at.UnixMilli(), s.Organisation, s.Usage, interchange}
		for _, b := range before {
			args = append(args, string(b))
		}
		if _, err := t.exec(`UPDATE claims SET state=$1, at=$2 WHERE COALESCE(organisation,'')=$3 AND COALESCE(usage,'')=$4 AND interchange=$5 AND interchange<>0 AND state IN (`+parameters(6, len(before))+`)`, args...); err != nil {
			return nil, err
		}
	}
	var list []gateway.ClaimChange
	err := t.rows(`SELECT id, state FROM claims WHERE `+byKey+` AND interchange=$3 AND interchange<>0 ORDER BY id`, func(r *sql.Rows) error {
		var c gateway.ClaimChange
		var state string
		err := r.Scan(&c.Claim, &state)
		c.State = gateway.State(state)
		list = append(list, c)
		return err
	}, s.Organisation, s.Usage, interchange)
	return list, err
}

// ByClaimIDs finds claims that went to a partner under the submitter's numbers,
// in the order of their arrival, without their documents.
func (t *Tx) ByClaimIDs(s gateway.Scope, partner string, ids []string) ([]gateway.Claim, error) {
	var all []gateway.Claim
	for len(ids) > 0 {
		part := ids[:min(len(ids), setSize)]
		ids = ids[len(part):]
		args := []any{s.Organisation, s.Usage, partner}
		n := padded(len(part))
		for i := range n {
			args = append(args, part[min(i, len(part)-1)])
		}
		list, err := listOf(t, briefColumns, `claims WHERE `+byKey+` AND partner=$3 AND interchange<>0 AND claim_id IN (`+parameters(4, n)+`) ORDER BY id`, args, scanBrief)
		if err != nil {
			return nil, err
		}
		all = append(all, list...)
	}
	return all, nil
}

// byKey is the scope of a question by something that few rows have: a number, an
// interchange, ids. A database that has no statistics yet takes organisation and
// usage for what few rows have, and would read all claims of the office: written
// so, no index serves them alone.
const byKey = `COALESCE(organisation,'')=$1 AND COALESCE(usage,'')=$2`

// parameters lists n parameters from a number on.
func parameters(from, n int) string {
	list := make([]string, n)
	for i := range list {
		list[i] = "$" + strconv.Itoa(from+i)
	}
	return strings.Join(list, ",")
}

var insertPayments = set{before: `INSERT INTO payments (organisation, usage, remittance, claim, kind, status, outcome, scenario, claim_id, payer_claim_id, charge, paid,
	adjusted, patient, denied, sha256, place_offset, segment, document, candidates, other_payer, paid_on) VALUES `, parameters: 22, after: ` ON CONFLICT DO NOTHING RETURNING id, sha256, place_offset`}

// AddPayments notes claim payments and gives them their ids; one whose place of
// its file is noted already keeps the id 0.
func (t *Tx) AddPayments(list []gateway.Payment) error {
	for len(list) > 0 {
		part := list[:min(len(list), setSize)]
		list = list[len(part):]
		args := make([]any, 0, len(part)*insertPayments.parameters)
		type place struct {
			sum string
			at  int64
		}
		at := make(map[place]*gateway.Payment, len(part))
		for i := range part {
			p := &part[i]
			p.ID = 0
			at[place{p.Place.SHA256, p.Place.Offset}] = p
			args = append(args, p.Scope.Organisation, p.Scope.Usage, p.Remittance, p.Claim, p.Kind, p.Status, p.Outcome, p.Scenario, p.ClaimID, p.PayerClaimID,
				int64(p.Charge), int64(p.Paid), int64(p.Money.Adjusted), int64(p.Money.Patient), int64(p.Money.Denied), p.Place.SHA256, p.Place.Offset, p.Place.Segment,
				pack(p.Document), p.Candidates, int64(p.OtherPayer), p.PaidOn)
		}
		if err := t.rows(insertPayments.query(len(part)), func(r *sql.Rows) error {
			var id int64
			var k place
			err := r.Scan(&id, &k.sum, &k.at)
			if p := at[k]; err == nil && p != nil {
				p.ID = id
			}
			return err
		}, args...); err != nil {
			return err
		}
	}
	return nil
}

// AddPayment notes one claim payment.
func (t *Tx) AddPayment(p *gateway.Payment) (added bool, err error) {
	one := []gateway.Payment{*p}
	err = t.AddPayments(one)
	p.ID = one[0].ID
	return p.ID != 0, err
}
