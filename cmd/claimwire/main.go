// Command claimwire reads, checks, explains and carries X12 health care claims
// and their answers: the gateway, a payer to try it with, and the tools for
// single files, in one binary.
//
// Results go to standard output, everything else to standard error. The exit
// code is 0 when the work was done and what was looked at is good, 1 when it
// was done and is not good, 2 when it could not be done.
package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"

	"github.com/alecthomas/kong"
)

// The exit codes, a contract with scripts.
const (
	exitGood    = 0
	exitNotGood = 1
	exitFailed  = 2
)

// errNotGood ends a command that did its work and found that what it looked at
// is not good. The command has said why; nothing more is printed.
var errNotGood = errors.New("not good")

// app is what a command may touch of the world outside.
type app struct {
	stdin  io.Reader
	stdout *bufio.Writer // flushed when the command ends
	stderr io.Writer
}

// grammar is the command line. One field a command, in the order of --help.
type grammar struct {
	Demo demoCmd `cmd:"" group:"try" help:"Run the whole loop on this machine: encounters to claims, over SFTP to a payer and back."`

	Validate validateCmd `cmd:"" group:"files" help:"Check X12 files."`
	Inspect  inspectCmd  `cmd:"" group:"files" help:"Show an X12 file so that a person can read it."`
	Decode   decodeCmd   `cmd:"" group:"files" help:"Turn X12 into JSON Lines, one record a line."`
	Encode   encodeCmd   `cmd:"" group:"files" help:"Turn encounters or claim records into one X12 interchange."`
	Ack      ackCmd      `cmd:"" group:"files" help:"Write what we would answer the sender: TA1, 999, 277CA."`
	Schema   schemaCmd   `cmd:"" group:"files" help:"Print the JSON Schema of what the gateway takes in."`

	Explain explainCmd `cmd:"" group:"codes" help:"Say what a code means and what to do about it."`
	Guides  guidesCmd  `cmd:"" group:"codes" help:"List the implementation guides; check guides of your own."`
	Codes   codesCmd   `cmd:"" group:"codes" help:"Load and look up code sets from their publishers' files."`
	DRG     drgCmd     `cmd:"" name:"drg" group:"codes" help:"Group inpatient claims into MS-DRGs."`
	MCE     mceCmd     `cmd:"" name:"mce" group:"codes" help:"Run the Medicare code edits on inpatient claims."`

	Serve     serveCmd     `cmd:"" group:"run" help:"Run the gateway: API and web page, SFTP server, workers."`
	Payer     payerCmd     `cmd:"" group:"run" help:"Run the simulated payer alone."`
	Init      initCmd      `cmd:"" group:"run" help:"Write a first configuration with keys."`
	Reconcile reconcileCmd `cmd:"" group:"run" help:"Prove that nothing is lost, doubled or changed."`
	Backup    backupCmd    `cmd:"" group:"run" help:"Copy everything, while the gateway works."`
	Restore   restoreCmd   `cmd:"" group:"run" help:"Fill an empty place from a backup."`
	Archive   archiveCmd   `cmd:"" group:"run" help:"Verify archived files, change their key, bring them back."`
	Bench     benchCmd     `cmd:"" group:"run" help:"Measure a generated day of claims."`

	Submit      submitCmd      `cmd:"" group:"gateway" help:"Put files into the running gateway."`
	Claims      claimsCmd      `cmd:"" group:"gateway" help:"List and show claims and their history."`
	Remittances remittancesCmd `cmd:"" group:"gateway" help:"List and show remittance advices."`
	Payments    paymentsCmd    `cmd:"" group:"gateway" help:"Match claim payments and claims by hand."`
	Deposits    depositsCmd    `cmd:"" group:"gateway" help:"Match money at the bank with remittance advices."`
	Reports     reportsCmd     `cmd:"" group:"gateway" help:"Numbers: rates by payer, provider, coder, code and reason; days; ageing; expected against paid."`
	Exports     exportsCmd     `cmd:"" group:"gateway" help:"Files for other programs: Parquet, posting files, split 835, FHIR."`
	Denials     denialsCmd     `cmd:"" group:"gateway" help:"Work the denied claims and lines."`
	Requests    requestsCmd    `cmd:"" group:"gateway" help:"Work the payers' requests for information."`
	Files       filesCmd       `cmd:"" group:"gateway" help:"List and show transmissions, in and out."`
	Alerts      alertsCmd      `cmd:"" group:"gateway" help:"List what a person should see to."`
	Jobs        jobsCmd        `cmd:"" group:"gateway" help:"List and retry work that was parked."`
	Holds       holdsCmd       `cmd:"" group:"gateway" help:"Keep files from being deleted by retention."`
	Partners    partnersCmd    `cmd:"" group:"gateway" help:"Add, check and test trading partners."`

	GuideFolder string           `name:"guides" env:"CLAIMWIRE_GUIDES" type:"path" placeholder:"DIR" help:"Folder of further implementation guides."`
	Version     kong.VersionFlag `help:"Print the version and exit."`
}

var groups = []kong.Group{
	{Key: "try", Title: "Try it:"},
	{Key: "files", Title: "Single files:"},
	{Key: "codes", Title: "Codes:"},
	{Key: "run", Title: "Run and operate:"},
	{Key: "gateway", Title: "Talk to the running gateway:"},
}

func main() {
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// run parses and runs one command line and gives the exit code.
func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	var g grammar
	k, err := kong.New(&g,
		kong.Name("claimwire"),
		kong.Description("An X12 health care claims gateway and its tools."),
		kong.UsageOnError(),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
		kong.ExplicitGroups(groups),
		kong.Writers(stdout, stderr),
		kong.Vars{"version": version()},
	)
	if err != nil {
		fmt.Fprintln(stderr, "claimwire: command line:", err)
		return exitFailed
	}
	ctx, err := k.Parse(args)
	if err != nil {
		fmt.Fprintln(stderr, "claimwire:", err)
		fmt.Fprintln(stderr, usageHint(err))
		return exitFailed
	}
	if err := addGuides(g.GuideFolder); err != nil {
		fmt.Fprintln(stderr, "claimwire:", err)
		return exitFailed
	}
	a := &app{stdin: stdin, stdout: bufio.NewWriterSize(stdout, 64<<10), stderr: stderr}
	err = ctx.Run(a)
	if flushErr := a.stdout.Flush(); flushErr != nil && (err == nil || errors.Is(err, errNotGood)) {
		err = fmt.Errorf("standard output: %w", flushErr)
	}
	switch {
	case err == nil:
		return exitGood
	case errors.Is(err, errNotGood):
		return exitNotGood
	default:
		fmt.Fprintln(stderr, "claimwire:", err)
		return exitFailed
	}
}

// usageHint says which help to ask for after a usage error.
func usageHint(err error) string {
	var p *kong.ParseError
	if errors.As(err, &p) && p.Context != nil {
		if n := p.Context.Selected(); n != nil {
			return "Try: " + n.FullPath() + " --help"
		}
	}
	return "Try: claimwire --help"
}

// version is the module's version, or the commit of a build from a checkout.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "claimwire, version unknown"
	}
	v := info.Main.Version
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && (v == "" || v == "(devel)") {
			v = s.Value
		}
	}
	if v == "" {
		v = "(devel)"
	}
	return "claimwire " + v + " " + info.GoVersion
}
