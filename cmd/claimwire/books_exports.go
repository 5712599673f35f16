package main

import (
	"archive/zip"
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"claimwire/edi/remit"
	"claimwire/gateway"
	"claimwire/gateway/api"
	"claimwire/gateway/export"
	"claimwire/gateway/fhir"
	"claimwire/gateway/report"
	"claimwire/gateway/store"
)

var _ api.Exports = books{}

// numbers reads the claims, payments and events of a scope page by page, each
// page in a transaction of its own, so that nobody waits for a long report.
type numbers struct {
	ctx    context.Context
	g      *spine
	s      gateway.Scope
	coders map[int64]string
}

var _ interface {
	report.Source
	export.Source
} = (*numbers)(nil)

func eachOf[T any](n *numbers, page func(tx *store.Tx, p gateway.Page) ([]T, error), id func(*T) int64, visit func(*T) error) error {
	for after := int64(0); ; {
		list, err := read(n.ctx, n.g, func(tx *store.Tx) ([]T, error) {
			return page(tx, gateway.Page{After: after, Limit: gateway.MaxPage})
		})
		if err != nil {
			return err
		}
		for i := range list {
			after = id(&list[i])
			if err := visit(&list[i]); err != nil {
				return err
			}
		}
		if len(list) < gateway.MaxPage {
			return nil
		}
	}
}

// EachClaim gives the claims.
func (n *numbers) EachClaim(visit func(c *gateway.Claim) error) error {
	return eachOf(n, func(tx *store.Tx, p gateway.Page) ([]gateway.Claim, error) {
		return tx.ClaimPage(n.s, gateway.ClaimQuery{Page: p})
	}, func(c *gateway.Claim) int64 { return c.ID }, visit)
}

// EachPayment gives the claim payments.
func (n *numbers) EachPayment(visit func(p *gateway.Payment) error) error {
	return eachOf(n, func(tx *store.Tx, p gateway.Page) ([]gateway.Payment, error) {
		return tx.PaymentPage(n.s, gateway.PaymentQuery{Page: p})
	}, func(p *gateway.Payment) int64 { return p.ID }, visit)
}

// EachEvent gives what happened.
func (n *numbers) EachEvent(visit func(e *gateway.Event) error) error {
	return eachOf(n, func(tx *store.Tx, p gateway.Page) ([]gateway.Event, error) { return tx.EventPage(n.s, p) }, func(e *gateway.Event) int64 { return e.ID }, visit)
}

// EachCorrection gives which claim follows which.
func (n *numbers) EachCorrection(visit func(k *gateway.Correction) error) error {
	return eachOf(n, func(tx *store.Tx, p gateway.Page) ([]gateway.Correction, error) { return tx.CorrectionPage(n.s, p) }, func(k *gateway.Correction) int64 { return k.Claim }, visit)
}

// Coder is who gave a file.
func (n *numbers) Coder(transmission int64) string {
	if n.coders == nil {
		n.coders = map[int64]string{}
	}
	if c, ok := n.coders[transmission]; ok {
		return c
	}
	m, err := read(n.ctx, n.g, func(tx *store.Tx) (gateway.Transmission, error) { return tx.Transmission(n.s, transmission) })
	if err != nil {
		return ""
	}
	n.coders[transmission] = m.Partner
	return m.Partner
}

// Table is the table of outcomes of a partner.
func (n *numbers) Table(partner string) *remit.Table { return n.g.table(partner) }

// Report writes a report.
func (b books) Report(ctx context.Context, w io.Writer, s gateway.Scope, name, format, from, to string, contract io.Reader) error {
	o := report.Options{Name: name, From: from, To: to, Today: b.g.now()}
	if contract != nil {
		c, err := report.ReadContract(contract)
		if err != nil {
			return api.Refused{Reason: err.Error()}
		}
		o.Contract = c
	}
	n := &numbers{ctx: ctx, g: b.g, s: s}
	var r *report.Report
	var err error
	switch name {
	case "levels":
		r, err = n.levelsReport(from, to)
	case "outdated":
		r, err = n.outdatedReport(from, to)
	default:
		r, err = report.Make(n, o)
	}
	if err != nil {
		return err
	}
	switch format {
	case "text":
		return r.Text(w)
	case "csv":
		return r.CSV(w)
	}
	return r.JSON(w)
}

// Parquet writes a table for research.
func (b books) Parquet(ctx context.Context, w io.Writer, s gateway.Scope, table string) error {
	_, err := export.Parquet(w, table, &numbers{ctx: ctx, g: b.g, s: s})
	return err
}

// posted reads a remittance advice with its payments.
func (g *spine) posted(ctx context.Context, s gateway.Scope, id int64) (*export.Posted, error) {
	return read(ctx, g, func(tx *store.Tx) (*export.Posted, error) {
		m, err := tx.Remittance(s, id)
		if err != nil {
			return nil, err
		}
		if m.State != gateway.RemittancePosted && m.State != gateway.RemittanceReleased {
			return nil, api.Refused{Reason: "the remittance advice is " + string(m.State) + ": nothing of it is posted"}
		}
		p := &export.Posted{Remittance: m, Table: g.table(m.Partner)}
		for after := int64(0); ; {
			list, err := tx.PaymentPage(s, gateway.PaymentQuery{Page: gateway.Page{After: after, Limit: gateway.MaxPage}, Remittance: id})
			if err != nil {
				return nil, err
			}
			p.Payments = append(p.Payments, list...)
			if len(list) < gateway.MaxPage {
				break
			}
			after = list[len(list)-1].ID
		}
		p.Adjustments, err = tx.ProviderAdjustments(s, id, gateway.Page{Limit: gateway.MaxPage})
		return p, err
	})
}

// Posting writes a remittance advice for posting.
func (b books) Posting(ctx context.Context, w io.Writer, s gateway.Scope, id int64, format string) error {
	p, err := b.g.posted(ctx, s, id)
	if err != nil {
		return err
	}
	switch format {
	case "json":
		return p.JSON(w)
	case "fhir":
		return fhir.Reconciliation(w, &p.Remittance, p.Payments, p.Adjustments, b.g.now())
	}
	return p.CSV(w)
}

// Split writes an 835 file split by payee.
func (b books) Split(ctx context.Context, w io.Writer, s gateway.Scope, id int64) error {
	m, err := b.Transmission(ctx, s, id)
	if err != nil {
		return err
	}
	if m.Kind != "835" {
		return api.Refused{Reason: "the file is no 835"}
	}
	f, err := b.g.archive.Open(m.SHA256)
	if err != nil {
		return err
	}
	defer f.Close()
	parts, err := export.Split835(f)
	if errors.Is(err, export.ErrTooLong) {
		return api.Refused{Reason: err.Error()}
	}
	if err != nil {
		return err
	}
	z := zip.NewWriter(w)
	for i, p := range parts {
		out, err := z.CreateHeader(&zip.FileHeader{Name: fmt.Sprintf("%03d-%s.835", i+1, plain(p.Payee)), Method: zip.Deflate, Modified: m.At.UTC()})
		if err != nil {
			return err
		}
		if _, err := out.Write(p.Bytes); err != nil {
			return err
		}
	}
	return z.Close()
}

// plain leaves of a payee's number what a file's name may have.
func plain(s string) string {
	var b []byte
	for i := 0; i < len(s) && len(b) < 40; i++ {
		if c := s[i]; c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' {
			b = append(b, c)
		}
	}
	if len(b) == 0 {
		return "unknown"
	}
	return string(b)
}

// FHIR writes a claim's answer.
func (b books) FHIR(ctx context.Context, w io.Writer, s gateway.Scope, id int64, resource string) error {
	f, err := read(ctx, b.g, func(tx *store.Tx) (*fhir.Decided, error) {
		k, err := b.g.facts(tx, s, id)
		if err != nil {
			return nil, err
		}
		d := &fhir.Decided{Claim: &k.Claim, Table: b.g.table(k.Claim.Partner), Now: b.g.now()}
		if d.Record, err = claimRecord(&k.Claim); err != nil {
			return nil, err
		}
		counted := countedOf(&k)
		pays, err := tx.PaymentPage(s, gateway.PaymentQuery{Page: gateway.Page{Limit: gateway.MaxPage}, Claim: id})
		for i := range pays {
			if !counted[pays[i].ID] {
				continue
			}
			c, err := remit.ParseRecord(pays[i].Document)
			if err != nil {
				return nil, err
			}
			d.Payments, d.Decisions = append(d.Payments, pays[i]), append(d.Decisions, c)
		}
		return d, err
	})
	if err != nil {
		return err
	}
	if resource == "ClaimResponse" {
		return f.Response(w)
	}
	return f.Explanation(w)
}

// maxFHIR bounds a file of FHIR resources.
const maxFHIR = 64 << 20

// encountersIn gives a file of encounters: FHIR Claims are made into encounters,
// everything else is given as it is.
func encountersIn(r io.Reader) (io.Reader, error) {
	b := bufio.NewReaderSize(r, 64<<10)
	head, err := b.Peek(4096)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, bufio.ErrBufferFull) {
		return nil, err
	}
	if t := bytes.TrimLeft(head, "\xef\xbb\xbf \r\n\t"); !bytes.HasPrefix(t, []byte("{")) || !fhir.IsClaim(head) {
		return b, nil
	}
	all, err := io.ReadAll(io.LimitReader(b, maxFHIR+1))
	if err != nil {
		return nil, err
	}
	if len(all) > maxFHIR {
		return nil, fmt.Errorf("a file of FHIR resources has at most %d bytes", maxFHIR)
	}
	list, err := fhir.Encounters(bytes.TrimPrefix(all, []byte("\xef\xbb\xbf")))
	if errors.Is(err, fhir.ErrNoClaim) {
		return bytes.NewReader(all), nil // the reader of encounters says what is wrong
	}
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	for _, e := range list {
		if err := json.Compact(&out, e); err != nil {
			return nil, err
		}
		out.WriteByte('\n')
	}
	return &out, nil
}
