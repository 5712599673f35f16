package guide

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"
)

//go:embed data
var dataFiles embed.FS

// entry is one guide of the binary; it is parsed and compiled on first use.
type entry struct {
	def *definition
	get func() (*Guide, error)
}

// library is what a folder of dictionaries and guides holds.
type library struct {
	dicts map[string]func() (*Dictionary, error) // by version; read on first use
	list  []*entry
}

// further are the folders that were added to what the binary holds.
var further struct {
	sync.Mutex
	folders []fs.FS
	sealed  bool // the library has been read
}

// Add adds the dictionaries and guides of a folder to those of the binary, for
// the whole process; it comes before the first Lookup. A guide that is here
// already, or that does not lint, is an error.
func Add(fsys fs.FS) error {
	problems, err := LintFolder(fsys)
	if err != nil {
		return err
	}
	if len(problems) > 0 {
		return fmt.Errorf("%v", problems[0])
	}
	further.Lock()
	defer further.Unlock()
	if further.sealed {
		return errors.New("the guides have been read already")
	}
	further.folders = append(further.folders, fsys)
	return nil
}

var embedded = sync.OnceValues(func() (*library, error) {
	further.Lock()
	further.sealed = true
	folders := further.folders
	further.Unlock()
	return withFolders(folders...)
})

// withFolders is what the binary holds and folders beside it.
func withFolders(folders ...fs.FS) (*library, error) {
	sub, err := fs.Sub(dataFiles, "data")
	if err != nil {
		return nil, err
	}
	return readLibrary(append([]fs.FS{sub}, folders...)...)
}

// notePrinted adds the codes that a guide prints to the elements of the
// dictionary: a value that no guide has is taken for none of the standard.
func (def *definition) notePrinted(dict *Dictionary) {
	for _, l := range def.loops {
		for _, u := range l.uses {
			sd := dict.Segments[u.segmentID()]
			if u.segment == "" || sd == nil {
				continue
			}
			for _, e := range u.elements {
				if e.element > len(sd.Elements) || len(e.codes) == 0 {
					continue
				}
				p := sd.Elements[e.element-1]
				if e.component > 0 && p.Composite != nil && e.component <= len(p.Composite.Components) {
					p = p.Composite.Components[e.component-1]
				}
				if p.Element == nil {
					continue
				}
				if p.Element.Printed == nil {
					p.Element.Printed = map[string]bool{}
				}
				for _, c := range e.codes {
					p.Element.Printed[c] = true
				}
			}
		}
	}
}

// dataFile is a file of a folder.
type dataFile struct {
	fsys   fs.FS
	path   string
	folder int // number of the folder
}

func (f dataFile) text() (string, error) {
	b, err := fs.ReadFile(f.fsys, f.path)
	return string(b), err
}

// filesOf lists the dictionaries and the guides below folders, each by its path.
func filesOf(folders ...fs.FS) (dicts, guides []dataFile, err error) {
	for i, fsys := range folders {
		from := len(guides)
		err := fs.WalkDir(fsys, ".", func(p string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			switch path.Ext(p) {
			case ".dict":
				dicts = append(dicts, dataFile{fsys, p, i})
			case ".guide":
				guides = append(guides, dataFile{fsys, p, i})
			}
			return nil
		})
		if err != nil {
			return nil, nil, err
		}
		slices.SortFunc(guides[from:], func(a, b dataFile) int { return strings.Compare(a.path, b.path) })
	}
	return dicts, guides, nil
}

// readLibrary finds every dictionary below the folders and reads every guide;
// compiling waits until a guide is asked for.
func readLibrary(folders ...fs.FS) (*library, error) {
	lib := &library{dicts: map[string]func() (*Dictionary, error){}}
	dicts, guides, err := filesOf(folders...)
	if err != nil {
		return nil, err
	}
	base := func(version string) (name, text string, ok bool) {
		for _, f := range dicts {
			if path.Base(f.path) == version+".dict" {
				text, err := f.text()
				return f.path, text, err == nil
			}
		}
		return "", "", false
	}
	for _, f := range dicts {
		version := strings.TrimSuffix(path.Base(f.path), ".dict")
		if lib.dicts[version] != nil {
			return nil, fmt.Errorf("%s: dictionary %s is here already", f.path, version)
		}
		lib.dicts[version] = sync.OnceValues(func() (*Dictionary, error) {
			text, err := f.text()
			if err != nil {
				return nil, err
			}
			dict, err := ParseDictionary(f.path, text, base)
			if err != nil {
				return nil, err
			}
			if dict.Version != version {
				return nil, fmt.Errorf("%s: holds dictionary %s", f.path, dict.Version)
			}
			for _, e := range lib.list {
				if e.def.uses == version {
					e.def.notePrinted(dict)
				}
			}
			return dict, nil
		})
	}
	for _, f := range guides {
		text, err := f.text()
		if err != nil {
			return nil, err
		}
		def, err := parseGuide(f.path, text)
		if err != nil {
			return nil, err
		}
		def.added = f.folder > 0 // the first is the binary's
		dict := lib.dicts[def.uses]
		if dict == nil {
			return nil, &lineError{f.path, def.line, fmt.Sprintf("uses dictionary %s, which is not there", def.uses)}
		}
		for _, name := range append([]string{def.id}, def.aliases...) {
			if e := lib.lookup(name, def.set); e != nil {
				return nil, &lineError{f.path, def.line, fmt.Sprintf("%s of the %s is here already: %s", name, def.set, e.def.file)}
			}
		}
		lib.list = append(lib.list, &entry{def: def, get: sync.OnceValues(func() (*Guide, error) {
			d, err := dict()
			if err != nil {
				return nil, err
			}
			return compile(def, d)
		})})
	}
	return lib, nil
}

// Library compiles the guides of a folder, which stands beside what the binary
// holds, and does not add them.
func Library(fsys fs.FS) ([]*Guide, error) {
	lib, err := withFolders(fsys)
	if err != nil {
		return nil, err
	}
	_, mine, err := filesOf(fsys)
	if err != nil {
		return nil, err
	}
	var list []*Guide
	for _, e := range lib.list[len(lib.list)-len(mine):] {
		g, err := e.get()
		if err != nil {
			return nil, err
		}
		list = append(list, g)
	}
	return list, nil
}

// LintFolder lints the guides of a folder that stands beside what the binary
// holds. The error is of reading.
func LintFolder(fsys fs.FS) ([]Problem, error) {
	_, guides, err := filesOf(fsys)
	if err != nil {
		return nil, err
	}
	var problems []Problem
	for _, f := range guides {
		text, err := f.text()
		if err != nil {
			return nil, err
		}
		if _, err := parseGuide(f.path, text); err != nil {
			problems = append(problems, problemOf(f.path, err))
		}
	}
	if len(problems) > 0 {
		return problems, nil
	}
	lib, err := withFolders(fsys)
	var bad *lineError
	switch {
	case errors.As(err, &bad):
		return []Problem{problemOf(bad.file, bad)}, nil
	case err != nil:
		return []Problem{{Message: err.Error()}}, nil
	}
	for _, f := range guides {
		text, err := f.text()
		if err != nil {
			return nil, err
		}
		def, err := parseGuide(f.path, text)
		if err != nil {
			return nil, err
		}
		dict, err := lib.dicts[def.uses]()
		if err != nil {
			return append(problems, problemOf("", err)), nil
		}
		problems = append(problems, Lint(f.path, text, dict)...)
	}
	return problems, nil
}

func (l *library) lookup(version, set string) *entry {
	for _, e := range l.list {
		if e.def.set != set {
			continue
		}
		if e.def.id == version {
			return e
		}
		for _, a := range e.def.aliases {
			if a == version {
				return e
			}
		}
	}
	return nil
}

// Lookup finds the guide that a GS08 (or ST03) and an ST01 name. Any version
// id that the field uses for the same guide is recognised. ok is false for a
// guide that the binary does not hold.
func Lookup(version, set string) (g *Guide, ok bool) {
	lib, err := embedded()
	if err != nil {
		return nil, false // the data of the binary is tested; see Check
	}
	e := lib.lookup(strings.TrimSpace(version), set)
	if e == nil {
		return nil, false
	}
	g, err = e.get()
	return g, err == nil
}

// All compiles every guide of the binary, in the order of their files.
func All() ([]*Guide, error) {
	lib, err := embedded()
	if err != nil {
		return nil, err
	}
	var list []*Guide
	for _, e := range lib.list {
		g, err := e.get()
		if err != nil {
			return nil, err
		}
		list = append(list, g)
	}
	return list, nil
}

// ForVersion is the dictionary of a version, "005010".
func ForVersion(version string) (*Dictionary, bool) {
	lib, err := embedded()
	if err != nil {
		return nil, false
	}
	read, ok := lib.dicts[version]
	if !ok {
		return nil, false
	}
	d, err := read()
	return d, err == nil
}

// Knows says whether there is a guide, of any edition, for a transaction set.
func Knows(set string) bool {
	lib, err := embedded()
	return err == nil && slices.ContainsFunc(lib.list, func(e *entry) bool { return e.def.set == set })
}
