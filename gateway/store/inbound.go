package store

import (
	"database/sql"
	"time"

	"claimwire/gateway"
)

// Look notes what lies in a partner's folder, and says of each file since when it
// is there unchanged, and whether it was fetched. Files that are gone are
// forgotten; those that were fetched are not.
func (t *Tx) Look(s gateway.Scope, partner string, files []gateway.Sighting, now time.Time) error {
	type row struct {
		size, modified, at int64
	}
	before := map[string]row{}
	if err := t.rows(`SELECT name, size, modified, at FROM sightings WHERE organisation=$1 AND usage=$2 AND partner=$3`, func(r *sql.Rows) error {
		var name string
		var v row
		err := r.Scan(&name, &v.size, &v.modified, &v.at)
		before[name] = v
		return err
	}, s.Organisation, s.Usage, partner); err != nil {
		return err
	}
	for i := range files {
		f := &files[i]
		name, modified := clean(f.Name), milliOf(f.Modified)
		// Rows of an earlier release have no time.
		var n int
		if err := t.row(`SELECT COUNT(*) FROM fetched WHERE organisation=$1 AND usage=$2 AND partner=$3 AND name=$4 AND size=$5 AND (modified=$6 OR modified=0)`,
			s.Organisation, s.Usage, partner, name, f.Size, modified).Scan(&n); err != nil {
			return err
		}
		if f.Fetched = n > 0; f.Fetched {
			continue
		}
		was, seen := before[name]
		delete(before, name)
		if seen && was.size == f.Size && was.modified == modified {
			f.Since = time.UnixMilli(was.at)
			continue
		}
		if _, err := t.exec(`INSERT INTO sightings (organisation, usage, partner, name, size, modified, at) VALUES ($1,$2,$3,$4,$5,$6,$7)
			ON CONFLICT (organisation, usage, partner, name) DO UPDATE SET size=$5, modified=$6, at=$7`, s.Organisation, s.Usage, partner, name, f.Size, modified, now.UnixMilli()); err != nil {
			return err
		}
	}
	for name := range before {
		if _, err := t.exec(`DELETE FROM sightings WHERE organisation=$1 AND usage=$2 AND partner=$3 AND name=$4`, s.Organisation, s.Usage, partner, name); err != nil {
			return err
		}
	}
	return nil
}

// AddFetched notes that a file of a partner was fetched.
func (t *Tx) AddFetched(s gateway.Scope, partner string, f gateway.Sighting, sha256 string, at time.Time) error {
	if err := t.Heard(s, partner, at); err != nil {
		return err
	}
	_, err := t.exec(`INSERT INTO fetched (organisation, usage, partner, name, size, modified, sha256, at) VALUES ($1,$2,$3,$4,$5,$6,$7,$8)
		ON CONFLICT (organisation, usage, partner, name, size, modified) DO UPDATE SET sha256=$7, at=$8`, s.Organisation, s.Usage, partner, f.Name, f.Size, milliOf(f.Modified), sha256, at.UnixMilli())
	return err
}

// Unaccounted lists files that were fetched of which no transmission tells: their
// digests.
func (t *Tx) Unaccounted(s gateway.Scope) ([]string, error) {
	return listOf(t, `f.sha256`, `fetched AS f WHERE f.organisation=$1 AND f.usage=$2 AND NOT EXISTS (SELECT 1 FROM transmissions AS m WHERE m.organisation=f.organisation
		AND m.usage=f.usage AND m.inbound=1 AND m.partner=f.partner AND m.sha256=f.sha256) ORDER BY f.sha256 LIMIT 1000`, []any{s.Organisation, s.Usage},
		func(scan func(...any) error) (sum string, err error) {
			err = scan(&sum)
			return sum, err
		})
}

// Claims of documents: what makes a file the same as another by its content.

// OwnDocuments notes what documents a file holds, unless another file of the
// partner holds one of them: then it gives that file's number, the document, and
// notes nothing. A file that a person has released owns what no other does.
func (t *Tx) OwnDocuments(m *gateway.Transmission, documents []string) (other int64, document string, err error) {
	if m.Released == "" {
		for _, d := range documents {
			var id int64
			if err := t.first(&id, `SELECT transmission FROM document_keys WHERE organisation=$1 AND usage=$2 AND partner=$3 AND document=$4 AND transmission<>$5`,
				m.Scope.Organisation, m.Scope.Usage, m.Partner, clean(d), m.ID); err != nil {
				return 0, "", err
			}
			if id != 0 {
				return id, d, nil
			}
		}
	}
	for _, d := range documents {
		if _, err := t.exec(`INSERT INTO document_keys (organisation, usage, partner, document, transmission) VALUES ($1,$2,$3,$4,$5) ON CONFLICT DO NOTHING`,
			m.Scope.Organisation, m.Scope.Usage, m.Partner, d, m.ID); err != nil {
			return 0, "", err
		}
	}
	return 0, "", nil
}
