package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"claimwire/edi/claim"
	"claimwire/edi/diag"
	"claimwire/gateway"
	"claimwire/gateway/intake"
	"claimwire/gateway/route"
	"claimwire/partners"
	"claimwire/partners/examples"
	"claimwire/testdata"
)

type encodeCmd struct {
	Files   []string `arg:"" name:"file" help:"Encounters (JSON, CSV) or claim records of decode; - is standard input."`
	Partner string   `help:"Trading partner whose envelope is written: a profile file, or demo-payer." default:"demo-payer" placeholder:"ID"`
	Payers  string   `help:"Payer directory; without it, the one of the demo." type:"existingfile" placeholder:"FILE"`
	Control int64    `help:"Interchange control number." default:"1"`
	Date    string   `help:"Day and time of the envelope, CCYYMMDDHHMM; without it, that of the claim records, or now." placeholder:"WHEN"`
}

func (encodeCmd) Help() string {
	return `Writes one interchange, one functional group a guide. What is wrong with an encounter is said on standard
error, with its place; the others are written all the same, and the command ends with 1. Claim records that
decode printed are written as they were, with the envelope of the partner.

` + example("encode --partner demo-payer encounters.jsonl > claims.edi", "decode claims.edi | claimwire encode -")
}

func (c *encodeCmd) Run(a *app) error {
	p, err := partnerProfile(c.Partner)
	if err != nil {
		return err
	}
	payers, err := payerDirectory(c.Payers)
	if err != nil {
		return err
	}
	narrow, err := companionOfProfile(p)
	if err != nil {
		return err
	}
	var at time.Time
	if c.Date != "" {
		if at, err = time.Parse(submissionTime, c.Date); err != nil {
			return errors.New("--date is CCYYMMDDHHMM")
		}
	}
	var claims []*claim.Claim
	bad := 0
	err = a.eachInput(c.Files, func(in *input) error {
		text, err := encountersIn(in)
		if err != nil {
			return err
		}
		rd := intake.NewReader(text, intake.Options{MaxEncounter: 32 << 20})
		n := 0
		for {
			it, err := rd.Next()
			if errors.Is(err, io.EOF) {
				return nil
			}
			if err != nil {
				return fmt.Errorf("%s: %w", in.Name, err)
			}
			n++
			cl, findings, err := claimOf(it, payers)
			if err != nil {
				fmt.Fprintf(a.stderr, "%s:%d: record %d: %v\n", in.Name, it.Row, n, err)
				bad++
				continue
			}
			held := cl == nil
			for _, f := range findings {
				held = held || f.Held()
				fmt.Fprintf(a.stderr, "%s:%d: %v %s: %s %s\n", in.Name, max(f.Row, it.Row), f.Code, f.Where(), f.Message(), f.Hint())
			}
			if !held {
				// What the partner wants different, on the claim as it would be sent.
				wanted, err := againstPartner(p, narrow, cl, time.Now())
				if err != nil {
					return err
				}
				for _, d := range wanted {
					held = held || d.Code.Severity() == diag.Error
					fmt.Fprintf(a.stderr, "%s:%d: %v %s/%s: %s %s\n", in.Name, it.Row, d.Code, d.Loop, d.Designator(), d.Message(), d.Hint())
				}
			}
			if held {
				bad++
				continue
			}
			claims = append(claims, cl)
		}
	})
	if err != nil {
		return err
	}
	if len(claims) == 0 {
		fmt.Fprintln(a.stderr, "no claim could be written")
		return errNotGood
	}
	if at.IsZero() {
		at = submittedAt(claims)
	}
	b, err := route.Build(p, claims, route.Numbers{Interchange: c.Control, Group: c.Control}, at)
	if err != nil {
		return err
	}
	a.stdout.Write(b.Bytes)
	a.stdout.WriteByte('\n')
	if bad > 0 {
		fmt.Fprintf(a.stderr, "%s written, %s held back\n", count(len(claims), "claim"), count(bad, "encounter"))
		return errNotGood
	}
	return nil
}

// submissionTime is how BHT04 and BHT05 say a minute together.
const submissionTime = "200601021504"

// submittedAt is the minute at which the claims say that they were submitted,
// where all of them say the same one: what decode read is written again byte by
// byte, whenever that is. Otherwise, and for encounters, it is now.
func submittedAt(claims []*claim.Claim) time.Time {
	said := ""
	for _, c := range claims {
		if c.Submission == nil || len(c.Submission.Time) < 4 {
			return time.Now()
		}
		at := c.Submission.Date + c.Submission.Time[:4]
		if said != "" && at != said {
			return time.Now()
		}
		said = at
	}
	at, err := time.Parse(submissionTime, said)
	if err != nil {
		return time.Now()
	}
	return at
}

// claimOf makes the claim of an item: an encounter, or a claim record.
func claimOf(it *intake.Item, payers *route.Directory) (*claim.Claim, []gateway.Finding, error) {
	if it.Record == "claim" {
		c, err := claim.ParseJSON(bytes.Clone(it.Raw))
		return c, nil, err
	}
	if it.Record != "" {
		return nil, nil, fmt.Errorf("a record %q is no claim", it.Record)
	}
	c := it.Claim(payers)
	return c, it.Findings, nil
}

// partnerProfile finds a profile: the demo's by its name, else a file.
func partnerProfile(id string) (*partners.Profile, error) {
	if id == "demo-payer" {
		return partners.Parse("demo-payer.yaml", []byte(demoEnvelope))
	}
	if !strings.ContainsAny(id, "./\\") {
		if _, err := os.Stat(id); err != nil {
			if b, err := examples.Files.ReadFile(id + ".yaml"); err == nil {
				return partners.Parse(id+".yaml", b)
			}
			return nil, fmt.Errorf("no partner %q: give its profile file, demo-payer, or the name of an example (claimwire partners examples)", id)
		}
	}
	return partners.Load(id)
}

// payerDirectory reads a payer directory, or the demo's.
func payerDirectory(file string) (*route.Directory, error) {
	var r io.Reader
	if file == "" {
		b, err := testdata.Files.ReadFile("payers.yaml")
		if err != nil {
			return nil, err
		}
		r = bytes.NewReader(b)
	} else {
		f, err := os.Open(file)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		r = f
	}
	return route.ReadDirectory(r)
}
