package main

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"claimwire/edi"
	"claimwire/edi/attach"
	"claimwire/edi/diag"
)

type decodeCmd struct {
	Files    []string `arg:"" name:"file" help:"X12 files; - is standard input."`
	Payloads string   `placeholder:"DIR" help:"Folder to write the documents of 275 sets into."`
}

func (decodeCmd) Help() string {
	return `One record a line: claims, payments, denials, reversals, remittances, acknowledgments, requests.
Ends with 1 when a file is not valid; every record that can be read is printed all the same, and
what is wrong is counted on standard error ("claimwire validate" lists it).

An attachment record has the length and the SHA-256 of its document, not the document. With --payloads
each is written as it was sent to DIR, named by its place: INTERCHANGE-GROUP-SET-SEGMENT.pdf (or .tif, .xml,
.txt …, by its first octets; .bin where they tell nothing). No file is written over, and one that the input
does not hold to its end is left with the ending .part.

` + example("decode remittance.edi", "decode - < claims.edi", "decode --payloads documents answers.275")
}

func (c *decodeCmd) Run(a *app) error {
	return a.eachInput(c.Files, func(in *input) error {
		var writeErr error
		out := payloads{dir: c.Payloads}
		defer out.abandon()
		sink := edi.Sink{
			Report: func(diag.Diagnostic) {},
			JSON: func(lines []byte) {
				if _, err := a.stdout.Write(lines); err != nil && writeErr == nil {
					writeErr = err
				}
			},
		}
		if c.Payloads != "" {
			sink.Payload, sink.Attachment = out.take, out.end
		}
		sum, err := edi.Process(in.quickest(), edi.Options{File: in.Name, Workers: runtime.GOMAXPROCS(0)}, sink)
		if err == nil {
			err = writeErr
		}
		if err == nil {
			err = out.err
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

// payloads writes the documents of attachments into a folder.
type payloads struct {
	dir  string // "": nowhere
	file *os.File
	name string
	err  error
}

// take writes a chunk. The file has the ending .part until all of it is there.
func (p *payloads) take(a *attach.Attachment, offset int64, chunk []byte) error {
	if p.dir == "" {
		return nil
	}
	if offset == 0 {
		p.abandon()
		if err := os.MkdirAll(p.dir, 0o700); err != nil {
			return err
		}
		p.name = filepath.Join(p.dir, payloadName(a))
		if _, err := os.Lstat(p.name); err == nil {
			return fmt.Errorf("%s is there already", p.name)
		}
		f, err := os.OpenFile(p.name+".part", os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
		if err != nil {
			return err
		}
		p.file = f
	}
	_, err := p.file.Write(chunk)
	return err
}

// end closes the file of a document and gives it its name.
func (p *payloads) end(a *attach.Attachment) {
	f := p.file
	if f == nil {
		return
	}
	p.file = nil
	err := f.Close()
	if err == nil && a.Complete {
		err = os.Rename(p.name+".part", p.name)
	}
	if err != nil && p.err == nil {
		p.err = err
	}
}

// abandon leaves a file that did not come to its end.
func (p *payloads) abandon() {
	if p.file != nil {
		p.file.Close()
		p.file = nil
	}
}

// payloadName is made of control numbers and an ordinal, and of nothing else
// that a sender can choose.
func payloadName(a *attach.Attachment) string {
	safe := func(s string) string {
		s = strings.Map(func(r rune) rune {
			if r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' {
				return r
			}
			return '_'
		}, s)
		return s[:min(len(s), 20)]
	}
	s := a.Source
	return fmt.Sprintf("%s-%s-%s-%d.%s", safe(s.Interchange), safe(s.Group), safe(s.Transaction), s.Segment, a.Content.Extension())
}
