package main

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"claimwire/edi/codes"
	"claimwire/edi/mce"
)

type codesCmd struct {
	Import codesImportCmd `cmd:"" help:"Load code sets from their publishers' own files."`
	List   codesListCmd   `cmd:"" help:"List what is loaded, and what is stale."`
	Lookup codesLookupCmd `cmd:"" help:"Look codes up on a day."`
	Search codesSearchCmd `cmd:"" help:"Find codes by words."`
	Diff   codesDiffCmd   `cmd:"" help:"Show what a release changes."`
}

// Help gives the example.
func (codesCmd) Help() string {
	return example("codes import cms_2026_dx.zip --dir codes", "codes lookup E11.9 --on 2026-10-15 --dir codes", "codes diff icd-10-cm --dir codes")
}

type codesDir struct {
	Dir    string `help:"Folder of loaded code sets." type:"path" default:"codes" env:"CLAIMWIRE_CODES" placeholder:"DIR"`
	Format string `help:"text, or json: one object a line." enum:"text,json" default:"text"`
}

// releaseExt is how files of releases end.
const releaseExt = ".cwc"

// loadLibrary opens every release of a folder. A damaged one is an error: a
// library that misses a release would judge wrongly.
func loadLibrary(dir string) (*codes.Library, error) {
	var list []*codes.Release
	err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(p) != releaseExt {
			return err
		}
		b, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		r, err := codes.OpenRelease(b)
		if err != nil {
			return fmt.Errorf("%s: %w", p, err)
		}
		list = append(list, r)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return codes.NewLibrary(list), nil
}

type codesImportCmd struct {
	codesDir
	Files     []string `arg:"" help:"Publishers' files, or the zips and jars in which they publish them."`
	System    string   `help:"The files are bare lists of codes of this system: carc, rarc, claim-status, taxonomy, cpt, revenue …" placeholder:"NAME"`
	Effective string   `help:"Days on which the release is in force, where the file does not say." placeholder:"FROM..TO"`
	Licence   string   `help:"For a licensed list: your licence, as you want it recorded." placeholder:"TEXT"`
}

// licensed are systems whose lists their publishers license.
var licensed = map[string]string{"cpt": "the AMA", "revenue": "the NUBC", "taxonomy": "the NUCC", "cdt": "the ADA"}

// Run imports. Each file is loaded whole or not at all; what was loaded before
// stays.
func (c *codesImportCmd) Run(a *app) error {
	from, to, err := span(c.Effective)
	if err != nil {
		return err
	}
	if who := licensed[c.System]; who != "" && c.Licence == "" {
		return fmt.Errorf("lists of %s are licensed by %s: --licence records yours", c.System, who)
	}
	refused := 0
	for _, file := range c.Files {
		n, err := c.file(a, file, from, to)
		if err == nil && n == 0 {
			err = errors.New("it holds nothing that is known; --system says that it is a list of codes")
		}
		if err != nil {
			fmt.Fprintf(a.stderr, "claimwire: %s: %v\n", file, err)
			refused++
		}
	}
	if refused > 0 {
		return fmt.Errorf("%d of %d files were refused; what was loaded before is as it was", refused, len(c.Files))
	}
	return nil
}

// span reads FROM..TO.
func span(s string) (from, to int, err error) {
	if s == "" {
		return 0, 0, nil
	}
	a, b, ok := strings.Cut(s, "..")
	parse := func(s string) int {
		t, e := time.Parse("2006-01-02", s)
		if e != nil {
			err = errors.New("--effective: is FROM..TO, such as 2026-10-01..2027-09-30; TO may be left out")
			return 0
		}
		n, _ := strconv.Atoi(t.Format("20060102"))
		return n
	}
	if from = parse(a); ok && b != "" {
		to = parse(b)
	}
	return from, to, err
}

// maxMember bounds a file, also one that unpacks to more than it says.
const maxMember = 1 << 30

func (c *codesImportCmd) file(a *app, file string, from, to int) (loaded int, err error) {
	b, err := readBounded(file)
	if err != nil {
		return 0, err
	}
	return c.content(a, filepath.Base(file), b, from, to, 0)
}

func readBounded(file string) ([]byte, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return boundedAll(f)
}

func boundedAll(r io.Reader) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(r, maxMember+1))
	if err == nil && len(b) > maxMember {
		err = fmt.Errorf("it is larger than %d bytes", maxMember)
	}
	return b, err
}

func (c *codesImportCmd) content(a *app, name string, b []byte, from, to, depth int) (loaded int, err error) {
	switch {
	case bytes.HasPrefix(b, []byte("PK\x03\x04")) && !strings.EqualFold(filepath.Ext(name), ".xlsx"):
		if depth > 2 {
			return 0, errors.New("it is packed too deep")
		}
		z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
		if err != nil {
			return 0, fmt.Errorf("it is no zip that can be read: %w", err)
		}
		for _, m := range z.File {
			base := path.Base(strings.ReplaceAll(m.Name, `\`, "/"))
			inner := strings.EqualFold(path.Ext(base), ".jar") || strings.EqualFold(path.Ext(base), ".zip")
			head := make([]byte, 4096)
			o, err := m.Open()
			if err != nil {
				return loaded, fmt.Errorf("%s: %w", base, err)
			}
			k, _ := io.ReadFull(o, head)
			o.Close()
			if !inner && !table(base) && !codes.Recognise(base, head[:k]) {
				continue
			}
			if o, err = m.Open(); err != nil {
				return loaded, fmt.Errorf("%s: %w", base, err)
			}
			whole, err := boundedAll(o)
			o.Close()
			if err != nil {
				return loaded, fmt.Errorf("%s: %w", base, err)
			}
			n, err := c.content(a, base, whole, from, to, depth+1)
			loaded += n
			if err != nil {
				return loaded, fmt.Errorf("%s: %w", base, err)
			}
		}
		return loaded, nil
	case bytes.HasPrefix(b, []byte{0x1f, 0x8b}):
		z, err := gzip.NewReader(bytes.NewReader(b))
		if err != nil {
			return 0, err
		}
		whole, err := boundedAll(z)
		if err != nil {
			return 0, err
		}
		return c.content(a, strings.TrimSuffix(name, ".gz"), whole, from, to, depth+1)
	case table(name):
		return c.table(a, name, b)
	}
	l, err := codes.Read(c.System, name, bytes.NewReader(b))
	if err != nil {
		return 0, err
	}
	if from != 0 {
		l.From, l.To, l.Dated = from, to, false
	}
	if l.From == 0 {
		if c.System == "" && (l.System == codes.ICD10CM || l.System == codes.ICD10PC || l.System == codes.POA) {
			return 0, errors.New("its name has no year: --effective says from when to when it is in force")
		}
		l.From = 19000101
	}
	return 1, c.keep(a, name, b, l)
}

// table says whether a file is one of CMS's tables, which drg and mce read.
func table(name string) bool {
	return strings.EqualFold(name, "msdrg_combined.bin") || strings.EqualFold(name, "mce.bin")
}

// table keeps one of CMS's tables as it is; the editor's also says which codes
// are valid on which day.
func (c *codesImportCmd) table(a *app, name string, b []byte) (int, error) {
	if strings.EqualFold(name, "mce.bin") {
		t, err := mce.Read(b)
		if err != nil {
			return 0, err
		}
		for _, s := range []struct {
			system     string
			procedures bool
		}{{codes.ICD10CM, false}, {codes.ICD10PC, true}} {
			l := &codes.Loaded{System: s.system, Name: "Medicare code editor", From: 20151001, Dated: true}
			t.Each(s.procedures, func(code string, from, to int) {
				if from < 20151001 || len(code) < 3 {
					return // ICD-9-CM
				}
				if to >= 99990000 {
					to = 0
				}
				l.Entries = append(l.Entries, codes.Entry{Code: code, From: from, To: to})
			})
			l.To = codes.FiscalEnd(l.Entries)
			if err := c.keep(a, name, b, l); err != nil {
				return 0, err
			}
		}
	}
	dir := filepath.Join(c.Dir, "cms")
	if err := writeWhole(filepath.Join(dir, strings.ToLower(name)), b); err != nil {
		return 0, err
	}
	fmt.Fprintf(a.stdout, "%s: kept for drg and mce\n", name)
	return 1, nil
}

// keep builds a release and puts it into the folder, whole or not at all.
func (c *codesImportCmd) keep(a *app, name string, source []byte, l *codes.Loaded) error {
	sum := sha256.Sum256(source)
	digest := hex.EncodeToString(sum[:])
	meta := codes.Meta{System: l.System, Name: l.Name, From: l.From, To: l.To, Source: name, SHA256: digest, Loaded: time.Now().UTC().Format(time.RFC3339), Dated: l.Dated, Notice: c.Licence}
	b, err := codes.Build(meta, l.Entries)
	if err != nil {
		return err
	}
	if _, err := codes.OpenRelease(b); err != nil {
		return err
	}
	file := filepath.Join(c.Dir, l.System, fmt.Sprintf("%08d-%s%s", l.From, digest[:12], releaseExt))
	if _, err := os.Stat(file); err == nil {
		fmt.Fprintf(a.stdout, "%s: %s %s is loaded already\n", name, l.System, l.Name)
		return nil
	}
	if err := writeWhole(file, b); err != nil {
		return err
	}
	fmt.Fprintf(a.stdout, "%s: %s %s, %d codes, in force %s\n", name, l.System, l.Name, len(l.Entries), days(l.From, l.To))
	return nil
}

func days(from, to int) string {
	s := "from " + isoDay(from)
	if to != 0 {
		s += " to " + isoDay(to)
	}
	return s
}

func isoDay(n int) string {
	s := fmt.Sprintf("%08d", n)
	return s[:4] + "-" + s[4:6] + "-" + s[6:]
}

// writeWhole writes a file under a temporary name, and gives it its own when it
// is on the disk.
func writeWhole(file string, b []byte) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(file), ".new-")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(b)
	if err == nil {
		err = f.Sync()
	}
	if e := f.Close(); err == nil {
		err = e
	}
	if err != nil {
		return err
	}
	return os.Rename(f.Name(), file)
}

type codesListCmd struct {
	codesDir
	On string `help:"Say what is stale on this day; today when not given." placeholder:"DAY"`
}

func today(on string) (int, error) {
	t := time.Now()
	if on != "" {
		var err error
		if t, err = time.Parse("2006-01-02", on); err != nil {
			return 0, errors.New("--on: is a day such as 2026-10-15")
		}
	}
	n, _ := strconv.Atoi(t.Format("20060102"))
	return n, nil
}

// Run lists.
func (c *codesListCmd) Run(a *app) error {
	day, err := today(c.On)
	if err != nil {
		return err
	}
	lib, err := loadLibrary(c.Dir)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
	if c.Format == "text" {
		fmt.Fprintln(w, "SYSTEM\tRELEASE\tFROM\tTO\tCODES\tSTATE\tFILE")
	}
	for _, s := range lib.Systems() {
		fresh := false
		for _, r := range lib.Releases(s) {
			fresh = fresh || r.Covers(day)
		}
		for i, r := range lib.Releases(s) {
			state := "earlier"
			switch {
			case r.Covers(day):
				state = "in force"
			case r.From > day:
				state = "to come"
			case i == 0 && !fresh:
				state = "stale"
			}
			if c.Format == "json" {
				if err := printJSON(a, struct {
					codes.Meta
					State string `json:"state"`
				}{r.Meta, state}); err != nil {
					return err
				}
				continue
			}
			to := ""
			if r.To != 0 {
				to = isoDay(r.To)
			}
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%d\t%s\t%s\n", r.System, r.Name, isoDay(r.From), to, r.Codes, state, r.Source)
		}
	}
	return w.Flush()
}

type codesLookupCmd struct {
	codesDir
	Codes  []string `arg:"" name:"code" help:"Codes, with or without the point."`
	On     string   `help:"On this day; today when not given." placeholder:"DAY"`
	System string   `help:"Only in this system." placeholder:"NAME"`
}

// Run looks up.
func (c *codesLookupCmd) Run(a *app) error {
	day, err := today(c.On)
	if err != nil {
		return err
	}
	lib, err := loadLibrary(c.Dir)
	if err != nil {
		return err
	}
	systems := lib.Systems()
	if c.System != "" {
		systems = []string{c.System}
	}
	good := true
	for _, code := range c.Codes {
		plain, found := plainCode(code), false
		for _, s := range systems {
			known := false
			for _, r := range lib.Releases(s) {
				known = known || r.Known(plain)
			}
			if !known {
				continue
			}
			found = true
			e, r, standing := lib.Lookup(s, plain, day)
			var below []string
			word := ""
			switch standing {
			case codes.Valid:
				word = "valid"
			case codes.Heading:
				below = r.Below(plain, day, 12)
				word, good = "a heading, not to be billed", false
			case codes.NoCode:
				word, good = "not valid on this day", false
			case codes.NotLoaded:
				word, good = "no release of this day is loaded", false
			}
			if c.Format == "json" {
				o := map[string]any{"code": plain, "system": s, "on": isoDay(day), "standing": []string{"not_loaded", "no_code", "heading", "valid"}[standing], "short": e.Short, "long": e.Long}
				if r != nil {
					o["release"] = r.Name
				}
				if len(below) > 0 {
					o["below"] = below
				}
				if err := printJSON(a, o); err != nil {
					return err
				}
				continue
			}
			fmt.Fprintf(a.stdout, "%s  %s on %s: %s%s\n", plain, s, isoDay(day), word, before(". ", longOf(e)))
			if len(below) > 0 {
				fmt.Fprintf(a.stdout, "    billable below it: %s\n", strings.Join(below, ", "))
			}
		}
		if !found {
			good = false
			if c.Format == "json" {
				if err := printJSON(a, map[string]any{"code": plain, "standing": "unknown"}); err != nil {
					return err
				}
			} else {
				fmt.Fprintf(a.stdout, "%s  no system that is loaded has it\n", plain)
			}
		}
	}
	if !good {
		return errNotGood
	}
	return nil
}

func longOf(e codes.Entry) string {
	if e.Long != "" {
		return e.Long
	}
	return e.Short
}

type codesSearchCmd struct {
	codesDir
	Words  []string `arg:"" help:"Words that the text of a code has, all of them."`
	On     string   `help:"On this day; today when not given." placeholder:"DAY"`
	System string   `help:"Only in this system." placeholder:"NAME"`
	Limit  int      `help:"At most so many." default:"50"`
}

// Run searches.
func (c *codesSearchCmd) Run(a *app) error {
	day, err := today(c.On)
	if err != nil {
		return err
	}
	lib, err := loadLibrary(c.Dir)
	if err != nil {
		return err
	}
	n := 0
	for _, s := range lib.Systems() {
		if c.System != "" && s != c.System {
			continue
		}
		for _, r := range lib.Releases(s) {
			if !r.Covers(day) {
				continue
			}
			r.Each(func(e codes.Entry) bool {
				text := strings.ToLower(e.Long + " " + e.Short)
				for _, w := range c.Words {
					if !strings.Contains(text, strings.ToLower(w)) {
						return true
					}
				}
				if n++; n > c.Limit {
					return false
				}
				if c.Format == "json" {
					err = printJSON(a, map[string]any{"code": e.Code, "system": s, "release": r.Name, "heading": e.Heading, "long": longOf(e)})
				} else {
					mark := ""
					if e.Heading {
						mark = " (heading)"
					}
					fmt.Fprintf(a.stdout, "%-8s %s%s  %s\n", e.Code, s, mark, longOf(e))
				}
				return err == nil
			})
		}
	}
	if err == nil && n == 0 {
		err = errNotGood
	}
	if n > c.Limit {
		fmt.Fprintf(a.stderr, "claimwire: there are more than %d; --limit shows more\n", c.Limit)
	}
	return err
}

type codesDiffCmd struct {
	codesDir
	System string `arg:"" help:"System, such as icd-10-cm."`
	From   string `arg:"" optional:"" help:"Release by its name; the one before the last when not given."`
	To     string `arg:"" optional:"" help:"Release by its name; the last one when not given."`
}

// Run compares.
func (c *codesDiffCmd) Run(a *app) error {
	lib, err := loadLibrary(c.Dir)
	if err != nil {
		return err
	}
	var list []*codes.Release
	for _, r := range lib.Releases(c.System) {
		if !r.Dated {
			list = append(list, r)
		}
	}
	sort.SliceStable(list, func(i, j int) bool { return list[i].From < list[j].From })
	pick := func(name string, at int) (*codes.Release, error) {
		if name == "" {
			if at < 0 || at >= len(list) {
				return nil, fmt.Errorf("of %s %d releases are loaded; two are needed", c.System, len(list))
			}
			return list[at], nil
		}
		for _, r := range list {
			if strings.EqualFold(r.Name, name) {
				return r, nil
			}
		}
		return nil, fmt.Errorf("no release of %s is called %s", c.System, name)
	}
	older, err := pick(c.From, len(list)-2)
	if err != nil {
		return err
	}
	newer, err := pick(c.To, len(list)-1)
	if err != nil {
		return err
	}
	n := map[string]int{}
	say := func(change string, e codes.Entry) error {
		n[change]++
		if c.Format == "json" {
			return printJSON(a, map[string]any{"change": change, "code": e.Code, "heading": e.Heading, "long": longOf(e)})
		}
		fmt.Fprintf(a.stdout, "%-10s %-8s %s\n", change, e.Code, longOf(e))
		return nil
	}
	newer.Each(func(e codes.Entry) bool {
		was, ok := older.Entry(e.Code, 0)
		switch {
		case !ok:
			err = say("added", e)
		case was.Heading != e.Heading && e.Heading:
			err = say("heading", e)
		case was.Heading != e.Heading:
			err = say("billable", e)
		case was.Long != e.Long || was.Short != e.Short:
			err = say("reworded", e)
		}
		return err == nil
	})
	older.Each(func(e codes.Entry) bool {
		if err == nil && !newer.Known(e.Code) {
			err = say("removed", e)
		}
		return err == nil
	})
	if err == nil && c.Format == "text" {
		fmt.Fprintf(a.stdout, "%s to %s: %d added, %d removed, %d became headings, %d became billable, %d reworded\n", older.Name, newer.Name, n["added"], n["removed"], n["heading"],
			n["billable"], n["reworded"])
	}
	return err
}
