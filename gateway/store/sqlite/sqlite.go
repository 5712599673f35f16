// Package sqlite opens the embedded database. What is committed is on the
// disk: full synchronisation, write-ahead log. One process uses a file.
package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"io"
	"net/url"
	"time"

	"github.com/ncruces/go-sqlite3"
	_ "github.com/ncruces/go-sqlite3/driver" // database/sql driver "sqlite3"
	"github.com/pressly/goose/v3"

	"claimwire/gateway/store"
)

// Open opens the database in a file, and makes it where it is missing.
func Open(ctx context.Context, file string) (*store.Store, error) {
	return with(file, func(db *sql.DB, d store.Dialect) (*store.Store, error) { return store.Open(ctx, db, d) })
}

// Look opens a database that a gateway uses, to look at it: its form is not
// changed.
func Look(ctx context.Context, file string) (*store.Store, error) {
	return with(file, func(db *sql.DB, d store.Dialect) (*store.Store, error) {
		d.AsItIs = true
		return store.Open(ctx, db, d)
	})
}

// Load makes the database in a file that is missing from a dump.
func Load(ctx context.Context, file string, dump *store.Dump, rows func(table string) (io.ReadCloser, error)) (*store.Store, error) {
	return with(file, func(db *sql.DB, d store.Dialect) (*store.Store, error) { return store.Load(ctx, db, d, dump, rows) })
}

func with(file string, f func(db *sql.DB, d store.Dialect) (*store.Store, error)) (*store.Store, error) {
	db, err := open(file, url.Values{"_pragma": {"journal_mode(wal)", "synchronous(full)", "busy_timeout(20000)", "foreign_keys(1)", "temp_store(memory)"}, "_txlock": {"immediate"}})
	if err != nil {
		return nil, err
	}
	// One writer at a time is all that the database has; waiting in Go is fair.
	db.SetMaxOpenConns(1)
	// Readers see the state of before, and wait for nobody.
	reads, err := open(file, url.Values{"_pragma": {"query_only(1)", "busy_timeout(20000)", "temp_store(memory)"}, "_txlock": {"deferred"}})
	if err != nil {
		db.Close()
		return nil, err
	}
	reads.SetMaxOpenConns(readers)
	// What the database has learned of its rows is read when a connection begins.
	reads.SetConnMaxLifetime(10 * time.Minute)
	s, err := f(db, store.Dialect{Goose: goose.DialectSQLite3, Near: true, Rebind: store.Numbered, Reads: reads, Away: away, Optimize: optimize, Tables: `SELECT name FROM sqlite_master WHERE type='table'`})
	if err != nil {
		reads.Close()
		db.Close()
		return nil, err
	}
	return s, nil
}

// optimize learns how rows are distributed, and forgets it of what has few: a
// table that had a thousand rows at the last look may have a million by the next,
// and would be gone through row by row for each set. Of what it knows nothing, the
// database believes that there is much.
var optimize = []string{`PRAGMA analysis_limit=1000`, `ANALYZE goose_db_version`, `PRAGMA optimize=0x10002`, `DELETE FROM sqlite_stat1 WHERE CAST(stat AS INTEGER)<100000`, `ANALYZE sqlite_schema`}

// readers is how many may read at once.
const readers = 4

func open(file string, q url.Values) (*sql.DB, error) {
	return sql.Open("sqlite3", "file:"+(&url.URL{Path: file}).EscapedPath()+"?"+q.Encode())
}

// away says of an error that it passes by itself: no room on the disk, or
// somebody else writes.
func away(err error) bool {
	return errors.Is(err, sqlite3.FULL) || errors.Is(err, sqlite3.BUSY) || errors.Is(err, sqlite3.IOERR)
}
