package ledger

import (
	"fmt"
	"strings"

	"claimwire/edi/explain"
	"claimwire/edi/status"
	"claimwire/gateway"
)

// Desk says what a question is about and by when it is to be answered; it is
// plugged in, since questions are another part's.
type Desk interface {
	// Asked fills in items, due day and owner of a question; c is the status that
	// asks, nil of a denial, of which words are the reasons. claim is nil where it is
	// not known.
	Asked(q *gateway.Request, claim *gateway.Claim, c *status.ClaimStatus, words []string)
	// Same says whether two questions want the same.
	Same(a, b []gateway.RequestItem) bool
	// Closes says whether a status of a claim ends what was asked about it.
	Closes(category string) bool
}

// ask notes a question. One that asks for the same as an open one takes its
// place; one that asks again after an answer says so.
func (t *taking) ask(q *gateway.Request, claim *gateway.Claim, c *status.ClaimStatus, words []string) error {
	q.Scope, q.Partner, q.State, q.AskedAt = t.m.Scope, t.m.Partner, gateway.RequestOpen, t.l.Now()
	if claim != nil {
		q.Claim = claim.ID
	}
	var earlier []gateway.Request
	if t.l.Desk != nil {
		t.l.Desk.Asked(q, claim, c, words)
		if claim != nil {
			var err error
			if earlier, err = t.tx.RequestsOf(t.m.Scope, claim.ID); err != nil {
				return err
			}
		}
	}
	var replaced *gateway.Request
	for i := range earlier {
		if e := &earlier[i]; e.State != gateway.RequestClosed && e.Place != q.Place && t.l.Desk.Same(e.Items, q.Items) {
			q.Again, q.Note = e.ID, fmt.Sprintf("asked again; request %d asked for the same", e.ID)
			if replaced = e; e.State != gateway.RequestOpen {
				q.Note, replaced = fmt.Sprintf("asked again after request %d was answered: ask the payer whether the answer came", e.ID), nil
			}
		}
	}
	added, err := t.tx.AddRequest(q)
	if err != nil || !added || replaced == nil {
		return err
	}
	replaced.State, replaced.ClosedAt, replaced.Note = gateway.RequestClosed, t.l.Now(), fmt.Sprintf("asked again as request %d", q.ID)
	return t.tx.SetRequest(replaced)
}

// closeRequests ends what was asked about a claim: the payer goes on.
func (t *taking) closeRequests(claim int64, why string) error {
	list, err := t.tx.RequestsOf(t.m.Scope, claim)
	if err != nil {
		return err
	}
	for i := range list {
		q := &list[i]
		if q.State == gateway.RequestClosed {
			continue
		}
		if q.State == gateway.RequestOpen {
			why += ", without an answer"
		}
		q.State, q.ClosedAt, q.Note = gateway.RequestClosed, t.l.Now(), strings.TrimPrefix(q.Note+"; "+why, "; ")
		if err := t.tx.SetRequest(q); err != nil {
			return err
		}
		answers, err := t.tx.AnswersOf(t.m.Scope, q.ID)
		if err != nil {
			return err
		}
		for k := range answers {
			a := &answers[k]
			if a.State == gateway.AnswerSent || a.State == gateway.AnswerAccepted {
				a.State = gateway.AnswerClosed
				if err := t.tx.SetAnswer(a); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// answersAcknowledged moves the answers that went in an interchange, when the
// partner has acknowledged it.
func (t *taking) answersAcknowledged(i *gateway.Interchange, refused bool, why string) error {
	if i.Claims > 0 {
		return nil // it holds claims
	}
	list, err := t.tx.AnswersIn(t.m.Scope, i.ID)
	if err != nil {
		return err
	}
	for k := range list {
		a := &list[k]
		switch {
		case refused && a.State != gateway.AnswerClosed:
			a.State, a.Note = gateway.AnswerRejected, why
		case a.State == gateway.AnswerQueued || a.State == gateway.AnswerSent:
			a.State = gateway.AnswerAccepted
		default:
			continue
		}
		if err := t.tx.SetAnswer(a); err != nil {
			return err
		}
		if a.State == gateway.AnswerRejected && a.Request != 0 {
			// It was not answered after all.
			q, err := t.tx.Request(t.m.Scope, a.Request)
			if err != nil {
				return err
			}
			if q.State == gateway.RequestClosed {
				continue
			}
			for n := range q.Items {
				for _, d := range a.Documents {
					if d.Item < 0 || d.Item == n {
						q.Items[n].Answered = false
					}
				}
			}
			q.State, q.Note = gateway.RequestOpen, "the answer was rejected: "+why
			if err := t.tx.SetRequest(&q); err != nil {
				return err
			}
		}
	}
	return nil
}

// question is what a status asks for, as it is kept.
func (t *taking) question(claim *gateway.Claim, c *status.ClaimStatus) error {
	q := gateway.Request{Kind: gateway.RequestStatus, Trace: strings.Clone(c.Trace.Value), Due: strings.Clone(c.DueDate()), Question: questionOf(c),
		Place: gateway.Place{SHA256: t.m.SHA256, Offset: c.At.Offset, Segment: int(c.At.Segment)}}
	if c.Dialect == status.Request {
		q.Kind, q.Dialect = gateway.RequestRFI, t.guide
	} else if id := c.PayerClaimID(); id != "" {
		q.Trace = strings.Clone(id)
	}
	return t.ask(&q, claim, c, nil)
}

func questionOf(c *status.ClaimStatus) string {
	var parts []string
	add := func(infos []status.Info) {
		for i := range infos {
			for _, code := range infos[i].Codes {
				if code.Category == "" {
					continue
				}
				w := explain.Words("status", code.Status)
				if l := code.LOINC(); l != "" {
					w = explain.Words("loinc", l)
				}
				if w == "" {
					w = code.Category + ":" + code.Status
				}
				if len(parts) < 10 {
					parts = append(parts, w)
				}
			}
		}
	}
	add(c.Infos)
	for i := range c.Lines {
		add(c.Lines[i].Infos)
	}
	return strings.Join(parts, "; ")
}

// saidOfInquiry notes the answer to a question of ours.
func (t *taking) saidOfInquiry(c *status.ClaimStatus) error {
	if c.Dialect != status.Response || c.Trace.Value == "" {
		return nil
	}
	_, err := t.tx.AnswerInquiry(t.m.Scope, t.m.Partner, c.Trace.Value, codesOf(c.Infos), t.l.Now())
	return err
}
