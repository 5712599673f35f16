package main

import (
	"fmt"

	"claimwire/edi"
	"claimwire/edi/diag"
)

type decodeCmd struct {
	Files []string `arg:"" name:"file" help:"X12 files; - is standard input."`
}

func (decodeCmd) Help() string {
	return `One record a line: claims, payments, denials, reversals, remittances, acknowledgments, requests.
Ends with 1 when a file is not valid; every record that can be read is printed all the same, and
what is wrong is counted on standard error ("claimwire validate" lists it).

` + example("decode remittance.edi", "decode - < claims.edi")
}

func (c *decodeCmd) Run(a *app) error {
	var buf []byte
	return a.eachInput(c.Files, func(in *input) error {
		var writeErr error
		sum, err := edi.Process(in, edi.Options{File: in.Name}, edi.Sink{
			Report: func(diag.Diagnostic) {},
			Record: func(r edi.Record) {
				buf = append(r.AppendJSON(buf[:0]), '\n')
				if _, err := a.stdout.Write(buf); err != nil && writeErr == nil {
					writeErr = err
				}
			},
		})
		if err == nil {
			err = writeErr
		}
		if err != nil {
			return fmt.Errorf("%s: %w", in.Name, err)
		}
		if sum.Errors > 0 {
			fmt.Fprintf(a.stderr, "%s: not valid: %s\n", in.Name, count(sum.Errors, "error"))
			return errNotGood
		}
		return nil
	})
}
