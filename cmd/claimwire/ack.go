package main

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	"claimwire/edi"
	"claimwire/edi/ack"
	"claimwire/edi/claim"
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
	if c.Partner != "" {
		p, err := partnerProfile(c.Partner)
		if err != nil {
			return err
		}
		if mode == "" {
			mode = p.Acknowledge
		}
	}
	if mode == "" {
		mode = "claims"
	}
	role := map[string]string{"payer": "PR", "clearinghouse": "AY"}[c.Role]
	return a.eachInput([]string{c.File}, func(in *input) error {
		now := time.Now()
		next := 0
		b := ack.NewBuilder(ack.Settings{Mode: ack.Modes[mode], AlwaysTA1: c.TA1, Claims: ack.ClaimSettings{Role: role}, Date: now.Format("20060102"), Time: now.Format("1504"), Control: func() string {
			next++
			return fmt.Sprintf("%09d", next)
		}})
		sum, err := edi.Process(in, edi.Options{File: in.Name}, answering(b))
		if err != nil {
			return fmt.Errorf("%s: %w", in.Name, err)
		}
		for _, answer := range b.Finish() {
			if c.Out == "" {
				a.stdout.Write(answer.Bytes)
				a.stdout.WriteByte('\n')
				continue
			}
			if err := os.MkdirAll(c.Out, 0o700); err != nil {
				return err
			}
			name := filepath.Join(c.Out, fmt.Sprintf("%s.%s", answer.Control, map[string]string{"TA1": "ta1", "999": "999", "277CA": "277"}[answer.Kind]))
			if err := os.WriteFile(name, answer.Bytes, 0o600); err != nil {
				return err
			}
			fmt.Fprintln(a.stdout, name)
		}
		if sum.Errors > 0 {
			return errNotGood
		}
		return nil
	})
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
