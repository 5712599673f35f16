package guide

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"sort"
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

var embedded = sync.OnceValues(func() (*library, error) {
	sub, err := fs.Sub(dataFiles, "data")
	if err != nil {
		return nil, err
	}
	return readLibrary(sub)
})

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

// readLibrary finds every dictionary below a folder and reads every guide;
// compiling waits until a guide is asked for.
func readLibrary(fsys fs.FS) (*library, error) {
	lib := &library{dicts: map[string]func() (*Dictionary, error){}}
	var guides, dicts []string
	err := fs.WalkDir(fsys, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		switch path.Ext(p) {
		case ".dict":
			dicts = append(dicts, p)
		case ".guide":
			guides = append(guides, p)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	base := func(version string) (name, text string, ok bool) {
		for _, p := range dicts {
			if path.Base(p) == version+".dict" {
				b, err := fs.ReadFile(fsys, p)
				return p, string(b), err == nil
			}
		}
		return "", "", false
	}
	for _, p := range dicts {
		version := strings.TrimSuffix(path.Base(p), ".dict")
		lib.dicts[version] = sync.OnceValues(func() (*Dictionary, error) {
			b, err := fs.ReadFile(fsys, p)
			if err != nil {
				return nil, err
			}
			dict, err := ParseDictionary(p, string(b), base)
			if err != nil {
				return nil, err
			}
			if dict.Version != version {
				return nil, fmt.Errorf("%s: holds dictionary %s", p, dict.Version)
			}
			for _, e := range lib.list {
				if e.def.uses == version {
					e.def.notePrinted(dict)
				}
			}
			return dict, nil
		})
	}
	sort.Strings(guides)
	for _, p := range guides {
		b, err := fs.ReadFile(fsys, p)
		if err != nil {
			return nil, err
		}
		def, err := parseGuide(p, string(b))
		if err != nil {
			return nil, err
		}
		dict := lib.dicts[def.uses]
		if dict == nil {
			return nil, fmt.Errorf("%s: uses dictionary %s, which is not there", p, def.uses)
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
