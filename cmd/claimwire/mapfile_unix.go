//go:build unix

package main

import (
	"math"
	"os"
	"syscall"
)

// mapFile maps a file that is never changed once it has its name: processes
// share its pages, and only those that are looked at are read.
func mapFile(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if st.Size() == 0 || st.Size() > math.MaxInt32 {
		return os.ReadFile(name)
	}
	b, err := syscall.Mmap(int(f.Fd()), 0, int(st.Size()), syscall.PROT_READ, syscall.MAP_SHARED)
	if err != nil {
		return os.ReadFile(name) // a file system that cannot
	}
	return b, nil
}
