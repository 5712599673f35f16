package main

import (
	"sync"

	"claimwire/edi/drg"
	"claimwire/edi/mce"
)

// stayTables are CMS's tables of a folder of code sets, read when a stay asks for
// them. It serves many goroutines. What is not there, or is damaged, is nil, and a
// stay is then said to be not checked.
type stayTables struct {
	dir    string
	editor func() *mce.Tables
	table  func() []byte
	mu     sync.Mutex
	groups map[int]*drg.Grouper
}

func newStayTables(dir string) *stayTables {
	return &stayTables{dir: dir, groups: map[int]*drg.Grouper{},
		editor: sync.OnceValue(func() *mce.Tables {
			b, err := findTable(dir, "mce.bin")
			if err != nil {
				return nil
			}
			t, err := mce.Read(b)
			if err != nil {
				return nil
			}
			return t
		}),
		table: sync.OnceValue(func() []byte {
			b, err := findTable(dir, "msdrg_combined.bin")
			if err != nil {
				return nil
			}
			return b
		})}
}

// Editor gives the editor's tables.
func (t *stayTables) Editor() *mce.Tables { return t.editor() }

// Grouper gives a version of the grouper.
func (t *stayTables) Grouper(version int) *drg.Grouper {
	t.mu.Lock()
	defer t.mu.Unlock()
	if g, ok := t.groups[version]; ok {
		return g
	}
	var g *drg.Grouper
	if b := t.table(); b != nil {
		if made, err := drg.New(b, version); err == nil {
			g = made
		}
	}
	t.groups[version] = g
	return g
}
