package main

import "fmt"

// errNotBuilt is the one line of what the contract names and is not there yet;
// the command ends with 2, so that a script never takes it for done.
func errNotBuilt(what string) error { return fmt.Errorf("%s: not built yet", what) }

// example is the part of --help that shows command lines to copy.
func example(lines ...string) string {
	s := "Example:\n\n"
	for _, l := range lines {
		s += "    claimwire " + l + "\n"
	}
	return s
}
