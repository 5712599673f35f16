package main

// example is the part of --help that shows command lines to copy.
func example(lines ...string) string {
	s := "Example:\n\n"
	for _, l := range lines {
		s += "    claimwire " + l + "\n"
	}
	return s
}
