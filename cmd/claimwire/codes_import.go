package main

import (
	"archive/zip"
	"bufio"
	"bytes"
	"cmp"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"os/user"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"claimwire/edi/codes"
	"claimwire/edi/drg"
	"claimwire/edi/mce"
)

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
		b, err := mapFile(p)
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
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("folder of code sets %s: %w; claimwire codes import --dir %s FILE... makes it", dir, fs.ErrNotExist, dir)
	case err != nil:
		return nil, err
	}
	return codes.NewLibrary(list), nil
}

type codesImportCmd struct {
	codesDir
	Files     []string `arg:"" help:"Publishers' files, or the zips and jars in which they publish them."`
	System    string   `help:"The files are bare lists of codes of this system: carc, rarc, claim-status, taxonomy, cpt, revenue-code …" placeholder:"NAME"`
	Effective string   `help:"Days on which the release is in force, where the file does not say." placeholder:"FROM..TO"`
	Licence   string   `help:"For a licensed list: your licence, as you want it recorded beside your name and the day." placeholder:"TEXT" aliases:"license,i-have-a-licence"`
}

// licensed are systems whose lists their publishers license.
var licensed = map[string]string{codes.CPT: "the AMA", "cpt-modifier": "the AMA", codes.CDT: "the ADA", codes.Revenue: "the NUBC", "bill-type": "the NUBC",
	"condition-code": "the NUBC", "occurrence-code": "the NUBC", "occurrence-span-code": "the NUBC", "value-code": "the NUBC", "patient-status": "the NUBC",
	"admission-type": "the NUBC", "admission-source": "the NUBC"}

// otherNames are names that people have for systems.
var otherNames = map[string]string{"revenue": codes.Revenue, "icd10cm": codes.ICD10CM, "icd10pcs": codes.ICD10PC, "modifiers": codes.Modifiers, "hcpcs-modifier": codes.Modifiers,
	"nucc": codes.Taxonomy, "status": codes.Status, "category": codes.Category}

// Run imports. Each file is loaded whole or not at all; what was loaded before
// stays.
func (c *codesImportCmd) Run(a *app) error {
	from, to, err := span(c.Effective)
	if err != nil {
		return err
	}
	if other := otherNames[c.System]; other != "" {
		c.System = other
	}
	if c.System != "" && strings.Trim(c.System, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
		return fmt.Errorf("--system: %s is no name of a system: they have small letters, digits and hyphens", c.System)
	}
	if who := licensed[c.System]; who != "" && c.Licence == "" {
		return fmt.Errorf("lists of %s are licensed by %s: --licence records yours", c.System, who)
	}
	refused := 0
	for _, file := range c.Files {
		err := c.file(a, file, from, to)
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
		if to = parse(b); err == nil && to < from {
			err = errors.New("--effective: ends before it begins")
		}
	}
	return from, to, err
}

const (
	// maxWhole bounds a file that is read into memory.
	maxWhole = 256 << 20
	// maxMember bounds a file that is unpacked.
	maxMember = 1 << 30
	// maxStreamed bounds a file that is read as it stands on the disk.
	maxStreamed = 16 << 30
	// maxUnpacked bounds what a file unpacks to, all its members together.
	maxUnpacked = 4 << 30
	// maxMembers bounds how many files of an archive are looked at.
	maxMembers = 2000
)

// importing is one file on its way in: what it holds is kept when all of it was
// read.
type importing struct {
	*codesImportCmd
	from, to int
	name     string // of the file that was given
	loaded   []arrived
	addenda  []*codes.Addenda
	sources  map[*codes.Addenda]source
	tables   []table
	unpacked int64 // bytes so far
}

type source struct{ name, digest string }

type arrived struct {
	*codes.Loaded
	source
}

// table is one of CMS's tables, which drg and mce read.
type table struct {
	name  string
	bytes []byte
}

func (c *codesImportCmd) file(a *app, file string, from, to int) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return err
	}
	if st.IsDir() {
		return errors.New("it is a folder; name the files in it")
	}
	if st.Size() == 0 {
		return errors.New("it is empty")
	}
	if st.Size() > maxStreamed {
		return fmt.Errorf("it is larger than %d bytes", int64(maxStreamed))
	}
	x := &importing{codesImportCmd: c, from: from, to: to, name: filepath.Base(file), sources: map[*codes.Addenda]source{}}
	if err := x.read(x.name, f, st.Size(), 0); err != nil {
		return err
	}
	return x.keep(a)
}

// read takes a file: a zip or jar, something compressed, or what a publisher
// writes. size is 0 where it is not known.
func (x *importing) read(name string, r io.Reader, size int64, depth int) error {
	if depth > 3 {
		return errors.New("it is packed too deep")
	}
	br := bufio.NewReaderSize(r, 64<<10)
	head, err := br.Peek(4096)
	if err != nil && err != io.EOF {
		return err
	}
	spreadsheet := strings.EqualFold(filepath.Ext(name), ".xlsx") || bytes.Contains(head, []byte("[Content_Types].xml")) && bytes.HasPrefix(head, []byte("PK\x03\x04"))
	switch {
	case bytes.HasPrefix(head, []byte("PK\x03\x04")) && !spreadsheet:
		if f, ok := r.(*os.File); ok {
			return x.archive(f, size, depth)
		}
		b, err := boundedAll(br)
		if err != nil {
			return err
		}
		return x.archive(bytes.NewReader(b), int64(len(b)), depth)
	case bytes.HasPrefix(head, []byte{0x1f, 0x8b}):
		z, err := gzip.NewReader(br)
		if err != nil {
			return err
		}
		plain := name
		if strings.EqualFold(filepath.Ext(name), ".gz") {
			plain = name[:len(name)-3]
		}
		return x.read(plain, x.limited(z), 0, depth+1)
	case isTable(name):
		b, err := boundedAll(br)
		if err == nil {
			x.tables = append(x.tables, table{strings.ToLower(name), b})
		}
		return err
	}
	sum := sha256.New()
	tee := io.TeeReader(br, sum)
	if codes.IsAddenda(name, head) && x.System == "" {
		ad, err := codes.ReadAddenda(name, tee)
		if err != nil {
			return err
		}
		x.addenda = append(x.addenda, ad)
		x.sources[ad] = source{name, digestOf(sum, tee)}
		return nil
	}
	list, err := codes.Read(x.System, name, tee)
	if err != nil {
		return err
	}
	s := source{name, digestOf(sum, tee)}
	for _, l := range list {
		x.loaded = append(x.loaded, arrived{l, s})
	}
	return nil
}

// digestOf is the digest of all of a file, also of what a reader left.
func digestOf(sum hash.Hash, rest io.Reader) string {
	io.Copy(io.Discard, rest)
	return hex.EncodeToString(sum.Sum(nil))
}

// limited is a reader of something that is unpacked, and says when there is more
// than it may give.
type limited struct {
	r    io.Reader
	left int64
	all  *int64 // of everything that the file unpacks to
}

func (x *importing) limited(r io.Reader) *limited { return &limited{r, maxMember, &x.unpacked} }

func (l *limited) Read(b []byte) (int, error) {
	if l.left <= 0 {
		return 0, fmt.Errorf("it unpacks to more than %d bytes", maxMember)
	}
	if *l.all >= maxUnpacked {
		return 0, fmt.Errorf("it and the files beside it unpack to more than %d bytes", int64(maxUnpacked))
	}
	n, err := l.r.Read(b[:min(int64(len(b)), l.left)])
	l.left -= int64(n)
	*l.all += int64(n)
	return n, err
}

// boundedAll reads what has to be in memory as a whole: an archive in an archive,
// one of CMS's tables.
func boundedAll(r io.Reader) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(r, maxWhole+1))
	if err == nil && len(b) > maxWhole {
		err = fmt.Errorf("it is larger than %d bytes", maxWhole)
	}
	return b, err
}

// archive takes what is known of a zip or jar; the rest of it is left alone.
func (x *importing) archive(r io.ReaderAt, size int64, depth int) error {
	z, err := zip.NewReader(r, size)
	if err != nil {
		return fmt.Errorf("it is no zip that can be read: %w", err)
	}
	if len(z.File) > maxMembers {
		return fmt.Errorf("it holds more than %d files", maxMembers)
	}
	known, text := 0, ""
	whole := false // the new list lies beside what changed in it
	for _, m := range z.File {
		base := path.Base(strings.ReplaceAll(m.Name, `\`, "/"))
		if head, err := headOf(m); err == nil && x.System == "" && strings.EqualFold(path.Ext(base), ".txt") {
			whole = whole || codes.Recognise(base, head)
		}
	}
	for _, m := range z.File {
		base := path.Base(strings.ReplaceAll(m.Name, `\`, "/"))
		ext := strings.ToLower(path.Ext(base))
		if m.FileInfo().IsDir() || strings.HasPrefix(base, "._") {
			continue
		}
		head, err := headOf(m)
		if err != nil {
			return fmt.Errorf("%s: %w", base, err)
		}
		if ext == ".txt" || ext == ".csv" {
			text = base
		}
		take := ext == ".jar" || ext == ".zip" || isTable(base) || x.System == "" && (codes.Recognise(base, head) && ext != ".xlsx" || !whole && codes.IsAddenda(base, head))
		if !take {
			continue
		}
		o, err := m.Open()
		if err != nil {
			return fmt.Errorf("%s: %w", base, err)
		}
		err = x.read(base, x.limited(o), 0, depth+1)
		o.Close()
		if err != nil {
			return fmt.Errorf("%s: %w", base, err)
		}
		known++
	}
	if known > 0 || depth > 0 {
		return nil
	}
	// Spreadsheets alone, or a bare list.
	for _, m := range z.File {
		base := path.Base(strings.ReplaceAll(m.Name, `\`, "/"))
		head, err := headOf(m)
		if err != nil {
			return fmt.Errorf("%s: %w", base, err)
		}
		if x.System == "" && !codes.Recognise(base, head) || x.System != "" && base != text {
			continue
		}
		o, err := m.Open()
		if err != nil {
			return fmt.Errorf("%s: %w", base, err)
		}
		err = x.read(base, x.limited(o), 0, depth+1)
		o.Close()
		if err != nil {
			return fmt.Errorf("%s: %w", base, err)
		}
	}
	return nil
}

func headOf(m *zip.File) ([]byte, error) {
	o, err := m.Open()
	if err != nil {
		return nil, err
	}
	defer o.Close()
	head := make([]byte, 4096)
	k, err := io.ReadFull(o, head)
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		err = nil
	}
	return head[:k], err
}

// isTable says whether a file is one of CMS's tables, which drg and mce read.
func isTable(name string) bool {
	return strings.EqualFold(name, "msdrg_combined.bin") || strings.EqualFold(name, "mce.bin")
}

// kept is a release that is ready to be written.
type kept struct {
	file  string
	bytes []byte
	words string
}

// keep builds the releases and puts them into the folder, all or none.
func (x *importing) keep(a *app) error {
	if len(x.loaded)+len(x.addenda)+len(x.tables) == 0 {
		return errors.New("it holds nothing that is known; --system says that it is a list of codes")
	}
	old, err := loadLibrary(x.Dir)
	if errors.Is(err, fs.ErrNotExist) {
		old, err = codes.NewLibrary(nil), nil
	}
	if err != nil {
		return err
	}
	var out []kept
	for _, l := range x.loaded {
		if l.Partial && x.whole(l.Loaded) {
			continue
		}
		k, err := x.release(old, l)
		if err != nil {
			return fmt.Errorf("%s: %w", l.name, err)
		}
		out = append(out, k...)
	}
	for _, ad := range x.addenda {
		if x.covers(ad) {
			continue // the whole list lies beside it
		}
		l, err := applied(old, ad)
		if err != nil {
			return fmt.Errorf("%s: %w", x.sources[ad].name, err)
		}
		k, err := x.release(old, arrived{l, x.sources[ad]})
		if err != nil {
			return fmt.Errorf("%s: %w", x.sources[ad].name, err)
		}
		out = append(out, k...)
	}
	for _, t := range x.tables {
		if t.name == "mce.bin" {
			tables, err := mce.Read(t.bytes)
			var list []*codes.Loaded
			if err == nil {
				list, err = editorCodes(tables)
			}
			if err != nil {
				return fmt.Errorf("%s: %w", t.name, err)
			}
			digest := sha256.Sum256(t.bytes)
			for _, l := range list {
				k, err := x.release(old, arrived{l, source{t.name, hex.EncodeToString(digest[:])}})
				if err != nil {
					return fmt.Errorf("%s: %w", t.name, err)
				}
				out = append(out, k...)
			}
		}
		if t.name != "mce.bin" {
			if err := drg.Check(t.bytes); err != nil {
				return fmt.Errorf("%s: %w", t.name, err)
			}
		}
		out = append(out, kept{filepath.Join(x.Dir, importedTables, t.name), t.bytes, t.name + ": kept for drg and mce"})
	}
	return x.write(a, out)
}

// write puts all files on the disk under temporary names, and then gives them their
// own: a run that is stopped before leaves nothing of them.
func (x *importing) write(a *app, out []kept) error {
	written := map[string]string{}
	defer func() {
		for temporary := range written {
			os.Remove(temporary)
		}
	}()
	folders := map[string]bool{}
	for _, k := range out {
		if k.file == "" {
			continue
		}
		folder := filepath.Dir(k.file)
		if !folders[folder] {
			folders[folder] = true
			if err := os.MkdirAll(folder, 0o755); err != nil {
				return err
			}
			sweep(folder)
		}
		temporary, err := writeTemporary(folder, k.bytes)
		if err != nil {
			return err
		}
		written[temporary] = k.file
		if err := os.Chmod(temporary, 0o644); err != nil { // the service may run as somebody else
			return err
		}
	}
	for temporary, file := range written {
		if err := os.Rename(temporary, file); err != nil {
			return err
		}
		delete(written, temporary)
	}
	for folder := range folders {
		if err := syncFolder(folder); err != nil {
			return err
		}
	}
	for _, k := range out {
		fmt.Fprintln(a.stdout, k.words)
	}
	return nil
}

// whole says whether the same archive has a file that says more.
func (x *importing) whole(part *codes.Loaded) bool {
	for _, l := range x.loaded {
		if !l.Partial && l.System == part.System && l.From == part.From {
			return true
		}
	}
	return false
}

func (x *importing) covers(ad *codes.Addenda) bool {
	for _, l := range x.loaded {
		if l.System == ad.System && l.From == ad.From {
			return true
		}
	}
	// Of addenda of order files and of files of codes, the former say more.
	for _, other := range x.addenda {
		if other != ad && other.System == ad.System && other.From == ad.From && other.Order && !ad.Order {
			return true
		}
	}
	return false
}

// applied makes the newer release of addenda and of the older one that fits: a
// list that is loaded, or that of the day before with what came in April.
func applied(old *codes.Library, ad *codes.Addenda) (*codes.Loaded, error) {
	system := old.System(ad.System)
	var seen []string
	for _, r := range old.Releases(ad.System) {
		if r.Dated || ad.From != 0 && r.From >= ad.From {
			continue
		}
		seen = append(seen, r.Name)
		var list []codes.Entry
		r.Each(func(e codes.Entry) bool {
			list = append(list, e)
			return true
		})
		if ad.Fits(list) {
			return ad.Apply(list, r.Name)
		}
	}
	if ad.From != 0 {
		if list, name := system.AsOf(dayBefore(ad.From)); ad.Fits(list) {
			return ad.Apply(list, name)
		}
	}
	what := fmt.Sprintf("they change a release of %s", ad.System)
	if ad.CodesBefore != 0 {
		what += fmt.Sprintf(" of %d codes", ad.CodesBefore)
	}
	if len(seen) > 0 {
		return nil, fmt.Errorf("%s, which %s has not (codes of an April are missing?): import that list first, the editor's table, or the whole new list", what, strings.Join(seen, ", "))
	}
	return nil, fmt.Errorf("%s, and none is loaded: import that release first, or the whole list", what)
}

// dayBefore is the day before a day, CCYYMMDD.
func dayBefore(n int) int { return moved(n, -1) }

// editorCodes are the codes of the editor's tables, with their days.
func editorCodes(t *mce.Tables) (list []*codes.Loaded, err error) {
	for _, s := range []struct {
		system     string
		procedures bool
	}{{codes.ICD10CM, false}, {codes.ICD10PC, true}} {
		l := &codes.Loaded{System: s.system, Name: "Medicare code editor", From: 20151001, To: t.Last, Dated: true}
		err := t.Each(s.procedures, func(code string, from, to int) {
			if from < 20151001 || len(code) < 3 {
				return // ICD-9-CM
			}
			if to >= 99990000 {
				to = 0
			}
			l.Entries = append(l.Entries, codes.Entry{Code: code, From: from, To: to})
		})
		if err != nil {
			return nil, err
		}
		list = append(list, l)
	}
	return list, nil
}

// release builds one release, unless it is there already.
func (x *importing) release(old *codes.Library, l arrived) ([]kept, error) {
	if x.from != 0 {
		l.From, l.To, l.Dated = x.from, x.to, false
	}
	if l.From == 0 {
		if x.System == "" && (l.System == codes.ICD10CM || l.System == codes.ICD10PC || l.System == codes.POA || strings.HasPrefix(l.System, "mue-")) {
			return nil, errors.New("its name has no year or day: --effective says from when to when it is in force")
		}
		l.From = 19000101
	}
	if l.Name == "" {
		l.Name = l.name
	}
	for _, r := range old.Releases(l.System) {
		if r.SHA256 != l.digest {
			continue
		}
		if r.From == l.From && r.To == l.To {
			return []kept{{words: fmt.Sprintf("%s: %s %s is loaded already", l.name, l.System, l.Name)}}, nil
		}
		if x.from == 0 { // of another year, or another last day by another name
			return nil, fmt.Errorf("its bytes are those of %s %s, which is loaded: one of the two names is wrong; --effective says when it is in force", r.System, r.Name)
		}
	}
	if x.from == 0 {
		if err := mislabelled(old.System(l.System), l.Loaded); err != nil {
			return nil, err
		}
	}
	meta := codes.Meta{System: l.System, Name: l.Name, From: l.From, To: l.To, Source: l.name, SHA256: l.digest, Loaded: time.Now().UTC().Format(time.RFC3339Nano), Dated: l.Dated, Notice: l.Notice, Set: l.Set}
	if x.Licence != "" {
		meta.Notice = strings.TrimPrefix(l.Notice+"; ", "; ") + "licence: " + x.Licence + ", acknowledged by " + userName() + " on " + time.Now().UTC().Format("2006-01-02")
	}
	b, err := codes.Build(meta, l.Entries)
	if err != nil {
		return nil, err
	}
	if _, err := codes.OpenRelease(b); err != nil {
		return nil, err
	}
	name := fmt.Sprintf("%08d-%s", l.From, l.digest[:12])
	if x.from != 0 { // the same bytes may be in force for other days, too
		name = fmt.Sprintf("%08d-%08d-%s", l.From, l.To, l.digest[:12])
	}
	file := filepath.Join(x.Dir, l.System, name+releaseExt)
	return []kept{{file, b, fmt.Sprintf("%s: %s %s, %d codes, in force %s", l.name, l.System, l.Name, len(l.Entries), days(l.From, l.To))}}, nil
}

// manyStrangers is how many codes of a year's list may differ from those of the
// editor's table on its first day: some come in the middle of a year, which its list
// may hold or not, and a new year has twice as many.
const manyStrangers = 100

// mislabelled says that a year's list is another year's, by what is loaded: it has
// the codes of another list, or others than the editor's table on its first day.
func mislabelled(s *codes.System, l *codes.Loaded) error {
	if s == nil || l.Dated || l.System != codes.ICD10CM && l.System != codes.ICD10PC {
		return nil
	}
	billable := map[string]bool{}
	for i := range l.Entries {
		if !l.Entries[i].Heading {
			billable[l.Entries[i].Code] = true
		}
	}
	for _, r := range s.Releases {
		same, first := 0, ""
		strangers := len(billable)
		switch {
		case r.Dated && r.Covers(l.From):
			for _, c := range r.All() {
				valid := r.Standing(c, l.From) == codes.Valid
				switch {
				case valid && billable[c]:
					strangers--
				case valid:
					strangers++
					first = min(c, cmp.Or(first, c))
				}
			}
			if len(billable) > wholeYear && strangers > manyStrangers {
				return fmt.Errorf("%d of its codes come or go on other days than its name says, by %s, among them %s: it is another year's; --effective says when it is in force", strangers, r.Name, first)
			}
		case !r.Dated && r.From != l.From:
			for _, c := range r.All() {
				if r.Standing(c, r.From) != codes.Valid {
					continue
				}
				if !billable[c] {
					same = -1
					break
				}
				same++
			}
			if same == len(billable) {
				return fmt.Errorf("its codes are those of %s %s, which is loaded: one of the two names is wrong; --effective says when it is in force", r.System, r.Name)
			}
		}
	}
	return nil
}

// wholeYear is how many codes a year's list has at least; a shorter one is a part of
// one, or an example.
const wholeYear = 50_000

// userName is who acknowledges a licence.
func userName() string {
	if u, err := user.Current(); err == nil && u.Username != "" {
		return u.Username
	}
	return "an unnamed user"
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

const (
	temporaryPrefix = ".new-"
	abandonedAfter  = time.Hour
)

// writeTemporary writes a file that is on the disk when it returns.
func writeTemporary(folder string, b []byte) (string, error) {
	f, err := os.CreateTemp(folder, temporaryPrefix)
	if err != nil {
		return "", err
	}
	_, err = f.Write(b)
	if err == nil {
		err = f.Sync()
	}
	if e := f.Close(); err == nil {
		err = e
	}
	if err != nil {
		os.Remove(f.Name())
		return "", err
	}
	return f.Name(), nil
}

// writeWhole writes a file under a temporary name, and gives it its own when it is
// on the disk.
func writeWhole(file string, b []byte) error {
	folder := filepath.Dir(file)
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	temporary, err := writeTemporary(folder, b)
	if err != nil {
		return err
	}
	defer os.Remove(temporary)
	return os.Rename(temporary, file)
}

// sweep takes away what runs that were stopped have left.
func sweep(folder string) {
	old, err := filepath.Glob(filepath.Join(folder, temporaryPrefix+"*"))
	if err != nil {
		return
	}
	for _, f := range old {
		if st, err := os.Stat(f); err == nil && time.Since(st.ModTime()) > abandonedAfter {
			os.Remove(f)
		}
	}
}

// syncFolder puts the names in a folder on the disk, where the system can.
func syncFolder(folder string) error {
	d, err := os.Open(folder)
	if err != nil {
		return err
	}
	d.Sync()
	return d.Close()
}
