package store

import (
	"database/sql"
	"slices"
	"strconv"

	"claimwire/gateway"
)

// ClaimsOfPerson lists claims whose patient or subscriber is picked by a query, in the
// order of their names, the newest of a person first, without their documents; of
// one trading partner, where it is not empty.
func (t *Tx) ClaimsOfPerson(s gateway.Scope, q gateway.PersonQuery, partner string, limit int) ([]gateway.Claim, error) {
	from, until, like := q.Range()
	type hit struct {
		id   int64
		name string
	}
	var hits []hit
	for _, column := range []string{`person`, `insured`} {
		w := in(s).and(column+`>=`, from).and(column+`<`, until)
		if column == `insured` {
			w.text += ` AND insured<>''` // so that the index of the few serves
		}
		if like != "" {
			w.and(column+` LIKE `, like)
		}
		w.of(partner)
		w.text += ` ORDER BY ` + column + `, id DESC LIMIT ` + strconv.Itoa(limit)
		if err := t.rows(`SELECT id, `+column+` FROM claims`+w.text, func(r *sql.Rows) error {
			var h hit
			err := r.Scan(&h.id, &h.name)
			hits = append(hits, h)
			return err
		}, w.args...); err != nil {
			return nil, err
		}
	}
	slices.SortStableFunc(hits, func(a, b hit) int {
		if a.name != b.name {
			if a.name < b.name {
				return -1
			}
			return 1
		}
		return int(b.id - a.id)
	})
	var ids []int64
	for _, h := range hits {
		if !slices.Contains(ids, h.id) && len(ids) < limit {
			ids = append(ids, h.id)
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	list, err := t.ClaimPage(s, gateway.ClaimQuery{IDs: ids, Page: gateway.Page{Limit: len(ids)}})
	slices.SortFunc(list, func(a, b gateway.Claim) int { return slices.Index(ids, a.ID) - slices.Index(ids, b.ID) })
	return list, err
}

// Unread lists claims of any scope that nobody can be found by yet, with their
// documents, the oldest first.
func (t *Tx) Unread(limit int) ([]gateway.Claim, error) {
	return listOf(t, claimColumns, `claims WHERE person='?' ORDER BY id LIMIT `+strconv.Itoa(limit), nil, scanClaim)
}

// SetPeople keeps by whom claims are found.
func (t *Tx) SetPeople(list []gateway.Claim) error {
	for i := range list {
		c := &list[i]
		if _, err := t.exec(`UPDATE claims SET person=$1, insured=$2 WHERE id=$3`, c.Person, c.Insured, c.ID); err != nil {
			return err
		}
	}
	return nil
}
