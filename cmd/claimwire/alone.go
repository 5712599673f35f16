package main

import (
	"fmt"
	"os"
	"path/filepath"
)

// alone holds the data folder of an embedded database for this process: another
// gateway on it would take this one's work for that of a dead one. The system lets
// it go when the process ends, however that happens.
type alone struct{ f *os.File }

// beAlone takes a folder; it is an error when another process has it.
func beAlone(dir string) (*alone, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(filepath.Join(dir, "gateway.lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	taken, err := lockFile(f)
	if err == nil && taken {
		err = fmt.Errorf("another gateway works with %s: the embedded database serves one; for more, use PostgreSQL", dir)
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return &alone{f}, nil
}

// release lets the folder go.
func (a *alone) release() {
	if a != nil {
		a.f.Close()
	}
}
