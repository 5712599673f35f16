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
	"strconv"
	"strings"
	"time"

	"github.com/rs/zerolog"
	"golang.org/x/crypto/ssh"

	"claimwire/edi"
	"claimwire/edi/ack"
	"claimwire/edi/x12"
	"claimwire/gateway"
	"claimwire/gateway/sftp"
	"claimwire/gateway/store"
	"claimwire/gateway/work"
	"claimwire/partners"
	"claimwire/partners/sftpd"
)

// errNoDoor says that this process does not serve partners who come to us.
var errNoDoor = errors.New("this process has no SFTP server")

// door is the SFTP server with what it hands over to.
type door struct{ *sftp.Door }

func (d *door) run(ctx context.Context) { d.Door.Run(ctx) }

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
	d, err := sftp.Open(sftp.Config{Dir: filepath.Join(cfg.Data, "sftp"), Listen: cfg.SFTP.Listen, HostKeys: keys, NextHostKeys: next, Partners: g.profileList,
		Inbox: partnerInbox{g}, Now: g.now, Log: log, Audit: func(e sftpd.Event) {
			// File names are the partner's words and stay out of the log.
			ev := log.Info()
			if e.Kind == sftpd.Refused || e.Kind == sftpd.LockedOut || e.Kind == sftpd.Denied || e.Kind == sftpd.Busy {
				ev = log.Warn()
			}
			ev.Str("event", string(e.Kind)).Str("user", e.User).Str("address", e.Address).Str("key", e.Key).Int64("bytes", e.Size).Msg("sftp")
		}})
	if err != nil {
		return nil, err
	}
	g.door = d
	return &door{d}, nil
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

// Receive keeps a file and asks for it to be taken in, or notes why it is not.
func (b partnerInbox) Receive(ctx context.Context, from *partners.Profile, name string, r io.Reader, refused string) error {
	s := scopeOf(from)
	if from.Kind == partners.Office && refused == "" {
		m, added, err := books(b).Submit(ctx, s, from.ID, name, "", r)
		if err != nil || added {
			return err
		}
		// The same bytes again: the partner gets the same answers again.
		return b.g.store.Do(ctx, func(tx *store.Tx) error { return tx.AddJob(s, "answer", strconv.FormatInt(m.ID, 10), b.g.now()) })
	}
	return inbox(b).keep(ctx, s, from.ID, name, nil, r, refused)
}

// officeOf finds the partner that an organisation's outcomes are given to.
func (g *spine) officeOf(s gateway.Scope) *partners.Profile {
	for _, p := range g.profileList {
		if p.Kind == partners.Office && p.Login.User != "" && scopeOf(p) == s {
			return p
		}
	}
	return nil
}

// answerJob puts the answers to a partner's file into its /download: the TA1,
// 999 and 277CA of X12, and for every file a receipt that names each claim and
// what became of it. It may run twice: the files have the same names.
func (g *spine) answerJob(ctx context.Context, j *gateway.Job) error {
	if g.door == nil {
		return work.Snooze(5 * time.Second)
	}
	id, err := strconv.ParseInt(j.Args, 10, 64)
	if err != nil {
		return work.Park{Reason: err}
	}
	m, err := read(ctx, g, func(tx *store.Tx) (gateway.Transmission, error) { return tx.Transmission(j.Scope, id) })
	if err != nil {
		return err
	}
	p := g.profiles[m.Partner]
	if p == nil || p.Login.User == "" {
		return work.Park{Reason: fmt.Errorf("partner %s does not come to us any more", m.Partner)}
	}
	if err := g.acknowledge(ctx, &m, p); err != nil {
		return err
	}
	return g.receipt(ctx, &m, p)
}

// acknowledge answers an X12 file.
func (g *spine) acknowledge(ctx context.Context, m *gateway.Transmission, p *partners.Profile) error {
	f, err := g.archive.Open(m.SHA256)
	if err != nil {
		return err
	}
	defer f.Close()
	head := make([]byte, 256)
	n, err := io.ReadFull(f, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return err
	}
	if !bytes.HasPrefix(bytes.TrimLeft(head[:n], "\xef\xbb\xbf \r\n\t"), []byte("ISA")) {
		return nil
	}
	now := g.now()
	var failed error
	b := ack.NewBuilder(ack.Settings{Mode: ack.Modes[p.Acknowledge], Duplicate: func(*x12.Interchange) bool { return strings.HasPrefix(m.Note, sameInterchange) },
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
	if _, err := edi.Process(io.MultiReader(bytes.NewReader(head[:n]), f), edi.Options{Today: now.Format("20060102")}, answering(b)); err != nil {
		return err
	}
	count := map[string]int{}
	for _, a := range b.Finish() {
		count[a.Kind]++
		name := fmt.Sprintf("%d-%s.edi", m.ID, a.Kind)
		if count[a.Kind] > 1 {
			name = fmt.Sprintf("%d-%s-%d.edi", m.ID, a.Kind, count[a.Kind])
		}
		if failed != nil {
			return failed
		}
		if err := g.giveOut(ctx, m.Scope, p, name, a.Kind, a.Bytes); err != nil {
			return err
		}
		var words bytes.Buffer
		if err := writeTwin(&words, bytes.NewReader(a.Bytes), name); err != nil {
			return err
		}
		if err := g.giveOut(ctx, m.Scope, p, strings.TrimSuffix(name, ".edi")+".txt", "twin", words.Bytes()); err != nil {
			return err
		}
	}
	return failed
}

// giveOut keeps a file, notes it, and puts it into the partner's /download.
func (g *spine) giveOut(ctx context.Context, s gateway.Scope, p *partners.Profile, name, kind string, b []byte) error {
	sum, err := g.archive.PutBytes(b)
	if err != nil {
		return err
	}
	if err := g.door.Give(p, name, bytes.NewReader(b)); err != nil {
		return err
	}
	return g.store.Do(ctx, func(tx *store.Tx) error {
		_, err := tx.AddTransmission(&gateway.Transmission{Scope: s, Partner: p.ID, Name: name, SHA256: sum, Size: int64(len(b)), Kind: kind, State: "sent", At: g.now()})
		return err
	})
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
	Findings []string `json:"findings,omitempty"`
}

// receipt names every claim of a file and what became of it, as CSV, JSON Lines
// and text.
func (g *spine) receipt(ctx context.Context, m *gateway.Transmission, p *partners.Profile) error {
	var asJSON, asCSV, asText bytes.Buffer
	table := csv.NewWriter(&asCSV)
	table.Write([]string{"item", "claim_id", "trace", "state", "payer", "charge", "findings"})
	counts := map[gateway.State]int{}
	total := 0
	after := int64(0)
	var lines []string
	for total < maxReceipt {
		list, err := read(ctx, g, func(tx *store.Tx) ([]gateway.Claim, error) {
			return tx.ClaimPage(m.Scope, gateway.ClaimQuery{Page: gateway.Page{After: after, Limit: gateway.MaxPage}, Transmission: m.ID})
		})
		if err != nil {
			return err
		}
		for i := range list {
			c := &list[i]
			after = c.ID
			total++
			counts[c.State]++
			l := receiptLine{c.Item, c.ClaimID, c.Trace, string(c.State), c.Payer, c.Charge.String(), nil}
			if c.Findings != "" {
				l.Findings = strings.Split(c.Findings, "\n")
			}
			b, err := json.Marshal(l)
			if err != nil {
				return err
			}
			asJSON.Write(append(b, '\n'))
			table.Write([]string{strconv.Itoa(l.Item), cell(l.ClaimID), l.Trace, l.State, cell(l.Payer), l.Charge, cell(c.Findings)})
			if c.State == gateway.Held {
				lines = append(lines, fmt.Sprintf("%5d  %-20s held\r\n", l.Item, l.ClaimID))
				for _, f := range l.Findings {
					lines = append(lines, "       "+f+"\r\n")
				}
			}
		}
		if len(list) < gateway.MaxPage {
			break
		}
	}
	table.Flush()
	fmt.Fprintf(&asText, "Receipt for %s\r\n%d bytes, SHA-256 %s\r\nreceived %s, our number %d\r\n\r\n", m.Name, m.Size, m.SHA256, m.At.UTC().Format("2006-01-02 15:04:05 UTC"), m.ID)
	if m.Note != "" {
		fmt.Fprintf(&asText, "%s\r\n\r\n", m.Note)
	}
	fmt.Fprintf(&asText, "claims     %d\r\nheld       %d\r\ngoing out  %d\r\n\r\n", total, counts[gateway.Held], total-counts[gateway.Held])
	for _, l := range lines {
		asText.WriteString(l)
	}
	for _, r := range []struct {
		ext string
		b   []byte
	}{{"csv", asCSV.Bytes()}, {"json", asJSON.Bytes()}, {"txt", asText.Bytes()}} {
		if err := g.giveOut(ctx, m.Scope, p, fmt.Sprintf("%d-receipt.%s", m.ID, r.ext), "receipt", r.b); err != nil {
			return err
		}
	}
	return nil
}

// cell keeps a spreadsheet from taking a value for a formula.
func cell(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}

// outcomesJob gives the office what a payer's file came to: its payments and
// denials, as CSV and JSON Lines. It may run twice: the files have the same
// names.
func (g *spine) outcomesJob(ctx context.Context, j *gateway.Job) error {
	p := g.officeOf(j.Scope)
	if p == nil {
		return nil
	}
	if g.door == nil {
		return work.Snooze(5 * time.Second)
	}
	id, err := strconv.ParseInt(j.Args, 10, 64)
	if err != nil {
		return work.Park{Reason: err}
	}
	m, err := read(ctx, g, func(tx *store.Tx) (gateway.Transmission, error) { return tx.Transmission(j.Scope, id) })
	if err != nil {
		return err
	}
	var asJSON, asCSV bytes.Buffer
	table := csv.NewWriter(&asCSV)
	table.Write([]string{"kind", "claim_id", "payer_claim_id", "outcome", "scenario", "charge", "paid", "adjusted", "patient", "denied"})
	n, after := 0, int64(0)
	for n < maxReceipt {
		list, err := read(ctx, g, func(tx *store.Tx) ([]gateway.Payment, error) {
			return tx.PaymentPage(j.Scope, gateway.PaymentQuery{Page: gateway.Page{After: after, Limit: gateway.MaxPage}, File: m.SHA256})
		})
		if err != nil {
			return err
		}
		for i := range list {
			q := &list[i]
			after = q.ID
			n++
			asJSON.Write(append(bytes.TrimSpace(q.Document), '\n'))
			table.Write([]string{q.Kind, cell(q.ClaimID), cell(q.PayerClaimID), q.Outcome, q.Scenario, q.Charge.String(), q.Paid.String(), q.Money.Adjusted.String(),
				q.Money.Patient.String(), q.Money.Denied.String()})
		}
		if len(list) < gateway.MaxPage {
			break
		}
	}
	if n == 0 {
		return nil
	}
	table.Flush()
	if err := g.giveOut(ctx, j.Scope, p, fmt.Sprintf("%d-payments.csv", id), "payments", asCSV.Bytes()); err != nil {
		return err
	}
	return g.giveOut(ctx, j.Scope, p, fmt.Sprintf("%d-payments.json", id), "payments", asJSON.Bytes())
}
