package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"claimwire/edi/claim"
	"claimwire/gateway"
	"claimwire/gateway/intake"
	"claimwire/gateway/route"
	"claimwire/gateway/split"
	"claimwire/gateway/store"
	"claimwire/gateway/work"
	"claimwire/partners"
)

// A coding service sends batches with claims of several offices. A batch is
// taken apart by billing provider; each office gets the part that is its own, as
// a file in its scope that is taken in like any other. What is held of it goes
// back to the service as a question; what the service sends about a question
// takes the place of the claim that was held.

// nobodysClaim is what stands with a claim of no office that the service sends
// for.
const nobodysClaim = "its billing provider is of no office that this service sends claims for: mend the provider, or ask for the office to be added"

// batchJob takes a service's batch apart. It may run twice: the parts have the
// same bytes then, and a file is added once.
func (g *spine) batchJob(ctx context.Context, j *gateway.Job) error {
	m, p, err := g.wholeFile(ctx, j)
	if err != nil || m.State != "received" {
		return err
	}
	if known, err := g.cameBefore(ctx, &m); err != nil || known {
		return err
	}
	parts, withdrawn, err := g.batchParts(ctx, &m, p)
	if err != nil {
		return err
	}
	for i := range parts {
		if parts[i].sum, err = g.archive.PutBytes(parts[i].text.Bytes()); err != nil {
			return err
		}
	}
	return g.store.Do(ctx, func(tx *store.Tx) error {
		for i := range parts {
			b := parts[i]
			t := gateway.Transmission{Scope: b.of, Inbound: true, Partner: p.ID, Name: m.Name, SHA256: b.sum, Size: int64(b.text.Len()), Kind: "encounters", State: "received",
				Note: "part of a batch", At: g.now()}
			if _, err := tx.AddTransmission(&t); err != nil {
				return err
			}
			if err := tx.AddPart(&gateway.Part{Scope: m.Scope, Transmission: m.ID, Of: t.Scope, Part: t.ID, PartItems: b.PartItems}); err != nil {
				return err
			}
			if err := tx.AddJob(t.Scope, "intake", strconv.FormatInt(t.ID, 10), g.now()); err != nil {
				return err
			}
		}
		for _, id := range withdrawn {
			if err := g.withdraw(tx, m.Scope, id); err != nil {
				return err
			}
		}
		m.Kind, m.State = "batch", "taken"
		if m.Note == "" {
			m.Note = fmt.Sprintf("%d offices", len(parts))
		}
		if len(parts) == 0 {
			if err := tx.AddJob(m.Scope, "answer", j.Args, g.now()); err != nil {
				return err
			}
		}
		return tx.SetTransmission(&m)
	})
}

// batchPart is what of a batch is one office's.
type batchPart struct {
	of gateway.Scope
	gateway.PartItems
	text bytes.Buffer
	sum  string
}

// officeScope is the scope of an office of a service's; the service's own for
// what is nobody's.
func officeScope(m *gateway.Transmission, office string) gateway.Scope {
	if office == "" {
		return m.Scope
	}
	return gateway.Scope{Organisation: office, Usage: m.Scope.Usage}
}

// byProvider finds the office of a billing provider.
type byProvider struct{ p *partners.Profile }

// Interchange is not asked for: a batch is no answer.
func (byProvider) Interchange(string, string) (split.Owner, error) { return "", nil }

// Batch neither.
func (byProvider) Batch(string) (split.Owner, error) { return "", nil }

// Claim neither.
func (byProvider) Claim(split.Claim) (split.Owner, error) { return "", nil }

// Provider finds the office.
func (b byProvider) Provider(npi, taxID string) (split.Owner, error) {
	return split.Owner(b.p.OfficeOf(npi, strings.ReplaceAll(taxID, "-", ""))), nil
}

// maxBatch bounds a batch, which is held whole while it is taken apart.
const maxBatch = 512 << 20

// batchParts takes a batch apart, whatever its form.
func (g *spine) batchParts(ctx context.Context, m *gateway.Transmission, p *partners.Profile) (parts []*batchPart, withdrawn []int64, err error) {
	if m.Size > maxBatch {
		return nil, nil, work.Park{Reason: fmt.Errorf("a batch has at most %d bytes", maxBatch)}
	}
	f, err := g.archive.Open(m.SHA256)
	if err != nil {
		return nil, nil, err
	}
	text, err := io.ReadAll(f)
	f.Close()
	if err != nil {
		return nil, nil, err
	}
	if startsX12(text[:min(512, len(text))]) {
		list, err := split.Split(bytes.NewReader(text), byProvider{p})
		if err != nil {
			return nil, nil, err
		}
		for _, s := range list {
			b := &batchPart{of: officeScope(m, string(s.Owner))}
			b.Items = s.Claims
			if b.text.Write(s.Bytes); len(list) == 1 {
				b.text.Reset()
				b.text.Write(text)
			}
			parts = append(parts, b)
		}
		return parts, nil, nil
	}
	b := batch{g: g, ctx: ctx, m: m, p: p, parts: map[gateway.Scope]*batchPart{}}
	if err := b.read(text); err != nil {
		return nil, nil, err
	}
	return b.order, b.withdrawn, nil
}

// batch is a batch of encounters as it is taken apart.
type batch struct {
	g         *spine
	ctx       context.Context
	m         *gateway.Transmission
	p         *partners.Profile
	parts     map[gateway.Scope]*batchPart
	order     []*batchPart
	withdrawn []int64
	item      int
}

func (b *batch) part(of gateway.Scope) *batchPart {
	if b.parts[of] == nil {
		b.parts[of] = &batchPart{of: of}
		b.order = append(b.order, b.parts[of])
	}
	return b.parts[of]
}

// read goes through the items: each is copied as it was written.
func (b *batch) read(text []byte) error {
	questions := map[int64]int64{} // of a CSV file: by the row's offset in what is read, the question
	csvForm := intake.Recognize(text[:min(512, len(text))]) == intake.CSV
	if csvForm {
		text, questions = withoutQuestions(text)
	}
	var header []byte
	type place struct {
		of       gateway.Scope
		offset   int64
		question int64
	}
	var rows []place
	rd := intake.NewReader(bytes.NewReader(text), intake.Options{})
	for {
		it, err := rd.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		if csvForm {
			if len(rows) == 0 && it.Offset <= int64(len(text)) {
				header = text[:it.Offset]
			}
			q := questions[it.Offset]
			rows = append(rows, place{b.office(it, q), it.Offset, q})
			continue
		}
		b.json(it, text)
	}
	for i, r := range rows {
		end := int64(len(text))
		if i+1 < len(rows) {
			end = rows[i+1].offset
		}
		part := b.part(r.of)
		if part.text.Len() == 0 {
			part.text.Write(header)
		}
		b.add(part, text[r.offset:end], r.question)
	}
	return nil
}

// add puts an item into a part.
func (b *batch) add(part *batchPart, text []byte, question int64) {
	b.item++
	part.text.Write(text)
	if len(text) > 0 && text[len(text)-1] != '\n' {
		part.text.WriteByte('\n')
	}
	part.Items = append(part.Items, b.item)
	if question != 0 {
		if part.Questions == nil {
			part.Questions = map[int]int64{}
		}
		part.Questions[len(part.Items)] = question
	}
}

// answerRecord is how a service answers a question in JSON: with the encounter,
// or the claim, as it should be.
type answerRecord struct {
	Record    string          `json:"record"`
	Question  int64           `json:"question"`
	Encounter json.RawMessage `json:"encounter"`
	Claim     json.RawMessage `json:"claim"`
	Withdraw  bool            `json:"withdraw"`
}

func (b *batch) json(it *intake.Item, text []byte) {
	if it.Record == "answer" || it.Record == "question" {
		var a answerRecord
		if json.Unmarshal(it.Raw, &a) == nil && a.Question != 0 {
			if a.Withdraw {
				b.item++
				b.withdrawn = append(b.withdrawn, a.Question)
				return
			}
			raw := a.Encounter
			if len(a.Claim) > 0 {
				raw = a.Claim
			}
			if len(raw) > 0 {
				inner := intake.NewReader(bytes.NewReader(raw), intake.Options{})
				if got, err := inner.Next(); err == nil {
					b.add(b.part(b.office(got, a.Question)), raw, a.Question)
					return
				}
			}
		}
	}
	raw := it.Raw
	if len(raw) == 0 {
		// Nothing of it could be read: what is there is the service's to mend.
		raw = text[min(it.Offset, int64(len(text))):]
		raw = raw[:min(len(raw), 4096)]
	}
	b.add(b.part(b.office(it, 0)), raw, 0)
}

// office is the scope that an item belongs to: that of the question that it
// answers, else that of its billing provider.
func (b *batch) office(it *intake.Item, question int64) gateway.Scope {
	if question != 0 {
		q, err := read(b.ctx, b.g, func(tx *store.Tx) (gateway.Question, error) { return tx.Question(b.m.Scope, question) })
		if err == nil && q.Partner == b.p.ID {
			return q.Office
		}
	}
	npi, tax := "", ""
	switch {
	case it.Encounter != nil && it.Encounter.BillingProvider != nil:
		npi, tax = it.Encounter.BillingProvider.NPI, it.Encounter.BillingProvider.TaxID
	case it.Record == "claim":
		if c, err := claim.ParseJSON(it.Raw); err == nil && c.BillingProvider != nil {
			npi, tax = c.BillingProvider.ID.Value, c.BillingProvider.TaxID().Value
		}
	}
	return officeScope(b.m, b.p.OfficeOf(npi, strings.ReplaceAll(tax, "-", "")))
}

// The columns that a question adds to a CSV file; an answer may leave the second
// out.
const (
	questionColumn = "question"
	findingsColumn = "findings"
)

// withoutQuestions takes the columns of questions out of a CSV file, and gives
// them by where the rows are in the rest.
func withoutQuestions(text []byte) ([]byte, map[int64]int64) {
	none := map[int64]int64{}
	line, _, _ := bytes.Cut(text, []byte("\n"))
	if !bytes.Contains(bytes.ToLower(line), []byte(questionColumn)) {
		return text, none
	}
	r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))))
	r.FieldsPerRecord, r.LazyQuotes, r.ReuseRecord = -1, true, true
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	at, drop := -1, map[int]bool{}
	for {
		rec, err := r.Read()
		if err != nil {
			if errors.Is(err, io.EOF) {
				return out.Bytes(), none
			}
			return text, map[int64]int64{} // told by whoever reads it next
		}
		if at < 0 {
			for i, c := range rec {
				switch strings.ToLower(strings.TrimSpace(c)) {
				case questionColumn:
					at = i
					drop[i] = true
				case findingsColumn:
					drop[i] = true
				}
			}
			if at < 0 {
				return text, none
			}
		} else if at < len(rec) {
			if n, err := strconv.ParseInt(strings.TrimSpace(rec[at]), 10, 64); err == nil {
				none[int64(out.Len())] = n
			}
		}
		var kept []string
		for i, c := range rec {
			if !drop[i] {
				kept = append(kept, c)
			}
		}
		w.Write(kept)
		w.Flush()
	}
}

// withdraw ends a question: the service does not send the claim after all.
func (g *spine) withdraw(tx *store.Tx, s gateway.Scope, question int64) error {
	q, err := tx.Question(s, question)
	if errors.Is(err, store.ErrNotFound) || err == nil && q.State != gateway.QuestionOpen {
		return nil
	}
	if err != nil {
		return err
	}
	q.State = gateway.QuestionWithdrawn
	if err := tx.SetQuestion(&q); err != nil {
		return err
	}
	c, err := tx.Claim(q.Office, q.Claim)
	if err != nil {
		return err
	}
	c.Findings = strings.TrimPrefix(c.Findings+"\nwithdrawn by the coding service", "\n")
	if err := tx.SetClaim(&c); err != nil {
		return err
	}
	return tx.AddEvent(&gateway.Event{Scope: q.Office, At: g.now(), Kind: "withdrawn", Transmission: c.Transmission, Claims: []gateway.ClaimChange{{Claim: c.ID, State: c.State}}})
}

// reenterSome puts those claims of a service's part that answer questions in the
// place of the held ones, and gives the others.
func (g *spine) reenterSome(tx *store.Tx, m *gateway.Transmission, p *partners.Profile, list []gateway.Claim) (rest []gateway.Claim, again []gateway.Claim, err error) {
	part, err := tx.PartOf(m.Scope, m.ID)
	if errors.Is(err, store.ErrNotFound) {
		return list, nil, nil
	}
	if err != nil {
		return nil, nil, err
	}
	for i := range list {
		c := list[i]
		var q gateway.Question
		if id := part.Questions[c.Item]; id != 0 {
			q, err = tx.Question(part.Scope, id)
		} else if c.ClaimID != "" {
			// The same number again, while one of that number is asked about.
			var held []gateway.Claim
			if held, err = tx.HeldAs(m.Scope, c.ClaimID); err == nil && len(held) == 1 {
				q, err = tx.QuestionAbout(m.Scope, held[0].ID)
			}
		}
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return nil, nil, err
		}
		if err != nil || q.ID == 0 || q.Office != m.Scope || q.Partner != p.ID || q.State == gateway.QuestionAnswered {
			rest = append(rest, c)
			continue
		}
		old, err := tx.Claim(m.Scope, q.Claim)
		if err != nil {
			return nil, nil, err
		}
		if old.State != gateway.Held {
			continue // it was answered in another way meanwhile
		}
		if c, err = g.inPlaceOf(&old, c); err != nil {
			return nil, nil, err
		}
		ok, err := tx.Reenter(&c)
		if err != nil {
			return nil, nil, err
		}
		if !ok {
			continue
		}
		again = append(again, c)
		e := gateway.Event{Scope: m.Scope, At: g.now(), Kind: "corrected", Transmission: m.ID, Place: gateway.Place{SHA256: m.SHA256},
			Claims: []gateway.ClaimChange{{Claim: c.ID, State: c.State, Reason: fmt.Sprintf("question %d", q.ID)}}}
		if err := tx.AddEvent(&e); err != nil {
			return nil, nil, err
		}
		if c.State != gateway.Held {
			q.State = gateway.QuestionAnswered
			if err := tx.SetQuestion(&q); err != nil {
				return nil, nil, err
			}
		}
		if c.State == gateway.Queued {
			if err := g.askToRoute(tx, m.Scope, c.Partner); err != nil {
				return nil, nil, err
			}
		}
		if q.Transmission != part.Transmission {
			// The batch that it came in first has another receipt now.
			if err := tx.AddJob(q.Scope, "receipt", strconv.FormatInt(q.Transmission, 10), g.now()); err != nil {
				return nil, nil, err
			}
		}
	}
	return rest, again, nil
}

// inPlaceOf is a claim as another one's successor: the same row, the same number
// of ours.
func (g *spine) inPlaceOf(old *gateway.Claim, c gateway.Claim) (gateway.Claim, error) {
	doc, err := withTrace(c.Document, old.Trace)
	if err != nil {
		return c, err
	}
	c.ID, c.Trace, c.Transmission, c.Item, c.Document = old.ID, old.Trace, old.Transmission, old.Item, doc
	return c, nil
}

// withTrace gives a claim's record our own number.
func withTrace(document []byte, trace string) ([]byte, error) {
	if len(document) <= 2 {
		return document, nil
	}
	c, err := claim.ParseJSON(document)
	if err != nil {
		return nil, err
	}
	route.WithTrace(c, trace)
	return c.AppendJSON(nil), nil
}

// answerBatch asks for the answers of the batch that a file is a part of.
func (g *spine) answerBatch(tx *store.Tx, m *gateway.Transmission) error {
	part, err := tx.PartOf(m.Scope, m.ID)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	return tx.AddJob(part.Scope, "answer", strconv.FormatInt(part.Transmission, 10), g.now())
}

// askAbout opens a question about each held claim of a batch, and gives them to
// the service: in JSON with the encounter as it came, and in CSV, where it came
// so, with the rows to correct.
func (g *spine) askAbout(ctx context.Context, m *gateway.Transmission, p *partners.Profile, claims []batchClaim) error {
	var asJSON, asCSV bytes.Buffer
	sources := map[int64]*batchSource{}
	for i := range claims {
		c := &claims[i]
		if c.State != gateway.Held || strings.HasSuffix(c.Findings, "withdrawn by the coding service") {
			continue
		}
		q := gateway.Question{Scope: m.Scope, Partner: p.ID, Transmission: m.ID, Item: c.place, Office: c.Scope, Claim: c.ID, At: g.now()}
		if err := g.store.Do(ctx, func(tx *store.Tx) error {
			old, err := tx.QuestionAbout(c.Scope, c.ID)
			if err == nil {
				q = old
				return nil
			}
			return tx.Ask(&q)
		}); err != nil {
			return err
		}
		src := sources[c.Transmission]
		if src == nil {
			src = &batchSource{}
			if err := src.open(g, c.part); err != nil {
				return err
			}
			sources[c.Transmission] = src
		}
		record := map[string]any{"record": "question", "question": q.ID, "batch": m.ID, "item": c.place, "claim_id": c.ClaimID, "office": c.Scope.Organisation,
			"findings": strings.Split(c.Findings, "\n")}
		if raw := src.json(c.Item); raw != nil {
			record["encounter"] = raw
		} else if len(c.Document) > 2 {
			record["claim"] = json.RawMessage(c.Document)
		}
		b, err := json.Marshal(record)
		if err != nil {
			return err
		}
		asJSON.Write(append(b, '\n'))
		src.csv(&asCSV, c.Item, q.ID, c.Findings)
	}
	for ext, b := range map[string][]byte{"json": asJSON.Bytes(), "csv": asCSV.Bytes()} {
		if len(b) > 0 {
			if err := g.giveOut(ctx, m.Scope, p, fmt.Sprintf("%d-questions.%s", m.ID, ext), "questions", b); err != nil {
				return err
			}
		}
	}
	return nil
}

// batchSource is a part of a batch as it came.
type batchSource struct {
	items  [][]byte // JSON
	rows   [][][]string
	header []string
}

// open reads a part; of X12 nothing is kept.
func (s *batchSource) open(g *spine, m gateway.Transmission) error {
	f, err := g.archive.Open(m.SHA256)
	if err != nil {
		return err
	}
	text, err := io.ReadAll(io.LimitReader(f, maxBatch))
	f.Close()
	if err != nil || startsX12(text[:min(512, len(text))]) {
		return err
	}
	isCSV := intake.Recognize(text[:min(512, len(text))]) == intake.CSV
	var offsets []int64
	rd := intake.NewReader(bytes.NewReader(text), intake.Options{})
	for {
		it, err := rd.Next()
		if err != nil {
			break
		}
		if isCSV {
			offsets = append(offsets, it.Offset)
			continue
		}
		s.items = append(s.items, slices.Clone(it.Raw))
	}
	for i, from := range offsets {
		end := int64(len(text))
		if i+1 < len(offsets) {
			end = offsets[i+1]
		}
		if i == 0 {
			s.header = cells(text[:from])
		}
		r := csv.NewReader(bytes.NewReader(text[from:end]))
		r.FieldsPerRecord, r.LazyQuotes = -1, true
		all, err := r.ReadAll()
		if err != nil {
			all = nil
		}
		s.rows = append(s.rows, all)
	}
	return nil
}

func cells(line []byte) []string {
	r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(line, []byte("\xef\xbb\xbf"))))
	r.FieldsPerRecord, r.LazyQuotes = -1, true
	rec, err := r.Read()
	if err != nil {
		return nil
	}
	return rec
}

// json is an item of a JSON file; nil: it is none.
func (s *batchSource) json(item int) json.RawMessage {
	if item < 1 || item > len(s.items) || !json.Valid(s.items[item-1]) {
		return nil
	}
	return s.items[item-1]
}

// csv writes the rows of an item of a CSV file, with its question before them.
func (s *batchSource) csv(w io.Writer, item int, question int64, findings string) {
	if item < 1 || item > len(s.rows) {
		return
	}
	out := csv.NewWriter(w)
	if b, ok := w.(*bytes.Buffer); ok && b.Len() == 0 {
		out.Write(append([]string{questionColumn, findingsColumn}, s.header...))
	}
	for _, r := range s.rows[item-1] {
		out.Write(append([]string{strconv.FormatInt(question, 10), strings.ReplaceAll(findings, "\n", "; ")}, r...))
	}
	out.Flush()
}
