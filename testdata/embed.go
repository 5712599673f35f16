// Package testdata holds the samples that are shipped with the binary: the
// encounters of the demo and the payers that they go to.
package testdata

import "embed"

// Files has encounters/*.json and *.csv, encounters/held/ with the mistakes that
// billing offices make, and payers.yaml.
//
//go:embed encounters payers.yaml
var Files embed.FS
