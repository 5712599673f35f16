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
	codesCmd       struct{ notBuilt }
	drgCmd         struct{ notBuilt }
	mceCmd         struct{ notBuilt }
	serveCmd       struct{ notBuilt }
	initCmd        struct{ notBuilt }
	reconcileCmd   struct{ notBuilt }
	benchCmd       struct{ notBuilt }
	submitCmd      struct{ notBuilt }
	claimsCmd      struct{ notBuilt }
	remittancesCmd struct{ notBuilt }
	denialsCmd     struct{ notBuilt }
	requestsCmd    struct{ notBuilt }
	filesCmd       struct{ notBuilt }
	partnersCmd    struct{ notBuilt }
)

// Help gives the example of each command.

func (codesCmd) Help() string {
	return example("codes import 2027-code-descriptions-tabular-order.zip --dir codes", "codes lookup E11.9 --on 2026-10-15")
}
func (drgCmd) Help() string { return example("drg --codes codes stays.jsonl") }
func (mceCmd) Help() string { return example("mce --codes codes stays.jsonl") }
func (serveCmd) Help() string {
	return example("serve --config gateway.yaml", "serve --config gateway.yaml --role worker")
}
func (initCmd) Help() string { return example("init") }
func (reconcileCmd) Help() string {
	return example("reconcile --config gateway.yaml")
}
func (benchCmd) Help() string { return example("bench --claims 100000") }
func (submitCmd) Help() string {
	return example("submit --server http://localhost:8837 encounters.jsonl")
}
func (claimsCmd) Help() string { return example("claims list --format json", "claims show PCN0001") }
func (remittancesCmd) Help() string {
	return example("remittances list", "remittances show 0012345")
}
func (denialsCmd) Help() string  { return example("denials list --format json") }
func (requestsCmd) Help() string { return example("requests list") }
func (filesCmd) Help() string    { return example("files list", "files show 000000101") }
func (partnersCmd) Help() string {
	return example("partners check partners/acme.yaml", "partners test acme")
}

// example is the part of --help that shows command lines to copy.
func example(lines ...string) string {
	s := "Example:\n\n"
	for _, l := range lines {
		s += "    claimwire " + l + "\n"
	}
	return s
}
