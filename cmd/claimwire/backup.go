package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/klauspost/compress/zstd"

	"claimwire/gateway"
	"claimwire/gateway/archive"
	"claimwire/gateway/store"
	"claimwire/gateway/store/postgres"
	"claimwire/gateway/store/sqlite"
)

// A backup is a folder:
//
//	manifest.json        what is in it; written last
//	database/TABLE.rows  all rows of one state, compressed, sealed with the archive's key
//	archive/xx/SUM       archived files as they are kept, encrypted
//	sftp/…               homes of partners who come to us, and what they brought that was not taken in yet
//	config/…             the configuration, partners and payers; no keys
//
// What partners brought is copied before the database is read, archived files
// after: so all that the rows name is there, and all that a partner was told to
// have delivered.

// manifest tells what a backup holds.
type manifest struct {
	Format  int         `json:"format"`
	Made    time.Time   `json:"made"`
	Program string      `json:"program"`
	Dump    *store.Dump `json:"database"`
	Files   int         `json:"archived_files"`
	Archive bool        `json:"archive"` // archived files are in it
}

// backupFormat is the form of backups.
const backupFormat = 1

type backupCmd struct {
	Config         string `help:"The gateway's configuration." type:"existingfile" required:"" placeholder:"FILE"`
	To             string `help:"Folder of the backup; archived files that an earlier backup has put there are not copied again." type:"path" required:"" placeholder:"DIR"`
	WithoutArchive bool   `help:"Leave archived files out, where the object store has copies of its own."`
}

// Help says what is in it.
func (backupCmd) Help() string {
	return `Copies one state of the database, all archived files that it names, partners' homes and the configuration, while the
gateway works. Rows are sealed with the archive's key; keys are not in the backup: keep them elsewhere. Test it:
claimwire restore into another place, then claimwire reconcile there.

` + example("backup --config gateway.yaml --to backups/monday")
}

// Run makes a backup.
func (c *backupCmd) Run(a *app) error {
	cfg, err := loadConfig(c.Config)
	if err != nil {
		return err
	}
	o, err := cfg.stores()
	if err != nil {
		return err
	}
	ctx := context.Background()
	arch, db, err := openBooks(ctx, c.Config, "")
	if err != nil {
		return err
	}
	defer db.Close()
	m := manifest{Format: backupFormat, Made: time.Now().UTC().Truncate(time.Second), Program: version(), Archive: !c.WithoutArchive}
	for _, d := range []string{"", "database", "archive", "config"} {
		if err := os.MkdirAll(filepath.Join(c.To, d), 0o700); err != nil {
			return err
		}
	}
	// An earlier manifest does not fit any more.
	if err := os.Remove(filepath.Join(c.To, "manifest.json")); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.RemoveAll(filepath.Join(c.To, "sftp")); err != nil {
		return err
	}
	if err := copyTree(filepath.Join(o.Dir, "sftp"), filepath.Join(c.To, "sftp")); err != nil {
		return err
	}
	if err := copyConfig(cfg, c.Config, filepath.Join(c.To, "config")); err != nil {
		return err
	}
	var sums []string
	seen := map[string]bool{}
	m.Dump, err = db.Dump(ctx, func(table string) (io.WriteCloser, error) {
		return sealedFile(filepath.Join(c.To, "database", table+".rows"), arch)
	}, func(sum string) error {
		if !seen[sum] {
			seen[sum] = true
			sums = append(sums, sum)
		}
		return nil
	})
	if err != nil {
		return err
	}
	copied := 0
	if !c.WithoutArchive {
		from := archiveFiles(o)
		// The copies are read with the same keys, to check them.
		to, err := archive.Open(filepath.Join(c.To, "archive"), o.Keys...)
		if err != nil {
			return err
		}
		for _, sum := range sums {
			if r, err := archive.Folder(filepath.Join(c.To, "archive")).Open(sum); err == nil {
				r.Close()
				continue
			}
			err := to.Copy(from, sum)
			if errors.Is(err, fs.ErrNotExist) {
				gone := false
				if err := db.Read(ctx, func(tx *store.Tx) (err error) { gone, err = tx.Purged(sum); return err }); err != nil {
					return err
				}
				if gone {
					continue // retention has let it go meanwhile
				}
			}
			if err != nil {
				return fmt.Errorf("archived file %.12s…: %w", sum, err)
			}
			copied++
		}
	}
	m.Files = len(sums)
	b, err := json.MarshalIndent(m, "", " ")
	if err != nil {
		return err
	}
	if err := writeWhole(filepath.Join(c.To, "manifest.json"), append(b, '\n')); err != nil {
		return err
	}
	rows := int64(0)
	for _, t := range m.Dump.Tables {
		rows += t.Rows
	}
	fmt.Fprintf(a.stdout, "%s: %s of %s, %s (%d copied now)\n", c.To, count(int(rows), "row"), count(len(m.Dump.Tables), "table"), count(int(m.Files), "archived file"), copied)
	return nil
}

// archiveFiles is where archived files are kept.
func archiveFiles(o spineOptions) archive.Files {
	if o.S3 != nil {
		return o.S3
	}
	return archive.Folder(filepath.Join(o.Dir, "archive"))
}

// sealedFile writes a file compressed and sealed; it is whole when Close has
// returned.
func sealedFile(name string, a *archive.Archive) (io.WriteCloser, error) {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, err
	}
	seal, err := a.Seal(f)
	if err != nil {
		f.Close()
		return nil, err
	}
	z, err := zstd.NewWriter(seal, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1))
	if err != nil {
		f.Close()
		return nil, err
	}
	return &sealedWriter{z, []io.Closer{z, seal, syncing{f}}}, nil
}

type sealedWriter struct {
	io.Writer
	closers []io.Closer
}

// Close closes all, from the inside out.
func (w *sealedWriter) Close() error {
	var all error
	for _, c := range w.closers {
		all = errors.Join(all, c.Close())
	}
	return all
}

// syncing brings a file to the disk when it is closed.
type syncing struct{ *os.File }

// Close syncs and closes.
func (s syncing) Close() error { return errors.Join(s.Sync(), s.File.Close()) }

// unsealedFile reads what sealedFile has written.
func unsealedFile(name string, a *archive.Archive) (io.ReadCloser, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	r, err := a.Unseal(f)
	if err != nil {
		f.Close()
		return nil, err
	}
	z, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1))
	if err != nil {
		f.Close()
		return nil, err
	}
	return &unsealedReader{z, f}, nil
}

type unsealedReader struct {
	*zstd.Decoder
	f *os.File
}

// Close closes the file.
func (r *unsealedReader) Close() error { r.Decoder.Close(); return r.f.Close() }

// copyTree copies a folder as it is just now; what goes while it is read is left
// out: it was taken in.
func copyTree(from, to string) error {
	return filepath.WalkDir(from, func(p string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, p)
		if err != nil {
			return err
		}
		if d.IsDir() {
			return os.MkdirAll(filepath.Join(to, rel), 0o700)
		}
		if !d.Type().IsRegular() {
			return nil
		}
		err = copyFile(p, filepath.Join(to, rel))
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		return err
	})
}

func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	if _, err := io.Copy(out, in); err != nil {
		return errors.Join(err, out.Close())
	}
	st, err := in.Stat()
	if err != nil {
		return errors.Join(err, out.Close())
	}
	if err := (syncing{out}).Close(); err != nil {
		return err
	}
	return os.Chtimes(to, st.ModTime(), st.ModTime())
}

// copyConfig copies what people wrote: the configuration, profiles and the payer
// directory. Keys are in none of them.
func copyConfig(cfg *config, file, to string) error {
	if err := copyFile(file, filepath.Join(to, "gateway.yaml")); err != nil {
		return err
	}
	if _, err := os.Stat(cfg.Payers); err == nil {
		if err := copyFile(cfg.Payers, filepath.Join(to, "payers.yaml")); err != nil {
			return err
		}
	}
	names, err := filepath.Glob(filepath.Join(cfg.Partners, "*.yaml"))
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Join(to, "partners"), 0o700); err != nil {
		return err
	}
	for _, n := range names {
		if err := copyFile(n, filepath.Join(to, "partners", filepath.Base(n))); err != nil {
			return err
		}
	}
	return nil
}

type restoreCmd struct {
	From   string `help:"Folder of the backup." type:"existingdir" required:"" placeholder:"DIR"`
	Config string `help:"The configuration of the place that is filled: its data folder and its database are empty." type:"existingfile" required:"" placeholder:"FILE"`
	Gap    int64  `help:"How many control numbers are passed over, so that none that was used after the backup is used again." default:"10000"`
}

// Help says what is done.
func (restoreCmd) Help() string {
	return `Fills an empty place from a backup; the database may be another than the one that was copied. What happened after the
backup is not known there: so control numbers go on from later, what waited to be sent is looked for at the partner's
first, and connections to partners stay stopped until someone has looked what was sent since (claimwire partners resume).
Then: claimwire reconcile.

` + example("restore --from backups/monday --config elsewhere/gateway.yaml")
}

// Run restores.
func (c *restoreCmd) Run(a *app) error {
	b, err := os.ReadFile(filepath.Join(c.From, "manifest.json"))
	if err != nil {
		return fmt.Errorf("%s holds no whole backup: %w", c.From, err)
	}
	var m manifest
	if err := json.Unmarshal(b, &m); err != nil {
		return fmt.Errorf("%s: manifest.json cannot be read", c.From)
	}
	if m.Format != backupFormat || m.Dump == nil {
		return fmt.Errorf("%s: this program knows backups of format %d, and this is one of %d", c.From, backupFormat, m.Format)
	}
	cfg, err := loadConfig(c.Config)
	if err != nil {
		return err
	}
	profiles, err := cfg.profiles()
	if err != nil {
		return err
	}
	o, err := cfg.stores()
	if err != nil {
		return err
	}
	if entries, err := os.ReadDir(o.Dir); err == nil && len(entries) > 0 {
		return fmt.Errorf("%s is not empty: a backup is restored into an empty place", o.Dir)
	}
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return err
	}
	arch, err := openArchive(o)
	if err != nil {
		return err
	}
	// Archived files first: no row is there without its bytes.
	files := 0
	if m.Archive {
		from := archive.Folder(filepath.Join(c.From, "archive"))
		if err := from.Sums(func(sum string) error {
			files++
			return arch.Copy(from, sum)
		}); err != nil {
			return err
		}
	}
	if err := copyTree(filepath.Join(c.From, "sftp"), filepath.Join(o.Dir, "sftp")); err != nil {
		return err
	}
	ctx := context.Background()
	rows := func(table string) (io.ReadCloser, error) {
		return unsealedFile(filepath.Join(c.From, "database", table+".rows"), arch)
	}
	var db *store.Store
	if o.Database != "" {
		db, err = postgres.Load(ctx, o.Database, m.Dump, rows)
	} else {
		db, err = sqlite.Load(ctx, filepath.Join(o.Dir, "gateway.db"), m.Dump, rows)
	}
	if err != nil {
		return err
	}
	defer db.Close()
	now := time.Now()
	if err := db.Do(ctx, func(tx *store.Tx) error {
		if err := tx.Restored(c.Gap); err != nil {
			return err
		}
		for _, p := range profiles {
			if p.Connection.Host == "" {
				continue
			}
			l := gateway.Link{Scope: scopeOf(p), Partner: p.ID, Stopped: true, Since: now, Reason: "restored from the backup of " + m.Made.Format(time.RFC3339) + ": look what was sent since"}
			if err := tx.SetLink(&l); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		return err
	}
	fmt.Fprintf(a.stdout, "restored from %s: %d tables, %d archived files.\nNext: claimwire reconcile --config %s\nThen look what was sent to and came from each partner since, and: claimwire partners resume ID\n",
		m.Made.Format(time.RFC3339), len(m.Dump.Tables), files, c.Config)
	return nil
}

type archiveCmd struct {
	Verify  archiveVerifyCmd  `cmd:"" help:"Read every archived file and compare it with its address."`
	Rotate  archiveRotateCmd  `cmd:"" help:"Make every archived file readable with the newest key."`
	Restore archiveRestoreCmd `cmd:"" help:"Bring missing and damaged files back from another archive or a backup."`
}

// Help gives the examples.
func (archiveCmd) Help() string {
	return example("archive verify --config gateway.yaml", "archive rotate --config gateway.yaml", "archive restore --from backups/monday/archive --config gateway.yaml")
}

// archiveFlags say which archive.
type archiveFlags struct {
	Config string `help:"The gateway's configuration." type:"existingfile" required:"" placeholder:"FILE"`
}

func (f *archiveFlags) open() (*archive.Archive, spineOptions, error) {
	cfg, err := loadConfig(f.Config)
	if err != nil {
		return nil, spineOptions{}, err
	}
	o, err := cfg.stores()
	if err != nil {
		return nil, o, err
	}
	a, err := openArchive(o)
	return a, o, err
}

type archiveVerifyCmd struct{ archiveFlags }

// Run verifies.
func (c *archiveVerifyCmd) Run(a *app) error {
	arch, _, err := c.open()
	if err != nil {
		return err
	}
	n, bad := 0, 0
	if err := arch.Sums(func(sum string) error {
		n++
		if err := arch.Verify(sum); err != nil {
			bad++
			fmt.Fprintf(a.stdout, "%s: %v\n", sum, err)
		}
		return nil
	}); err != nil {
		return err
	}
	fmt.Fprintf(a.stdout, "%s, %d damaged\n", count(int(n), "file"), bad)
	if bad > 0 {
		return errNotGood
	}
	return nil
}

type archiveRotateCmd struct{ archiveFlags }

// Help says how.
func (archiveRotateCmd) Help() string {
	return `Put a new identity as the first line of the file of archive_key (age-keygen makes one) and start the gateways anew:
new files are encrypted for it. Then rotate: the keys of older files are wrapped for it too, their bytes stay as they
are. When it ends with 0, the older identities are not needed any more, but for older backups.

` + example("archive rotate --config gateway.yaml")
}

// Run rotates.
func (c *archiveRotateCmd) Run(a *app) error {
	arch, _, err := c.open()
	if err != nil {
		return err
	}
	n, changed, bad := 0, 0, 0
	if err := arch.Sums(func(sum string) error {
		n++
		did, err := arch.Rewrap(sum)
		switch {
		case err != nil:
			bad++
			fmt.Fprintf(a.stdout, "%s: %v\n", sum, err)
		case did:
			changed++
		}
		return nil
	}); err != nil {
		return err
	}
	fmt.Fprintf(a.stdout, "%s, %d wrapped anew, %d could not be\n", count(int(n), "file"), changed, bad)
	if bad > 0 {
		return errNotGood
	}
	return nil
}

type archiveRestoreCmd struct {
	archiveFlags
	From string `help:"Folder of the other archive, such as that of a backup." type:"existingdir" required:"" placeholder:"DIR"`
}

// Run brings back what is missing or damaged here.
func (c *archiveRestoreCmd) Run(a *app) error {
	arch, _, err := c.open()
	if err != nil {
		return err
	}
	from := archive.Folder(c.From)
	n, back := 0, 0
	var failed []string
	if err := from.Sums(func(sum string) error {
		n++
		if arch.Verify(sum) == nil {
			return nil
		}
		if err := arch.Copy(from, sum); err != nil {
			failed = append(failed, fmt.Sprintf("%s: %v", sum, err))
			return nil
		}
		back++
		return nil
	}); err != nil {
		return err
	}
	if len(failed) > 0 {
		fmt.Fprintln(a.stdout, strings.Join(failed, "\n"))
	}
	fmt.Fprintf(a.stdout, "%s there, %d brought back, %d could not be\n", count(int(n), "file"), back, len(failed))
	if len(failed) > 0 {
		return errNotGood
	}
	return nil
}
