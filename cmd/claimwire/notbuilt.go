package main

import (
	"fmt"

	"github.com/alecthomas/kong"
)

// notBuilt is a command of the contract that does not exist yet: it takes any
// arguments, says so in one line and ends with 2, so that a script never takes
// it for done. A command leaves this file when it is built.
type notBuilt struct {
	Args []string `arg:"" optional:"" help:"Arguments of the command."`
}

// Run prints the help where it was asked for, and else refuses.
func (n *notBuilt) Run(a *app, k *kong.Context) error {
	for _, arg := range n.Args {
		if arg == "--" {
			break
		}
		if arg == "--help" || arg == "-h" {
			return k.PrintUsage(false)
		}
	}
	return errNotBuilt(k.Selected().Name)
}

// errNotBuilt is the one line of a command that is not there yet.
func errNotBuilt(command string) error {
	return fmt.Errorf("%s: not built yet", command)
}

type (
	codesCmd struct{ notBuilt }
)

// Help gives the example of each command.

func (codesCmd) Help() string {
	return example("codes import 2027-code-descriptions-tabular-order.zip --dir codes", "codes lookup E11.9 --on 2026-10-15")
}

// example is the part of --help that shows command lines to copy.
func example(lines ...string) string {
	s := "Example:\n\n"
	for _, l := range lines {
		s += "    claimwire " + l + "\n"
	}
	return s
}
