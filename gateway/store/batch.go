package store

import (
	"database/sql"
	"strconv"
	"strings"
	"sync"

	"claimwire/gateway"
)

// What comes by the thousand is written in sets: on a database over a network, a
// statement a row would be a round trip a row.

// setSize is how many rows one statement writes.
const setSize = 100

// insertClaims keeps the statement for n claims.
var insertClaims sync.Map

const claimParameters = 22

func insertClaimsQuery(n int) string {
	if q, ok := insertClaims.Load(n); ok {
		return q.(string)
	}
	var b strings.Builder
	b.WriteString(`INSERT INTO claims (organisation, usage, transmission, item, claim_id, trace, kind, payer, payer_name, partner, npi, tax_id, charge,
		service_from, service_to, frequency, sequence, state, at, document, findings, open) VALUES `)
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		for k := range claimParameters {
			b.WriteString("(,"[min(k, 1):][:1] + "$" + strconv.Itoa(i*claimParameters+k+1))
		}
		b.WriteByte(')')
	}
	b.WriteString(` ON CONFLICT DO NOTHING RETURNING id, transmission, item`)
	insertClaims.Store(n, b.String())
	return b.String()
}

// AddClaims adds claims and gives them their ids; one whose item of its
// transmission is there already keeps the id 0.
func (t *Tx) AddClaims(list []gateway.Claim) error {
	for len(list) > 0 {
		part := list[:min(len(list), setSize)]
		list = list[len(part):]
		args := make([]any, 0, len(part)*claimParameters)
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
				int64(c.Charge), c.From, c.To, c.Frequency, c.Sequence, string(c.State), c.At.UnixMilli(), c.Document, c.Findings, int64(c.Money.Open))
		}
		if err := t.rows(insertClaimsQuery(len(part)), func(r *sql.Rows) error {
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
		var numbers strings.Builder
		for i := range setSize { // always as many, so that the statement is the same
			if i > 0 {
				numbers.WriteByte(',')
			}
			numbers.WriteString("$" + strconv.Itoa(i+3))
			args = append(args, part[min(i, len(part)-1)].ClaimID)
		}
		before := map[services]int64{}
		if err := t.rows(`SELECT id, claim_id, npi, charge, service_from, service_to, payer, frequency FROM claims WHERE organisation=$1 AND usage=$2
			AND state NOT IN ('held','rejected') AND claim_id IN (`+numbers.String()+`)`, func(r *sql.Rows) error {
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
		part := ids[:min(len(ids), 5*setSize)]
		ids = ids[len(part):]
		text := make([]string, len(part))
		for i, id := range part {
			text[i] = strconv.FormatInt(id, 10)
		}
		r, err := t.tx.ExecContext(t.ctx, t.d.Rebind(`UPDATE claims SET interchange=$1, set_control=$2 WHERE organisation=$3 AND usage=$4 AND id IN (`+strings.Join(text, ",")+`)`),
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
