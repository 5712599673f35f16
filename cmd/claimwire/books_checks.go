package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"claimwire/edi"
	"claimwire/edi/claim"
	"claimwire/edi/codes"
	"claimwire/edi/diag"
	"claimwire/edi/inspect"
	"claimwire/gateway"
	"claimwire/gateway/api"
	"claimwire/gateway/store"
)

// What the API says without changing anything: of a file that is not submitted, of
// codes, and of what a file says.
var (
	_ api.Checks    = books{}
	_ api.Codes     = books{}
	_ api.Explained = books{}
)

// maxFileWords bounds what is said of a file outside of its claims.
const maxFileWords = 100

// Check looks at a file as intake does, and keeps nothing.
func (b books) Check(ctx context.Context, s gateway.Scope, r io.Reader, visit func(api.Checked) error) (file []string, err error) {
	text, err := io.ReadAll(r) // bounded by who calls
	if err != nil {
		return nil, err
	}
	if bytes.HasPrefix(bytes.TrimLeft(text[:min(len(text), 64)], "\xef\xbb\xbf \r\n\t"), []byte("ISA")) {
		if _, err := edi.Process(bytes.NewReader(text), edi.Options{Today: b.g.now().Format("20060102")}, edi.Sink{Report: func(d diag.Diagnostic) {
			if d.Claim == "" && d.Code.Severity() == diag.Error && len(file) < maxFileWords {
				file = append(file, fmt.Sprintf("%v %s: %s %s", d.Code, gateway.Finding{Diagnostic: d}.Where(), d.Message(), d.Hint()))
			}
		}}); err != nil {
			return nil, err
		}
	}
	n := 0
	err = b.g.eachClaim(bytes.NewReader(text), s, func(c *claim.Claim, found []gateway.Finding, held bool) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		n++
		if c != nil && !held {
			// The same services are billed once.
			own := []gateway.Claim{b.g.newClaim(&gateway.Transmission{Scope: s, Inbound: true, Partner: "api:"}, n, c, found, false)}
			same, err := read(ctx, b.g, func(tx *store.Tx) ([]int64, error) {
				return tx.SameServices(own, func(k *gateway.Claim) bool { return k.State == gateway.Queued && k.Frequency == "1" })
			})
			if err != nil {
				return err
			}
			if same[0] != 0 {
				held, found = true, append(found, gateway.Finding{Diagnostic: diag.Diagnostic{Code: codeBilledBefore}})
			}
		}
		k := api.Checked{Item: n, Held: held, Findings: findingWords(c, found)}
		if c != nil {
			k.ClaimID, k.Charge = strings.Clone(c.ID), c.Charge.Amount.String()
			if c.Payer != nil {
				k.Payer = strings.Clone(c.Payer.ID.Value)
			}
		} else if len(found) > 0 {
			k.ClaimID = found[0].Claim
		}
		return visit(k)
	})
	return file, err
}

// CodeReleases lists what is loaded.
func (b books) CodeReleases() (list []api.CodeRelease) {
	lib := b.g.scrub().Codes
	if lib == nil {
		return nil
	}
	for _, s := range lib.Systems() {
		for _, r := range lib.Releases(s) {
			k := api.CodeRelease{System: r.System, Name: r.Name, Codes: r.Codes}
			if r.From != 0 {
				k.From = isoDay(r.From)
			}
			if r.To != 0 {
				k.To = isoDay(r.To)
			}
			list = append(list, k)
		}
	}
	return list
}

// FindCode looks a code up.
func (b books) FindCode(system, code, day string) (list []api.Code) {
	lib := b.g.scrub().Codes
	if lib == nil {
		return nil
	}
	on := b.g.now()
	if day != "" {
		t, err := time.Parse("20060102", day)
		if err != nil {
			return nil
		}
		on = t
	}
	number := on.Year()*10000 + int(on.Month())*100 + on.Day()
	plain := plainCode(code)
	for _, s := range lib.Systems() {
		if system != "" && s != system || system == "" && about(s) || !lib.System(s).Known(plain) {
			continue
		}
		e, r, standing := lib.Lookup(s, plain, number)
		k := api.Code{Code: plain, System: s, On: isoDay(number), Standing: standingWords[standing], Text: longOf(e)}
		if r != nil {
			k.Release = r.Name
		}
		if standing == codes.Heading {
			k.Below = lib.System(s).Below(plain, number, 12)
		}
		if s == codes.ICD10CM && standing != codes.Valid {
			k.ReplacedBy, _ = lib.ReplacedBy(plain, number, 12)
		}
		list = append(list, k)
	}
	return list
}

// standingWords say what a code is on a day.
var standingWords = [...]string{codes.NotLoaded: "not_loaded", codes.NoCode: "no_code", codes.Heading: "heading", codes.Valid: "valid"}

// explainedAtMost bounds the file that is explained while one waits.
const explainedAtMost = 128 << 20

// explaining lets few files be explained at once: each is in memory.
var explaining = make(chan struct{}, 2)

// Explain writes what an X12 file says.
func (b books) Explain(ctx context.Context, s gateway.Scope, sha256, form string, w io.Writer) error {
	select {
	case explaining <- struct{}{}:
		defer func() { <-explaining }()
	case <-ctx.Done():
		return ctx.Err()
	}
	size := int64(0)
	open := func() (io.Reader, error) {
		f, err := b.Content(ctx, s, sha256)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		text, err := io.ReadAll(io.LimitReader(f, explainedAtMost+1))
		size = int64(len(text))
		return bytes.NewReader(text), err
	}
	r, err := open()
	if err != nil {
		return err
	}
	if size > explainedAtMost {
		return api.Refused{Reason: "the file is longer than 128 MiB; take its content and use claimwire inspect"}
	}
	head := make([]byte, 64)
	n, _ := io.ReadFull(r, head)
	if !bytes.HasPrefix(bytes.TrimLeft(head[:n], "\xef\xbb\xbf \r\n\t"), []byte("ISA")) {
		return api.Refused{Reason: "the file is no X12"}
	}
	if form == "html" {
		_, err := inspect.Page{Name: "file"}.Write(w, open)
		return err
	}
	var found diag.List
	if r, err = open(); err != nil {
		return err
	}
	if _, err := edi.Process(r, edi.Options{File: "file"}, edi.Sink{Report: found.Report}); err != nil {
		return err
	}
	if r, err = open(); err != nil {
		return err
	}
	out := bufio.NewWriter(w)
	if err := newView(out, true, &found).show(r, "file"); err != nil {
		return err
	}
	return out.Flush()
}
