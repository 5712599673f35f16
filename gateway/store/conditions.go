package store

import (
	"database/sql"

	"claimwire/gateway"
)

// Conditions lists the categories that a patient was coded for in a year, in
// their order.
func (t *Tx) Conditions(s gateway.Scope, patient string, year int) (list []int, err error) {
	err = t.rows(`SELECT category FROM conditions WHERE organisation=$1 AND usage=$2 AND patient=$3 AND year=$4 ORDER BY category`, func(r *sql.Rows) error {
		var c int
		if err := r.Scan(&c); err != nil {
			return err
		}
		list = append(list, c)
		return nil
	}, s.Organisation, s.Usage, patient, year)
	return list, err
}

// AddConditions notes categories that a patient was coded for in a year. To note
// them twice changes nothing.
func (t *Tx) AddConditions(s gateway.Scope, patient string, year int, categories []int) error {
	// Only this year and the one before are compared.
	if _, err := t.exec(`DELETE FROM conditions WHERE organisation=$1 AND usage=$2 AND patient=$3 AND year < $4`, s.Organisation, s.Usage, patient, year-1); err != nil {
		return err
	}
	for _, c := range categories {
		if _, err := t.exec(`INSERT INTO conditions (organisation, usage, patient, year, category) VALUES ($1,$2,$3,$4,$5) ON CONFLICT DO NOTHING`,
			s.Organisation, s.Usage, patient, year, c); err != nil {
			return err
		}
	}
	return nil
}
