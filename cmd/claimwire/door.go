package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/rs/zerolog"
	"golang.org/x/crypto/ssh"

	"claimwire/edi"
	"claimwire/edi/ack"
	"claimwire/edi/inspect"
	"claimwire/edi/x12"
	"claimwire/gateway"
	"claimwire/gateway/sftp"
	"claimwire/gateway/store"
	"claimwire/gateway/work"
	"claimwire/partners"
)

// errNoDoor says that this process does not serve partners who come to us.
var errNoDoor = errors.New("this process has no SFTP server")

// door is the SFTP server with what it hands over to.
type door struct {
	*sftp.Door
	audit *doorAudit
}

func (d *door) run(ctx context.Context) { d.Door.Run(ctx) }

// Close shuts the door, and writes what happened at it.
func (d *door) Close() error {
	err := d.Door.Close()
	d.audit.close()
	return err
}

// openDoor opens the SFTP server for the partners that have a log-in.
func openDoor(cfg *config, g *spine, log zerolog.Logger) (*door, error) {
	keys, err := hostKeys(cfg.SFTP.HostKeys)
	if err != nil {
		return nil, err
	}
	next, err := hostKeys(cfg.SFTP.NextHostKeys)
	if err != nil {
		return nil, err
	}
	audit := newDoorAudit(g, g.profiles())
	d, err := sftp.Open(sftp.Config{Dir: filepath.Join(cfg.Data, "sftp"), Listen: cfg.SFTP.Listen, HostKeys: keys, NextHostKeys: next, Partners: g.profiles(),
		Inbox: partnerInbox{g}, Now: g.now, Log: log, Audit: audit.note})
	if err != nil {
		audit.close()
		return nil, err
	}
	g.door, g.doorAudit = d, audit
	return &door{d, audit}, nil
}

// hostKeys reads private keys.
func hostKeys(files []string) ([]ssh.Signer, error) {
	var keys []ssh.Signer
	types := map[string]string{}
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		k, err := ssh.ParsePrivateKey(b)
		if err != nil {
			return nil, fmt.Errorf("%s: it is no private key, or has a passphrase", file)
		}
		if other, ok := types[k.PublicKey().Type()]; ok {
			return nil, fmt.Errorf("%s and %s are host keys of the same type: put the newer one under next_host_keys until all partners know it", other, file)
		}
		types[k.PublicKey().Type()] = file
		keys = append(keys, k)
	}
	return keys, nil
}

// partnerInbox takes what partners bring: claims from offices, answers from
// payers.
type partnerInbox struct{ g *spine }

// officeOf finds the partner that an organisation's outcomes are given to.
func (g *spine) officeOf(s gateway.Scope) *partners.Profile {
	var other *partners.Profile
	for _, p := range g.profiles() {
		if p.Kind != partners.Office || p.Login.User == "" || p.Organisation != s.Organisation {
			continue
		}
		if p.Usage == s.Usage {
			return p
		}
		if s.Usage == "test" {
			other = p // its tests
		}
	}
	return other
}

// answerJob puts the answers to a partner's file into its /download: the TA1,
// 999 and 277CA of X12, and for every file a receipt that names each claim and
// what became of it. It may run twice: the files have the same names.
func (g *spine) answerJob(ctx context.Context, j *gateway.Job) error {
	if g.door == nil {
		return work.Snooze(5 * time.Second)
	}
	m, p, err := g.wholeFile(ctx, j)
	if err != nil {
		return err
	}
	if p.Login.User == "" {
		return work.Park{Reason: fmt.Errorf("partner %s does not come to us any more", m.Partner)}
	}
	claims, taken, err := g.claimsOfFile(ctx, &m, p)
	if err != nil || !taken {
		return err // its last part asks again
	}
	if p.Kind == partners.Service && m.Scope.Organisation != p.Organisation {
		// Of a service's batch, the office sees what is its own.
		if p = g.officeOf(m.Scope); p == nil {
			return nil
		}
		return g.receipt(ctx, &m, p, claims)
	}
	if j.Kind == "answer" {
		if err := g.acknowledge(ctx, &m, p); err != nil {
			return err
		}
	}
	if p.Kind == partners.Service {
		if err := g.askAbout(ctx, &m, p, claims); err != nil {
			return err
		}
	}
	if err := g.tellStage(ctx, p); err != nil {
		return err
	}
	return g.receipt(ctx, &m, p, claims)
}

// batchClaim is a claim with its place in the file that it came in.
type batchClaim struct {
	gateway.Claim
	place int
	part  gateway.Transmission // the file of its office
}

// claimsOfFile lists the claims of a file, those of all offices where it is a
// batch; taken is false while a part of it waits.
func (g *spine) claimsOfFile(ctx context.Context, m *gateway.Transmission, p *partners.Profile) (list []batchClaim, taken bool, err error) {
	if p.Kind != partners.Service || m.Scope.Organisation != p.Organisation {
		list, err = g.claimsOfPart(ctx, *m, nil)
		return list, true, err
	}
	parts, err := read(ctx, g, func(tx *store.Tx) ([]gateway.Part, error) { return tx.Parts(m.Scope, m.ID) })
	if err != nil {
		return nil, false, err
	}
	if len(parts) == 0 { // a part of its own: claims of no office
		list, err = g.claimsOfPart(ctx, *m, nil)
		return list, true, err
	}
	for i := range parts {
		t, err := read(ctx, g, func(tx *store.Tx) (gateway.Transmission, error) { return tx.Transmission(parts[i].Of, parts[i].Part) })
		if err != nil {
			return nil, false, err
		}
		if t.State == "received" {
			return nil, false, nil
		}
		some, err := g.claimsOfPart(ctx, t, parts[i].Items)
		if err != nil {
			return nil, false, err
		}
		list = append(list, some...)
		// What answers a question stands with the claim that was held.
		for item, id := range parts[i].Questions {
			q, err := read(ctx, g, func(tx *store.Tx) (gateway.Question, error) { return tx.Question(m.Scope, id) })
			if err != nil {
				continue
			}
			c, err := read(ctx, g, func(tx *store.Tx) (gateway.Claim, error) { return tx.Claim(q.Office, q.Claim) })
			if err == nil && item >= 1 && item <= len(parts[i].Items) && !slices.ContainsFunc(list, func(b batchClaim) bool { return b.ID == c.ID }) {
				t, err := read(ctx, g, func(tx *store.Tx) (gateway.Transmission, error) { return tx.Transmission(q.Office, c.Transmission) })
				if err != nil {
					return nil, false, err
				}
				list = append(list, batchClaim{c, parts[i].Items[item-1], t})
			}
		}
	}
	slices.SortStableFunc(list, func(a, b batchClaim) int { return a.place - b.place })
	return list, true, nil
}

// claimsOfPart lists the claims that came in a file; items are their places in
// the whole.
func (g *spine) claimsOfPart(ctx context.Context, t gateway.Transmission, items []int) ([]batchClaim, error) {
	var all []batchClaim
	for after := int64(0); len(all) < maxReceipt; {
		list, err := read(ctx, g, func(tx *store.Tx) ([]gateway.Claim, error) {
			return tx.ClaimPage(t.Scope, gateway.ClaimQuery{Page: gateway.Page{After: after, Limit: gateway.MaxPage}, Transmission: t.ID})
		})
		if err != nil {
			return nil, err
		}
		for i := range list {
			after = list[i].ID
			place := list[i].Item
			if place >= 1 && place <= len(items) {
				place = items[place-1]
			}
			all = append(all, batchClaim{list[i], place, t})
		}
		if len(list) < gateway.MaxPage {
			break
		}
	}
	return all, nil
}

// acknowledge answers an X12 file, as far as the partner wants it.
func (g *spine) acknowledge(ctx context.Context, m *gateway.Transmission, p *partners.Profile) error {
	f, err := g.archive.Open(m.SHA256)
	if err != nil {
		return err
	}
	defer f.Close()
	head := make([]byte, 512)
	n, err := io.ReadFull(f, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return err
	}
	if !startsX12(head[:n]) {
		return nil
	}
	if again, err := g.giveAgain(ctx, m, p); err != nil || again {
		return err
	}
	now := g.now()
	var failed error
	b := ack.NewBuilder(ack.Settings{Mode: ack.Modes[p.Acknowledge], AlwaysTA1: p.Replies.TA1 == "always", Duplicate: func(*x12.Interchange) bool { return strings.HasPrefix(m.Note, sameInterchange) },
		Date: now.Format("20060102"), Time: now.Format("1504"), Claims: ack.ClaimSettings{Role: "AY"}, Control: func() string {
			var v int64
			if err := g.store.Do(ctx, func(tx *store.Tx) (err error) {
				v, err = tx.NextControl(m.Scope, p.ID, "ISA13 of answers")
				return err
			}); err != nil {
				failed = err
			}
			return fmt.Sprintf("%09d", v)
		}})
	sum, err := edi.Process(io.MultiReader(bytes.NewReader(head[:n]), f), edi.Options{Today: now.Format("20060102"), Narrow: g.companionOf(p)}, answering(b))
	if err != nil {
		return err
	}
	refused := sum.Errors > 0
	count := map[string]int{}
	var out []outFile
	for _, a := range b.Finish() {
		if failed != nil {
			return failed
		}
		if !wanted(&p.Replies, a.Kind, refused, a.Bytes) {
			continue
		}
		count[a.Kind]++
		name := fmt.Sprintf("%d-%s.edi", m.ID, a.Kind)
		if count[a.Kind] > 1 {
			name = fmt.Sprintf("%d-%s-%d.edi", m.ID, a.Kind, count[a.Kind])
		}
		out = append(out, outFile{name, a.Kind, a.Bytes})
		if !p.Replies.InWords() {
			continue
		}
		var words bytes.Buffer
		if err := inspect.Text(&words, bytes.NewReader(a.Bytes), name); err != nil {
			return err
		}
		out = append(out, outFile{strings.TrimSuffix(name, ".edi") + ".txt", "twin", words.Bytes()})
	}
	if failed != nil {
		return failed
	}
	return g.giveTogether(ctx, m.Scope, p, out)
}

// outFile is a file for a partner.
type outFile struct {
	name, kind string
	bytes      []byte
}

// giveTogether notes files in one transaction before any is given: killed in
// between, all of them are given again, with the same bytes.
func (g *spine) giveTogether(ctx context.Context, s gateway.Scope, p *partners.Profile, out []outFile) error {
	list := make([]gateway.Transmission, len(out))
	for i, f := range out {
		sum, err := g.archive.PutBytes(f.bytes)
		if err != nil {
			return err
		}
		list[i] = gateway.Transmission{Scope: s, Partner: p.ID, Name: f.name, SHA256: sum, Size: int64(len(f.bytes)), Kind: f.kind, State: "sent", At: g.now()}
	}
	if err := g.store.Do(ctx, func(tx *store.Tx) error {
		for i := range list {
			if _, err := tx.AddTransmission(&list[i]); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		return err
	}
	for _, f := range out {
		if err := g.give(p, f.name, f.bytes); err != nil {
			return err
		}
	}
	return nil
}

// giveAgain gives the acknowledgments of a file again that were given before: a
// file has one TA1, 999 and 277CA, with one number, however often it comes.
func (g *spine) giveAgain(ctx context.Context, m *gateway.Transmission, p *partners.Profile) (bool, error) {
	list, err := read(ctx, g, func(tx *store.Tx) ([]gateway.Transmission, error) { return tx.GivenFor(m.Scope, p.ID, m.ID) })
	if err != nil || len(list) == 0 {
		return false, err
	}
	for i := range list {
		f, err := g.archive.Open(list[i].SHA256)
		if err != nil {
			return false, err
		}
		b, err := io.ReadAll(f)
		f.Close()
		if err != nil {
			return false, err
		}
		if err := g.give(p, list[i].Name, b); err != nil {
			return false, err
		}
	}
	return true, nil
}

// wanted says whether a partner wants an answer of a kind.
func wanted(r *partners.Replies, kind string, refused bool, b []byte) bool {
	want := map[string]string{"TA1": r.TA1, "999": r.A999, "277CA": r.CA}[kind]
	switch want {
	case "never":
		return false
	case "errors":
		if kind == "TA1" {
			return !bytes.Contains(b, []byte("*A*000"))
		}
		return refused
	}
	return true
}

// giveOut keeps a file, notes it, and puts it into the partner's /download,
// wrapped as the partner wants it.
func (g *spine) giveOut(ctx context.Context, s gateway.Scope, p *partners.Profile, name, kind string, b []byte) error {
	sum, err := g.archive.PutBytes(b)
	if err != nil {
		return err
	}
	if err := g.give(p, name, b); err != nil {
		return err
	}
	return g.store.Do(ctx, func(tx *store.Tx) error {
		_, err := tx.AddTransmission(&gateway.Transmission{Scope: s, Partner: p.ID, Name: name, SHA256: sum, Size: int64(len(b)), Kind: kind, State: "sent", At: g.now()})
		return err
	})
}

// give puts a file into a partner's /download, wrapped as the partner wants it.
func (g *spine) give(p *partners.Profile, name string, b []byte) error {
	if k := g.packer(p.ID); k != nil && k.Wraps() {
		var err error
		if name, b, err = k.Pack(name, b, g.now()); err != nil {
			return err
		}
	}
	return g.door.Give(p, name, bytes.NewReader(b))
}

// giveLists gives a list in the forms in which the partner wants it.
func (g *spine) giveLists(ctx context.Context, s gateway.Scope, p *partners.Profile, name, kind string, asCSV, asJSON []byte) error {
	for _, form := range p.Replies.Lists {
		b := asCSV
		if form == "json" {
			b = asJSON
		}
		if err := g.giveOut(ctx, s, p, name+"."+form, kind, b); err != nil {
			return err
		}
	}
	return nil
}

// maxReceipt bounds the claims of one receipt.
const maxReceipt = 100000

// receiptLine is what became of one claim of a file.
type receiptLine struct {
	Item     int      `json:"item"`
	ClaimID  string   `json:"claim_id"`
	Trace    string   `json:"trace"`
	State    string   `json:"state"`
	Payer    string   `json:"payer"`
	Charge   string   `json:"charge"`
	Office   string   `json:"office,omitempty"` // of a coding service's batch
	Findings []string `json:"findings,omitempty"`
}

// receipt names every claim of a file and what became of it, as CSV, JSON Lines
// and text.
func (g *spine) receipt(ctx context.Context, m *gateway.Transmission, p *partners.Profile, claims []batchClaim) error {
	var asJSON, asCSV, asText bytes.Buffer
	table := csv.NewWriter(&asCSV)
	columns := []string{"item", "claim_id", "trace", "state", "payer", "charge", "findings"}
	service := p.Kind == partners.Service
	if service {
		columns = append(columns, "office")
	}
	table.Write(columns)
	counts := map[gateway.State]int{}
	var lines []string
	for i := range claims {
		c := &claims[i]
		counts[c.State]++
		l := receiptLine{Item: c.place, ClaimID: c.ClaimID, Trace: c.Trace, State: string(c.State), Payer: c.Payer, Charge: c.Charge.String()}
		if c.Findings != "" {
			l.Findings = strings.Split(c.Findings, "\n")
		}
		row := []string{strconv.Itoa(l.Item), gateway.Cell(l.ClaimID), l.Trace, l.State, gateway.Cell(l.Payer), l.Charge, gateway.Cell(c.Findings)}
		if service {
			l.Office = c.Scope.Organisation
			row = append(row, l.Office)
		}
		b, err := json.Marshal(l)
		if err != nil {
			return err
		}
		asJSON.Write(append(b, '\n'))
		table.Write(row)
		if c.State == gateway.Held {
			lines = append(lines, fmt.Sprintf("%5d  %-20s held\r\n", l.Item, l.ClaimID))
			for _, f := range l.Findings {
				lines = append(lines, "       "+f+"\r\n")
			}
		}
	}
	table.Flush()
	fmt.Fprintf(&asText, "Receipt for %s\r\n%d bytes, SHA-256 %s\r\nreceived %s, our number %d\r\n\r\n", m.Name, m.Size, m.SHA256, m.At.UTC().Format("2006-01-02 15:04:05 UTC"), m.ID)
	if m.Note != "" {
		fmt.Fprintf(&asText, "%s\r\n\r\n", m.Note)
	}
	if n := counts[gateway.Received]; n > 0 {
		fmt.Fprintf(&asText, "%s: %s\r\n\r\n", count(n, "claim"), checkedAsTest)
	}
	fmt.Fprintf(&asText, "claims     %d\r\nheld       %d\r\ngoing out  %d\r\n\r\n", len(claims), counts[gateway.Held], len(claims)-counts[gateway.Held]-counts[gateway.Received])
	for _, l := range lines {
		asText.WriteString(l)
	}
	name := fmt.Sprintf("%d-receipt", m.ID)
	if err := g.giveLists(ctx, m.Scope, p, name, "receipt", asCSV.Bytes(), asJSON.Bytes()); err != nil {
		return err
	}
	return g.giveOut(ctx, m.Scope, p, name+".txt", "receipt", asText.Bytes())
}

// outcomesJob gives the office what a payer's file came to: the remittance
// advice itself with its text, payments and denials, and the payer's requests,
// as lists. It may run twice: the files have the same names.
func (g *spine) outcomesJob(ctx context.Context, j *gateway.Job) error {
	p := g.officeOf(j.Scope)
	if p == nil {
		return nil
	}
	if g.door == nil {
		return work.Snooze(5 * time.Second)
	}
	m, _, err := g.wholeFile(ctx, j)
	if err != nil {
		return err
	}
	if m.Kind == "835" {
		if err := g.giveRemittance(ctx, &m, p); err != nil {
			return err
		}
	}
	if err := g.givePayments(ctx, &m, p); err != nil {
		return err
	}
	return g.giveRequests(ctx, &m, p)
}

func (g *spine) giveRemittance(ctx context.Context, m *gateway.Transmission, p *partners.Profile) error {
	f, err := g.archive.Open(m.SHA256)
	if err != nil {
		return err
	}
	b, err := io.ReadAll(io.LimitReader(f, maxWrapped))
	f.Close()
	if err != nil {
		return err
	}
	name := fmt.Sprintf("%d-835", m.ID)
	if err := g.giveOut(ctx, m.Scope, p, name+".edi", "835", b); err != nil || !p.Replies.InWords() {
		return err
	}
	var words bytes.Buffer
	if err := inspect.Text(&words, bytes.NewReader(b), name+".edi"); err != nil {
		return err
	}
	return g.giveOut(ctx, m.Scope, p, name+".txt", "twin", words.Bytes())
}

func (g *spine) givePayments(ctx context.Context, m *gateway.Transmission, p *partners.Profile) error {
	columns := []string{"kind", "claim_id", "payer_claim_id", "outcome", "scenario", "charge", "paid", "adjusted", "patient", "denied"}
	all, denials := newList(columns), newList(columns)
	for after := int64(0); all.n < maxReceipt; {
		list, err := read(ctx, g, func(tx *store.Tx) ([]gateway.Payment, error) {
			return tx.PaymentPage(m.Scope, gateway.PaymentQuery{Page: gateway.Page{After: after, Limit: gateway.MaxPage}, File: m.SHA256})
		})
		if err != nil {
			return err
		}
		for i := range list {
			q := &list[i]
			after = q.ID
			row := []string{q.Kind, gateway.Cell(q.ClaimID), gateway.Cell(q.PayerClaimID), q.Outcome, q.Scenario, q.Charge.String(), q.Paid.String(), q.Money.Adjusted.String(),
				q.Money.Patient.String(), q.Money.Denied.String()}
			all.add(row, q.Document)
			if q.Kind == "denial" {
				denials.add(row, q.Document)
			}
		}
		if len(list) < gateway.MaxPage {
			break
		}
	}
	if err := all.give(ctx, g, m, p, "payments"); err != nil {
		return err
	}
	return denials.give(ctx, g, m, p, "denials")
}

func (g *spine) giveRequests(ctx context.Context, m *gateway.Transmission, p *partners.Profile) error {
	out := newList([]string{"request", "claim_id", "trace", "payer_claim_id", "payer", "due", "question", "state"})
	for after := int64(0); out.n < maxReceipt; {
		list, err := read(ctx, g, func(tx *store.Tx) ([]gateway.Request, error) {
			return tx.RequestPage(m.Scope, gateway.Page{After: after, Limit: gateway.MaxPage})
		})
		if err != nil {
			return err
		}
		for i := range list {
			q := &list[i]
			after = q.ID
			if q.Place.SHA256 != m.SHA256 {
				continue
			}
			c, err := read(ctx, g, func(tx *store.Tx) (gateway.Claim, error) { return tx.Claim(m.Scope, q.Claim) })
			if err != nil {
				return err
			}
			b, err := json.Marshal(map[string]any{"record": "request_for_information", "request": q.ID, "claim_id": c.ClaimID, "trace": c.Trace, "payer_claim_id": c.PayerClaimID, "payer": c.Payer,
				"due_date": q.Due, "question": q.Question, "state": q.State})
			if err != nil {
				return err
			}
			out.add([]string{strconv.FormatInt(q.ID, 10), gateway.Cell(c.ClaimID), c.Trace, gateway.Cell(c.PayerClaimID), gateway.Cell(c.Payer), q.Due, gateway.Cell(q.Question), string(q.State)}, b)
		}
		if len(list) < gateway.MaxPage {
			break
		}
	}
	return out.give(ctx, g, m, p, "requests")
}

// outList is a list for a partner as it grows, in both forms.
type outList struct {
	n             int
	asCSV, asJSON bytes.Buffer
	table         *csv.Writer
}

func newList(columns []string) *outList {
	l := &outList{}
	l.table = csv.NewWriter(&l.asCSV)
	l.table.Write(columns)
	return l
}

func (l *outList) add(row []string, document []byte) {
	l.n++
	l.table.Write(row)
	l.asJSON.Write(append(bytes.TrimSpace(document), '\n'))
}

// give puts it into the partner's /download, unless it is empty.
func (l *outList) give(ctx context.Context, g *spine, m *gateway.Transmission, p *partners.Profile, what string) error {
	if l.n == 0 {
		return nil
	}
	l.table.Flush()
	return g.giveLists(ctx, m.Scope, p, fmt.Sprintf("%d-%s", m.ID, what), what, l.asCSV.Bytes(), l.asJSON.Bytes())
}
