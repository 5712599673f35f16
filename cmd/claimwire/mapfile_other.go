//go:build !unix

package main

import "os"

// mapFile reads a file.
func mapFile(name string) ([]byte, error) { return os.ReadFile(name) }
