package ledger

import (
	"strings"

	"claimwire/edi/status"
	"claimwire/edi/x12"
	"claimwire/gateway"
)

// A file may come again in three ways: byte by byte, under the same envelope,
// and with the same documents in another envelope. The bytes are told by their
// digest; the other two by these names. A file of other bytes that holds a
// document which another file held is put aside, and nothing of it is applied.

// maxDocuments bounds the documents of one file.
const maxDocuments = 200_000

// Envelope names an interchange: who sends it to whom, when, and its number.
func Envelope(ic *x12.Interchange) string {
	return strings.Join([]string{"ISA", ic.SenderQualifier, strings.TrimSpace(ic.Sender), ic.ReceiverQualifier, strings.TrimSpace(ic.Receiver), ic.Date, ic.Control}, " ")
}

// documents are the names of what a file holds, each once, in their order.
type documents struct {
	list []string
	seen map[string]bool
	over bool // there are more than maxDocuments
}

func (d *documents) add(parts ...string) {
	name := strings.Join(parts, " ")
	if d.seen == nil {
		d.seen = map[string]bool{}
	}
	switch {
	case d.seen[name]:
	case len(d.list) == maxDocuments:
		d.over = true
	default:
		d.seen[name] = true
		d.list = append(d.list, name)
	}
}

// claimStatus names the document that a claim's status stands in: an
// acknowledgment by its number and source; a question by all that makes it one,
// since a payer may ask twice about a claim.
func (d *documents) claimStatus(c *status.ClaimStatus) {
	if c.Header == nil {
		return
	}
	switch c.Dialect {
	case status.Acknowledgment:
		source := ""
		if c.Sender != nil {
			source = c.Sender.Name.Value
		}
		d.add("277CA", c.Header.ID, source)
	case status.Request:
		d.add("277RFI", c.Header.ID, c.Header.Date, c.Trace.Value, allCodes(c))
	}
}

// label is a document's name for people: without numbers of a claim.
func label(document string) string {
	if parts := strings.SplitN(document, " ", 4); parts[0] == "277RFI" {
		return strings.Join(parts[:min(3, len(parts))], " ")
	}
	return document
}

// business is the short form of the documents, for people.
func (d *documents) business() string {
	var b strings.Builder
	n := 0
	for _, name := range d.list {
		if strings.HasPrefix(name, "ISA ") && len(d.list) > 1 {
			continue
		}
		if n++; n > 20 {
			b.WriteString("; …")
			break
		}
		if n > 1 {
			b.WriteString("; ")
		}
		b.WriteString(label(name))
	}
	return b.String()
}

// readable says whether bytes that are no X12 are text that a person can read.
func readable(head []byte) bool {
	for _, c := range head {
		if c < ' ' && c != '\t' && c != '\r' && c != '\n' && c != '\f' {
			return false
		}
	}
	return len(head) > 0
}

// aside puts a file aside, with what a person has to know.
func aside(tx Tx, m *gateway.Transmission, note string) error {
	m.State, m.Note = "quarantined", note
	return tx.SetTransmission(m)
}
