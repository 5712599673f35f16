package main

import (
	"errors"
	"fmt"
	"slices"
	"sort"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"claimwire/edi/codes"
)

type codesCmd struct {
	Import codesImportCmd `cmd:"" help:"Load code sets from their publishers' own files."`
	List   codesListCmd   `cmd:"" help:"List what is loaded, and what is stale."`
	Lookup codesLookupCmd `cmd:"" help:"Look codes up on a day."`
	Search codesSearchCmd `cmd:"" help:"Find codes by words."`
	Diff   codesDiffCmd   `cmd:"" help:"Show what a release changes, and which claims that touches."`
	Levels codesLevelsCmd `cmd:"" help:"Compare providers' levels of visits, and the weight of hospitals' stays, with those of their peers."`
	HCC    codesHCCCmd    `cmd:"" name:"hcc" help:"Show what claims say of their patients for risk adjustment, and what was said last year and is missing."`
}

// Help gives the example.
func (codesCmd) Help() string {
	return example("codes import cms_2026_dx.zip --dir codes", "codes lookup E11.9 --on 2026-10-15 --dir codes", "codes diff icd-10-cm --dir codes --claims october.edi")
}

type codesDir struct {
	Dir    string `help:"Folder of loaded code sets." type:"path" default:"codes" env:"CLAIMWIRE_CODES" placeholder:"DIR"`
	Format string `help:"text, or json: one object a line." enum:"text,json" default:"text"`
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

// dayAfter is the day after a day, CCYYMMDD.
func dayAfter(n int) int { return moved(n, 1) }

// moved is a day so many days later.
func moved(n, days int) int {
	t, err := time.Parse("20060102", strconv.Itoa(n))
	if err != nil {
		return n
	}
	m, _ := strconv.Atoi(t.AddDate(0, 0, days).Format("20060102"))
	return m
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
		fmt.Fprintln(w, "SYSTEM\tRELEASE\tFROM\tTO\tCODES\tSTATE\tSTALE FROM\tFILE\tNOTICE")
	}
	for _, s := range lib.Systems() {
		fresh, last := false, 0 // the last day that is answered for; -1: always
		for _, r := range lib.Releases(s) {
			fresh = fresh || r.Covers(day)
			if r.To == 0 {
				last = -1
			} else if last >= 0 {
				last = max(last, r.To)
			}
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
			stale := ""
			if i == 0 && last > 0 {
				stale = isoDay(dayAfter(last))
			}
			if c.Format == "json" {
				if err := printJSON(a, struct {
					codes.Meta
					State string `json:"state"`
					Stale string `json:"stale_from,omitempty"`
				}{r.Meta, state, stale}); err != nil {
					return err
				}
				continue
			}
			to := ""
			if r.To != 0 {
				to = isoDay(r.To)
			}
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%d\t%s\t%s\t%s\t%s\n", r.System, r.Name, isoDay(r.From), to, r.Codes, state, stale, r.Source, r.Notice)
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

// about says whether a system says something about codes of another, rather than
// which codes there are.
func about(system string) bool {
	for _, prefix := range []string{"hcc-", "rxhcc-", "mue-", "ncci-", "samhsa-"} {
		if strings.HasPrefix(system, prefix) {
			return true
		}
	}
	return slices.Contains([]string{codes.POA, codes.Conversion, codes.AddOn, codes.VisitMix}, system)
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
			if !lib.System(s).Known(plain) {
				continue
			}
			ok, err := c.one(a, lib, s, plain, day)
			if err != nil {
				return err
			}
			if !about(s) || c.System != "" {
				found, good = true, good && ok
			}
		}
		if !found {
			good = false
			if c.Format == "json" {
				if err := printJSON(a, map[string]any{"code": plain, "standing": "unknown"}); err != nil {
					return err
				}
			} else {
				fmt.Fprintf(a.stdout, "%s  no list of codes that is loaded has it\n", plain)
			}
		}
	}
	if !good {
		return errNotGood
	}
	return nil
}

// one says what a system knows of a code.
func (c *codesLookupCmd) one(a *app, lib *codes.Library, system, code string, day int) (good bool, err error) {
	e, r, standing := lib.Lookup(system, code, day)
	var below, instead []string
	word := ""
	switch standing {
	case codes.Valid:
		word, good = "valid", true
		if about(system) {
			word = "listed"
		}
	case codes.Heading:
		below = lib.System(system).Below(code, day, 12)
		word = "a heading, not to be billed"
	case codes.NoCode:
		word = "not valid on this day"
		if was, ok := lib.System(system).Ever(code); ok && (was.From != 0 || was.To != 0) {
			word += "; it is " + days(max(was.From, 19000101), was.To)
		}
	case codes.NotLoaded:
		word = "no release of this day is loaded"
	}
	if system == codes.ICD10CM && standing != codes.Valid {
		instead, _ = lib.ReplacedBy(code, day, 12)
	}
	if c.Format == "json" {
		o := map[string]any{"code": code, "system": system, "on": isoDay(day), "standing": []string{"not_loaded", "no_code", "heading", "valid"}[standing], "short": e.Short, "long": e.Long}
		if r != nil {
			o["release"] = r.Name
		}
		if len(below) > 0 {
			o["below"] = below
		}
		if len(instead) > 0 {
			o["replaced_by"] = instead
		}
		if e.Attributes != "" {
			o["attributes"] = strings.Fields(e.Attributes)
		}
		return good, printJSON(a, o)
	}
	fmt.Fprintf(a.stdout, "%s  %s on %s: %s%s\n", code, system, isoDay(day), word, before(". ", longOf(e)))
	if len(below) > 0 {
		fmt.Fprintf(a.stdout, "    billable below it: %s\n", strings.Join(below, ", "))
	}
	if len(instead) > 0 {
		fmt.Fprintf(a.stdout, "    replaced by, or divided into: %s\n", strings.Join(instead, ", "))
	}
	if e.Attributes != "" {
		fmt.Fprintf(a.stdout, "    %s\n", e.Attributes)
	}
	return good, nil
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
		r := lib.System(s).On(day)
		if c.System != "" && s != c.System || r == nil {
			continue
		}
		r.Each(func(e codes.Entry) bool {
			text := strings.ToLower(e.Long + " " + e.Short)
			for _, w := range c.Words {
				if !strings.Contains(text, strings.ToLower(w)) {
					return true
				}
			}
			if e.From > day || e.To != 0 && e.To < day {
				return true
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
	System string   `arg:"" help:"System, such as icd-10-cm."`
	From   string   `arg:"" optional:"" help:"Release by its name; the one before the last when not given."`
	To     string   `arg:"" optional:"" help:"Release by its name; the last one when not given."`
	Claims []string `help:"Claims to look through, X12 files or the JSON Lines of decode: those that have a code which the release takes away, or makes a heading, are named." placeholder:"FILE"`
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
	if len(list) < 2 {
		list = lib.Releases(c.System) // tables of codes with days of their own
	}
	list = slices.Clone(list)
	sort.SliceStable(list, func(i, j int) bool {
		if list[i].From != list[j].From {
			return list[i].From < list[j].From
		}
		return list[i].To < list[j].To
	})
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
	gone := map[string]string{} // code → what became of it
	say := func(change string, e codes.Entry) error {
		n[change]++
		if change == "removed" || change == "heading" || change == "ended" {
			gone[e.Code] = change
		}
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
		case was.To != e.To && e.To != 0:
			err = say("ended", e)
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
	if err != nil {
		return err
	}
	touched := 0
	if len(c.Claims) > 0 {
		if touched, err = c.touched(a, lib, gone, newer.From); err != nil {
			return err
		}
	}
	if c.Format == "text" {
		ended := ""
		if n["ended"] > 0 {
			ended = fmt.Sprintf(", %d ended", n["ended"])
		}
		fmt.Fprintf(a.stdout, "%s to %s: %d added, %d removed, %d became headings, %d became billable, %d reworded%s\n", older.Name, newer.Name, n["added"], n["removed"], n["heading"],
			n["billable"], n["reworded"], ended)
		if len(c.Claims) > 0 {
			fmt.Fprintf(a.stdout, "%s with codes that are gone or are headings from %s on\n", count(touched, "claim"), isoDay(newer.From))
		}
	}
	return nil
}
