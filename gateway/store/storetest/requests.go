package storetest

import (
	"reflect"
	"testing"
	"time"

	"claimwire/gateway"
	"claimwire/gateway/store"
)

// questions is what is kept of payers' questions and ours.
func questions(t *testing.T, s *store.Store) {
	q := gateway.Request{Scope: here, Claim: 4, Partner: "acme", Kind: gateway.RequestRFI, Dialect: "006020X313", Trace: "P1", Due: "20261201", DueFrom: "payer", Question: "why",
		Items: []gateway.RequestItem{{Category: "R4", LOINC: "11506-3", Words: "w"}, {Status: "287", Line: "1", Words: "v"}}, Owner: "biller", State: gateway.RequestOpen, AskedAt: noon,
		Place: gateway.Place{SHA256: "aa", Offset: 7, Segment: 2}}
	later := q
	later.Due, later.Place.Offset, later.Items = "", 9, nil
	do(t, s, func(tx *store.Tx) error {
		for _, k := range []*gateway.Request{&later, &q} {
			if added, err := tx.AddRequest(k); !added || err != nil {
				t.Errorf("added %v %v", added, err)
			}
		}
		twin := q
		if added, err := tx.AddRequest(&twin); added || err != nil {
			t.Errorf("the same place again: %v %v", added, err)
		}
		due, err := tx.RequestsDue(here, "", 10)
		if len(due) != 2 || due[0].ID != q.ID {
			t.Errorf("due: %+v", due)
		}
		if due, err := tx.RequestsDue(here, "", 1); len(due) != 1 || due[0].ID != q.ID || err != nil {
			t.Errorf("the first that is due: %+v %v", due, err)
		}
		if due, err := tx.RequestsDue(here, q.Due, 10); len(due) != 1 || due[0].ID != q.ID || err != nil {
			t.Errorf("due by its day: %+v %v", due, err)
		}
		if due, err := tx.RequestsDue(here, "20261130", 10); len(due) != 0 || err != nil {
			t.Errorf("due before: %+v %v", due, err)
		}
		return err
	})
	q.Items[0].Answered, q.State, q.AnsweredAt, q.Owner, q.Note = true, gateway.RequestPartly, noon.Add(time.Hour), "coder", "n"
	do(t, s, func(tx *store.Tx) error { return tx.SetRequest(&q) })
	got := ask(t, s, func(tx *store.Tx) (gateway.Request, error) { return tx.Request(here, q.ID) })
	if !got.AskedAt.Equal(noon) || !got.AnsweredAt.Equal(q.AnsweredAt) || !got.ClosedAt.IsZero() {
		t.Errorf("%+v", got)
	}
	got.AskedAt, got.AnsweredAt = q.AskedAt, q.AnsweredAt
	if !reflect.DeepEqual(got, q) {
		t.Errorf("kept %+v\nread %+v", q, got)
	}
	if list := ask(t, s, func(tx *store.Tx) ([]gateway.Request, error) { return tx.RequestsOf(here, 4) }); len(list) != 2 {
		t.Errorf("of a claim: %d", len(list))
	}
	a := gateway.Answer{Scope: here, Request: q.ID, Claim: 4, Partner: "acme", Dialect: "006020X314", Control: "P1", State: gateway.AnswerDraft, By: "mary", At: noon}
	d := gateway.Document{Item: 1, Report: "r", Content: "pdf", Name: "a.pdf", SHA256: "cc", Size: 5}
	do(t, s, func(tx *store.Tx) error {
		if err := tx.AddAnswer(&a); err != nil {
			return err
		}
		d.Answer = a.ID
		if err := tx.AddDocument(&d); err != nil {
			return err
		}
		a.State, a.Interchange, a.Late, a.Note = gateway.AnswerSent, 17, true, "late"
		return tx.SetAnswer(&a)
	})
	a.Documents = []gateway.Document{d}
	for name, f := range map[string]func(tx *store.Tx) ([]gateway.Answer, error){
		"request":     func(tx *store.Tx) ([]gateway.Answer, error) { return tx.AnswersOf(here, q.ID) },
		"claim":       func(tx *store.Tx) ([]gateway.Answer, error) { return tx.AnswersFor(here, 4) },
		"interchange": func(tx *store.Tx) ([]gateway.Answer, error) { return tx.AnswersIn(here, 17) },
		"id": func(tx *store.Tx) ([]gateway.Answer, error) {
			one, err := tx.Answer(here, a.ID)
			return []gateway.Answer{one}, err
		},
	} {
		list := ask(t, s, f)
		if len(list) == 1 {
			list[0].At = list[0].At.UTC()
		}
		if len(list) != 1 || !reflect.DeepEqual(list[0], a) {
			t.Errorf("by %s: %+v, want %+v", name, list, a)
		}
	}
	if list := ask(t, s, func(tx *store.Tx) ([]gateway.Answer, error) { return tx.AnswersIn(here, 0) }); len(list) != 0 {
		t.Errorf("of no interchange: %+v", list)
	}
	c := newClaim(here, 3, 1)
	do(t, s, func(tx *store.Tx) error {
		if _, err := tx.AddClaim(&c); err != nil {
			return err
		}
		c.State = gateway.Accepted
		return tx.SetClaim(&c)
	})
	silent := func() int {
		return len(ask(t, s, func(tx *store.Tx) ([]gateway.Claim, error) {
			return tx.Silent(here, "lakeshore", noon.Add(time.Hour), noon.Add(-time.Hour), 10)
		}))
	}
	if n := silent(); n != 1 {
		t.Errorf("%d are silent", n)
	}
	i := gateway.Inquiry{Scope: here, Claim: c.ID, Partner: "lakeshore", Interchange: 3, Trace: "000000003Q1", At: noon}
	do(t, s, func(tx *store.Tx) error {
		if err := tx.AddInquiry(&i); err != nil {
			return err
		}
		if k, err := tx.AnswerInquiry(here, "lakeshore", "000000003Q1", "F1:65", noon); k != c.ID || err != nil {
			t.Errorf("answered for %d %v", k, err)
		}
		if k, err := tx.AnswerInquiry(here, "lakeshore", "other", "F1:65", noon); k != 0 || err != nil {
			t.Errorf("nobody's answer: %d %v", k, err)
		}
		list, err := tx.Inquired(here, c.ID)
		if len(list) != 1 || list[0].Said != "F1:65" || !list[0].AnsweredAt.Equal(noon) {
			t.Errorf("%+v", list)
		}
		return err
	})
	if n := silent(); n != 0 {
		t.Errorf("%d are silent after they were asked about", n)
	}
}
