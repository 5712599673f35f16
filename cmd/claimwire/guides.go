package main

import (
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"claimwire/edi"
	"claimwire/edi/diag"
	"claimwire/edi/guide"
	"claimwire/edi/rule"
)

type guidesCmd struct {
	List  guidesListCmd  `cmd:"" help:"List the implementation guides that files are checked against."`
	Check guidesCheckCmd `cmd:"" help:"Lint guides of your own, let them test themselves, and check their samples."`
}

// addGuides adds the guides of a folder for this run; none where it is empty.
func addGuides(dir string) error {
	if dir == "" {
		return nil
	}
	if info, err := os.Stat(dir); err != nil {
		return err
	} else if !info.IsDir() {
		return fmt.Errorf("%s is not a folder", dir)
	}
	if err := guide.Add(os.DirFS(dir)); err != nil {
		return fmt.Errorf("%s: %w\nclaimwire guides check %s tells all", dir, err, dir)
	}
	return nil
}

type guidesListCmd struct{}

func (guidesListCmd) Help() string { return example("guides list", "guides list --guides ./guides") }

func (c *guidesListCmd) Run(a *app) error {
	all, err := guide.All()
	if err != nil {
		return err
	}
	for _, g := range all {
		state := "complete"
		if g.Partial {
			state = "partial"
		}
		fmt.Fprintf(a.stdout, "%-13s %-4s %-3s %-9s %s\n", g.ID, g.Set, g.Functional, state, g.Title)
		if len(g.Aliases) > 0 {
			fmt.Fprintf(a.stdout, "              also named %s\n", strings.Join(g.Aliases, ", "))
		}
	}
	return nil
}

type guidesCheckCmd struct {
	Path string `arg:"" help:"Folder of .guide files, or one of them."`
}

func (guidesCheckCmd) Help() string {
	return `Says of each guide, with file and line, what cannot be; then writes valid sets from it, which must raise nothing, and single faults of them, of each of which exactly one thing must be said; then checks the samples in the folders <guide id>/pass and <guide id>/fail beside it. docs/adding-a-guide.md tells how to write one. Ends with 1 when something is wrong.

` + example("guides check ./guides", "guides check ./guides/005010X217.guide", "validate --guides ./guides request.edi")
}

func (c *guidesCheckCmd) Run(a *app) error {
	info, err := os.Stat(c.Path)
	if err != nil {
		return err
	}
	dir, only := c.Path, ""
	if !info.IsDir() {
		dir, only = filepath.Dir(c.Path), filepath.Base(c.Path)
	}
	fsys := os.DirFS(dir)
	problems, err := guide.LintFolder(fsys)
	if err != nil {
		return err
	}
	good := true
	for _, p := range problems {
		if only == "" || p.File == only || p.File == "" {
			fmt.Fprintln(a.stdout, p)
			good = false
		}
	}
	if !good {
		return errNotGood
	}
	mine, err := guide.Library(fsys)
	if err != nil {
		return err
	}
	checked := 0
	for _, g := range mine {
		if only != "" && path.Base(g.File) != only {
			continue
		}
		checked++
		good = a.selfTest(g) && good
	}
	if checked == 0 {
		return fmt.Errorf("%s: no .guide file", c.Path)
	}
	if err := guide.Add(fsys); err != nil {
		return err
	}
	looked := map[string]bool{} // by sample: whether it is of a guide
	for _, g := range mine {
		if only == "" || path.Base(g.File) == only {
			ok, err := a.samples(fsys, g, looked)
			if err != nil {
				return err
			}
			good = good && ok
		}
	}
	for _, name := range slices.Sorted(maps.Keys(looked)) {
		if !looked[name] && only == "" {
			good = false
			fmt.Fprintf(a.stdout, "%s: not looked at: no set in it has the ST01 and the GS08 of the guide whose folder it lies in\n", name)
		}
	}
	if !good {
		return errNotGood
	}
	return nil
}

// selfTest lets a guide test itself and says what came of it.
func (a *app) selfTest(g *guide.Guide) bool {
	kinds, failures := g.SelfTest(guide.SelfTestOptions{})
	valid, faults := kinds[guide.ValidSets], 0
	for kind, n := range kinds {
		if kind != guide.ValidSets {
			faults += n
		}
	}
	if len(failures) == 0 {
		fmt.Fprintf(a.stdout, "%s: %s of the %s: %d valid sets raise nothing, %d faults of %d kinds are each found and placed\n", g.File, g.ID, g.Set, valid, faults, len(kinds)-1)
		return true
	}
	// Where valid sets raise something, so do the sets with a fault, of the same cause.
	told := slices.DeleteFunc(slices.Clone(failures), func(f guide.Failure) bool { return f.What != guide.ValidSets })
	if len(told) == 0 {
		told = failures
	}
	for i, f := range told {
		if i == maxTold {
			break
		}
		fmt.Fprintf(a.stdout, "%s: %v\n%s", g.File, f, near(f.Set, f.Where))
	}
	if more := len(failures) - min(len(told), maxTold); more > 0 {
		fmt.Fprintf(a.stdout, "%s: and %d more, which may have the same cause\n", g.File, more)
	}
	fmt.Fprintf(a.stdout, "%s: most often a use lacks a key that tells it from its siblings, or stands in a position that others share; docs/adding-a-guide.md, \"When the test fails\".\n", g.File)
	return false
}

// maxTold is how many failures of a guide's test are shown: one cause has many.
const maxTold = 6

// near shows the segments of a set around one, each on a line with its ordinal.
func near(set []byte, at int) string {
	var b strings.Builder
	segments := strings.Split(strings.TrimSuffix(string(set), "~"), "~")
	for i := max(0, at-4); i < min(len(segments), at+3); i++ {
		mark := ' '
		if i == at-1 {
			mark = '>'
		}
		fmt.Fprintf(&b, "  %c %3d  %s~\n", mark, i+1, printable(segments[i]))
	}
	return b.String()
}

// samples checks the samples of a guide: those under pass raise nothing of SNIP
// types 1 and 2, those under fail do. It notes in looked which are of the guide.
func (a *app) samples(fsys fs.FS, g *guide.Guide, looked map[string]bool) (good bool, err error) {
	good = true
	folder := path.Join(path.Dir(g.File), g.ID)
	for _, kind := range []string{"pass", "fail"} {
		names, err := fs.Glob(fsys, path.Join(folder, kind, "*.edi"))
		if err != nil {
			return false, err
		}
		slices.Sort(names)
		for _, name := range names {
			f, err := fsys.Open(name)
			if err != nil {
				return false, err
			}
			var list diag.List
			ofGuide := false
			_, err = edi.Process(f, edi.Options{File: name, Types: rule.Of(1, 2)}, edi.Sink{
				Report:   list.Report,
				BeginSet: func(s *edi.Set) { ofGuide = ofGuide || s.Guide != nil && s.Guide.ID == g.ID && s.Guide.Set == g.Set },
			})
			f.Close()
			if err != nil {
				return false, err
			}
			if looked[name] = looked[name] || ofGuide; !ofGuide {
				continue // of the guide's other transaction set
			}
			switch {
			case kind == "pass" && list.Errors > 0:
				good = false
				fmt.Fprintf(a.stdout, "%s: should be valid, and is not:\n", name)
				for _, d := range list.Items {
					fmt.Fprintf(a.stdout, "    segment %d, %s/%s %v: %s\n", d.Segment, d.Loop, d.Designator(), d.Code, d.Message())
				}
			case kind == "fail" && list.Errors == 0:
				good = false
				fmt.Fprintf(a.stdout, "%s: should not be valid, and nothing is said of it\n", name)
			default:
				fmt.Fprintf(a.stdout, "%s: as it should be\n", name)
			}
		}
	}
	return good, nil
}
