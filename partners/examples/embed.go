// Package examples holds trading partner profiles to begin with: the folders and
// names that clearinghouses and payers are known to use, as habits. Each says
// what it is modelled on. Hosts, names and numbers are invented.
package examples

import "embed"

// Files are the profiles and companions.
//
//go:embed *.yaml *.companion
var Files embed.FS
