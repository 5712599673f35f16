package store

import (
	"bufio"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"regexp"
	"slices"
	"strings"
)

// A dump is all rows of one state of a database, table by table, in a form that
// either database reads: one JSON array a row, numbers and texts as they are,
// bytes in base64. It says which migrations its tables had, so that a newer
// program loads it as it was, and then brings it to its own form.

// Dump says what a dump holds.
type Dump struct {
	Versions []int64     `json:"versions"` // migrations that were applied
	Tables   []DumpTable `json:"tables"`
}

// DumpTable is a table of a dump.
type DumpTable struct {
	Name    string   `json:"name"`
	Columns []string `json:"columns"`
	Rows    int64    `json:"rows"`
	SHA256  string   `json:"sha256"` // of its rows as text
}

// Files tells which archived bytes the rows of a dump need.
type Files func(sha256 string) error

var nameForm = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)

// Dump writes all rows of one state of the database, while others go on; each
// table goes where open says, and file, where it is not nil, is told of all bytes
// that rows need.
func (s *Store) Dump(ctx context.Context, open func(table string) (io.WriteCloser, error), file Files) (*Dump, error) {
	d := &Dump{}
	err := s.Read(ctx, func(t *Tx) error {
		err := t.rows(`SELECT version_id FROM goose_db_version WHERE version_id>0 ORDER BY version_id`, func(r *sql.Rows) error {
			var v int64
			err := r.Scan(&v)
			d.Versions = append(d.Versions, v)
			return err
		})
		if err != nil {
			return err
		}
		var names []string
		if err := t.rows(s.d.Tables, func(r *sql.Rows) error {
			var n string
			err := r.Scan(&n)
			names = append(names, n)
			return err
		}); err != nil {
			return err
		}
		slices.Sort(names)
		for _, n := range names {
			if n == "goose_db_version" || strings.HasPrefix(n, "sqlite_") {
				continue
			}
			table, err := t.dump(n, open, file)
			if err != nil {
				return fmt.Errorf("table %s: %w", n, err)
			}
			d.Tables = append(d.Tables, table)
		}
		return nil
	})
	return d, err
}

// blob is bytes in a dump.
type blob struct {
	Base64 string `json:"b64"`
}

func (t *Tx) dump(name string, open func(table string) (io.WriteCloser, error), file Files) (table DumpTable, err error) {
	if !nameForm.MatchString(name) {
		return table, errors.New("its name is none of ours")
	}
	w, err := open(name)
	if err != nil {
		return table, err
	}
	sum := sha256.New()
	buf := bufio.NewWriterSize(io.MultiWriter(w, sum), 1<<16)
	defer func() { err = errors.Join(err, w.Close()) }()
	rows, err := t.tx.QueryContext(t.ctx, `SELECT * FROM `+name)
	if err != nil {
		return table, err
	}
	defer rows.Close()
	table.Name = name
	if table.Columns, err = rows.Columns(); err != nil {
		return table, err
	}
	values, into := make([]any, len(table.Columns)), make([]any, len(table.Columns))
	for i := range values {
		into[i] = &values[i]
	}
	sumAt, purgedAt := slices.Index(table.Columns, "sha256"), slices.Index(table.Columns, "purged_at")
	if name != "transmissions" && name != "interchanges" {
		sumAt = -1
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return table, err
		}
		if sumAt >= 0 && file != nil && (purgedAt < 0 || values[purgedAt] == int64(0)) {
			if err := file(fmt.Sprint(values[sumAt])); err != nil {
				return table, err
			}
		}
		for i, v := range values {
			if b, ok := v.([]byte); ok {
				values[i] = blob{base64.StdEncoding.EncodeToString(b)}
			}
		}
		line, err := json.Marshal(values)
		if err != nil {
			return table, err
		}
		if _, err := buf.Write(append(line, '\n')); err != nil {
			return table, err
		}
		table.Rows++
	}
	if err := errors.Join(rows.Err(), buf.Flush()); err != nil {
		return table, err
	}
	table.SHA256 = hex.EncodeToString(sum.Sum(nil))
	return table, nil
}

// ErrNotEmpty says that a database that is to be loaded holds something.
var ErrNotEmpty = errors.New("the database is not empty: a dump is loaded into an empty one")

// Load brings an empty database to the form that a dump has, loads its rows, and
// brings it to this program's form.
func Load(ctx context.Context, db *sql.DB, d Dialect, dump *Dump, open func(table string) (io.ReadCloser, error)) (*Store, error) {
	p, err := provider(db, d)
	if err != nil {
		return nil, err
	}
	at, err := p.GetDBVersion(ctx)
	if err != nil {
		return nil, err
	}
	if at != 0 {
		return nil, ErrNotEmpty
	}
	known := map[int64]bool{}
	for _, s := range p.ListSources() {
		known[s.Version] = true
	}
	for _, v := range dump.Versions {
		if !known[v] {
			return nil, ErrNewer
		}
		if _, err := p.ApplyVersion(ctx, v, true); err != nil {
			return nil, fmt.Errorf("migrate: %w", err)
		}
	}
	s := &Store{db: db, d: d, wake: make(chan struct{}, 1)}
	if err := s.Do(ctx, func(t *Tx) error {
		for _, table := range dump.Tables {
			if err := t.load(table, open); err != nil {
				return fmt.Errorf("table %s: %w", table.Name, err)
			}
		}
		return nil
	}); err != nil {
		return nil, err
	}
	if _, err := p.Up(ctx); err != nil {
		return nil, fmt.Errorf("migrate: %w", err)
	}
	return s, nil
}

// loadSet is how many rows of a dump one statement writes; fewer of wide tables.
const loadSet = 100

func (t *Tx) load(table DumpTable, open func(table string) (io.ReadCloser, error)) error {
	for _, n := range append([]string{table.Name}, table.Columns...) {
		if !nameForm.MatchString(n) {
			return errors.New("its names are none of ours")
		}
	}
	if _, err := t.tx.ExecContext(t.ctx, `DELETE FROM `+table.Name); err != nil { // what a migration put in
		return err
	}
	f, err := open(table.Name)
	if err != nil {
		return err
	}
	defer f.Close()
	insert := set{before: `INSERT INTO ` + table.Name + ` (` + strings.Join(table.Columns, ",") + `) VALUES `, parameters: len(table.Columns)}
	var args []any
	rows, n, numbered := int64(0), 0, false
	id := slices.Index(table.Columns, "id")
	flush := func() error {
		if n == 0 {
			return nil
		}
		_, err := t.exec(insert.query(n), args...)
		args, n = args[:0], 0
		return err
	}
	sum := sha256.New()
	if err := lines(io.TeeReader(f, sum), func(line []byte) error {
		values, err := rowOf(line)
		if err != nil || len(values) != len(table.Columns) {
			return errors.Join(err, fmt.Errorf("row %d cannot be read", rows+1))
		}
		args = append(args, values...)
		if id >= 0 {
			_, numbered = values[id].(int64)
		}
		rows++
		if n++; n == loadSet {
			return flush()
		}
		return nil
	}); err != nil {
		return err
	}
	if err := flush(); err != nil {
		return err
	}
	if rows != table.Rows || !sumIs(sum, table.SHA256) {
		return errors.New("its rows are not those that were written")
	}
	if t.d.ResetID != "" && numbered {
		if _, err := t.tx.ExecContext(t.ctx, strings.ReplaceAll(t.d.ResetID, "TABLE", table.Name)); err != nil {
			return err
		}
	}
	return nil
}

func sumIs(h hash.Hash, want string) bool {
	return want == "" || hex.EncodeToString(h.Sum(nil)) == want
}

// lines visits the lines of r.
func lines(r io.Reader, visit func(line []byte) error) error {
	br := bufio.NewReaderSize(r, 1<<16)
	var long []byte
	for {
		part, err := br.ReadSlice('\n')
		long = append(long, part...)
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		if err != nil && err != io.EOF {
			return err
		}
		if len(long) > 1 {
			if err := visit(long); err != nil {
				return err
			}
		}
		if err == io.EOF {
			return nil
		}
		long = long[:0]
	}
}

// rowOf reads a row of a dump.
func rowOf(line []byte) ([]any, error) {
	var raw []json.RawMessage
	if err := json.Unmarshal(line, &raw); err != nil {
		return nil, errors.New("it is no list of values")
	}
	values := make([]any, len(raw))
	for i, r := range raw {
		var err error
		switch r[0] {
		case 'n':
		case '"':
			var s string
			err = json.Unmarshal(r, &s)
			values[i] = s
		case '{':
			var b blob
			if err = json.Unmarshal(r, &b); err == nil {
				values[i], err = base64.StdEncoding.DecodeString(b.Base64)
			}
		default:
			var n int64
			err = json.Unmarshal(r, &n)
			values[i] = n
		}
		if err != nil {
			return nil, errors.New("one of its values cannot be read")
		}
	}
	return values, nil
}

// Restored makes a database that was loaded from a dump safe to go on with: what
// happened after the dump is not known. Numbers are given on from a good deal
// later, so that none is used twice; what waited to be sent may have been, so
// that the partner's side is looked at first; who was logged in is not any more.
func (t *Tx) Restored(gap int64) error {
	for _, q := range []string{
		`UPDATE interchanges SET begun=2, temporary='', lease_until=0 WHERE state='queued'`,
		`UPDATE jobs SET state='ready', lease_until=0 WHERE state='running'`,
		`DELETE FROM sessions`,
	} {
		if _, err := t.exec(q); err != nil {
			return err
		}
	}
	_, err := t.exec(`UPDATE controls SET value=value+$1`, gap)
	return err
}
