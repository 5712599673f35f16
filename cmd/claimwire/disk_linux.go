package main

import "syscall"

// freeSpace tells how many bytes are free where a folder is, and of how many;
// zeros: it cannot be told.
func freeSpace(dir string) (free, size uint64) {
	var s syscall.Statfs_t
	if dir == "" || syscall.Statfs(dir, &s) != nil {
		return 0, 0
	}
	return s.Bavail * uint64(s.Bsize), s.Blocks * uint64(s.Bsize)
}
