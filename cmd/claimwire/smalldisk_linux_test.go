package main

import (
	"fmt"
	"os"
	"syscall"
	"testing"
)

// smallDisk mounts a small file system at a folder, where that is allowed.
func smallDisk(t *testing.T, dir string, mib int) bool {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, fmt.Sprintf("size=%dm,mode=0700", mib)); err != nil {
		t.Logf("no small disk can be mounted, so none fills up: %v", err)
		return false
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return true
}
