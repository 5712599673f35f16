package main

import (
	"fmt"

	"claimwire/edi/codes"
	"claimwire/edi/rule"
)

type validateCmd struct {
	Files   []string `arg:"" name:"file" help:"X12 files; - is standard input."`
	Format  string   `help:"How to print the findings: ${enum}." enum:"text,json" default:"text"`
	Snip    []int    `help:"Check only these WEDI SNIP types, 1 to 7." placeholder:"1,2,3"`
	Codes   string   `help:"Folder of loaded code sets." type:"path" placeholder:"DIR"`
	Partner string   `help:"Trading partner whose companion rules apply: a profile, a .companion file, or the name of an example." placeholder:"ID"`
	Redact  bool     `help:"Leave out the values and claim numbers, which may be patients' data."`
}

func (validateCmd) Help() string {
	return `Ends with 0 when every file is valid (warnings alone leave a file valid), with 1 when one is not.

` + example("validate claims.edi", "validate --format json --snip 1,2 - < claims.edi")
}

// checkOptions is what validate asks of the engine.
type checkOptions struct {
	Snip    snipTypes
	Codes   string // folder of code sets; empty: only the shipped ones
	Partner string // id of a trading partner; empty: none
	Library *codes.Library
	Stays   rule.Stays
}

func (c *validateCmd) Run(a *app) error {
	snip, err := snipTypesOf(c.Snip)
	if err != nil {
		return err
	}
	opt := checkOptions{Snip: snip, Codes: c.Codes, Partner: c.Partner}
	if c.Codes != "" {
		if opt.Library, err = loadLibrary(c.Codes); err != nil {
			return err
		}
		opt.Stays = newStayTables(c.Codes)
	}
	return a.eachInput(c.Files, func(in *input) error {
		rep := newFileReport(in.Name, snip)
		rep.Redact = c.Redact
		if err := checkFile(in.quickest(), opt, rep); err != nil {
			return fmt.Errorf("%s: %w", in.Name, err)
		}
		if c.Format == "json" {
			a.stdout.Write(append(rep.AppendJSON(nil), '\n'))
		} else {
			rep.WriteText(a.stdout)
		}
		if !rep.Valid() {
			return errNotGood
		}
		return nil
	})
}

// snipTypes is the set of SNIP types that count; the zero value means all.
type snipTypes uint8

func snipTypesOf(list []int) (snipTypes, error) {
	var s snipTypes
	for _, t := range list {
		if t < 1 || t > 7 {
			return 0, fmt.Errorf("--snip takes types from 1 to 7, not %d", t)
		}
		s |= 1 << t
	}
	return s, nil
}

// Has says whether findings of the type count.
func (s snipTypes) Has(t int) bool { return s == 0 || s&(1<<t) != 0 }
