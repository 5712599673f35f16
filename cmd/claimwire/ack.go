package main

import (
	"cmp"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"claimwire/edi"
	"claimwire/edi/ack"
	"claimwire/edi/claim"
	"claimwire/edi/codes"
	"claimwire/edi/diag"
	"claimwire/edi/rule"
)

type ackCmd struct {
	File    string `arg:"" help:"X12 file as received; - is standard input."`
	Codes   string `help:"Folder of loaded code sets." type:"path" placeholder:"DIR"`
	Partner string `help:"Trading partner who sent the file: a profile file, or demo-payer. Its acknowledge says how much one error refuses." placeholder:"ID"`
	Mode    string `help:"How much one error refuses: claims (that claim), sets (its set), all (its group). Without it, what the partner's profile says, else claims." enum:",claims,sets,all" default:""`
	TA1     bool   `name:"ta1" help:"A TA1 for every interchange, asked for or not."`
	Role    string `help:"Who answers in the 277CA: payer or clearinghouse." enum:"payer,clearinghouse" default:"payer"`
	Out     string `help:"Write one file an acknowledgment into this folder." type:"path" placeholder:"DIR"`
}

func (ackCmd) Help() string {
	return `Writes the TA1 (when ISA14 asks for it, and always when the interchange itself is in error), the 999, and
the 277CA of each set of claims that is not refused as a whole. One bad claim does not refuse its
neighbours: the set is accepted with errors, and the claim is refused in the 277CA. Ends with 1 when
something is refused.

` + example("ack claims.edi", "ack --mode sets --out answers claims.edi", "ack --partner partners/acme.yaml claims.edi")
}

func (c *ackCmd) Run(a *app) error {
	mode := c.Mode
	var narrow edi.Narrowing
	if c.Partner != "" {
		p, err := partnerProfile(c.Partner)
		if err != nil {
			return err
		}
		if mode == "" {
			mode = p.Acknowledge
		}
		if narrow, err = companionOfProfile(p); err != nil {
			return err
		}
	}
	if mode == "" {
		mode = "claims"
	}
	role := map[string]string{"payer": "PR", "clearinghouse": "AY"}[c.Role]
	var library *codes.Library
	var stays rule.Stays
	if c.Codes != "" {
		var err error
		if library, err = loadLibrary(c.Codes); err != nil {
			return err
		}
		stays = newStayTables(c.Codes)
	}
	return a.eachInput([]string{c.File}, func(in *input) error {
		now := time.Now()
		next := 0
		out := answerFiles{a: a, dir: c.Out}
		defer out.close()
		b := ack.NewBuilder(ack.Settings{Mode: ack.Modes[mode], AlwaysTA1: c.TA1, Claims: ack.ClaimSettings{Role: role}, Date: now.Format("20060102"), Time: now.Format("1504"), Control: func() string {
			next++
			return fmt.Sprintf("%09d", next)
		}, Out: out.open})
		found := diag.List{Limit: 3}
		sink := answering(b)
		sink.Report = func(d diag.Diagnostic) {
			b.Report(d)
			found.Report(d)
		}
		sum, err := edi.Process(in, edi.Options{File: in.Name, Narrow: narrow, Codes: library, Stays: stays}, sink)
		if err != nil {
			return fmt.Errorf("%s: %w", in.Name, err)
		}
		answers := b.Finish()
		if err := cmp.Or(b.Err(), out.close()); err != nil {
			return err
		}
		if n := b.Beyond(); n > 0 {
			fmt.Fprintf(a.stderr, "%s: %s refused: one interchange has more than %d claims\n", in.Name, count(n, "transaction set"), ack.DefaultMaxClaims)
		}
		if len(answers) == 0 && sum.Errors > 0 {
			fmt.Fprintf(a.stderr, "%s: there is nobody to answer, or nothing that is answered:\n", in.Name)
			for i := range found.Items {
				fmt.Fprintf(a.stderr, "    %v: %s\n", found.Items[i].Code, found.Items[i].Message())
			}
		}
		if sum.Errors > 0 {
			return errNotGood
		}
		return nil
	})
}

// answerFiles are where answers go: to standard output, a line each, or each
// into a file of a folder.
type answerFiles struct {
	a    *app
	dir  string // "": standard output
	file *os.File
	any  bool
}

// open begins an answer.
func (f *answerFiles) open(kind, control string) (io.Writer, error) {
	if err := f.close(); err != nil {
		return nil, err
	}
	if f.any = true; f.dir == "" {
		return f.a.stdout, nil
	}
	if err := os.MkdirAll(f.dir, 0o700); err != nil {
		return nil, err
	}
	name := filepath.Join(f.dir, fmt.Sprintf("%s.%s", control, map[string]string{"TA1": "ta1", "999": "999", "277CA": "277"}[kind]))
	file, err := os.OpenFile(name, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, err
	}
	f.file = file
	fmt.Fprintln(f.a.stdout, name)
	return file, nil
}

// close ends the answer that is open.
func (f *answerFiles) close() error {
	if f.file != nil {
		file := f.file
		f.file = nil
		return file.Close()
	}
	if f.any && f.dir == "" {
		f.any = false
		return f.a.stdout.WriteByte('\n')
	}
	return nil
}

// answering gives the builder what it answers.
func answering(b *ack.Builder) edi.Sink {
	return edi.Sink{
		Report:           b.Report,
		BeginInterchange: b.BeginInterchange,
		Ack:              b.Ack,
		BeginGroup:       b.BeginGroup,
		BeginSet:         func(s *edi.Set) { b.BeginSet(s.Set) },
		EndSet:           func(*edi.Set) { b.EndSet() },
		Claim:            func(c *claim.Claim, v *edi.Verdict) { b.Claim(c, v.Findings, v.Errors) },
	}
}
