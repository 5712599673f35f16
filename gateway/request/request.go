// Package request is payers' questions about claims, and the answers: what is
// wanted and by when, the 275 that answers with documents, and the 276 that asks
// a payer in its turn.
//
// It reads and builds. What was asked and answered is kept by the store; what is
// built goes out as every interchange does.
package request

import (
	"strings"
	"time"

	"claimwire/edi/explain"
	"claimwire/edi/status"
	"claimwire/gateway"
)

// MaxItems bounds what one question asks for.
const MaxItems = 50

// Items lists what a question asks for, of the claim and of its lines.
func Items(c *status.ClaimStatus) []gateway.RequestItem {
	var list []gateway.RequestItem
	add := func(infos []status.Info, line, service string) {
		for i := range infos {
			for _, code := range infos[i].Codes {
				if code.Category == "" && code.Status == "" || len(list) >= MaxItems {
					continue
				}
				it := gateway.RequestItem{Category: strings.Clone(code.Category), Status: strings.Clone(code.Status), Entity: strings.Clone(code.Entity), LOINC: strings.Clone(code.LOINC()),
					Line: strings.Clone(line), Service: strings.Clone(service)}
				if it.LOINC != "" {
					it.Status = ""
					if it.Words = explain.Words("loinc", it.LOINC); it.Words == "" {
						it.Words = "document " + it.LOINC
					}
				} else {
					it.Words = explain.Status(it.Category, it.Status, it.Entity)
				}
				if text := strings.TrimSpace(infos[i].Text); text != "" {
					it.Words += " (" + text + ")"
				}
				list = append(list, it)
			}
		}
	}
	add(c.Infos, "", "")
	for i := range c.Lines {
		l := &c.Lines[i]
		service := l.Procedure
		if service == "" {
			service = l.Revenue
		}
		add(l.Infos, l.ControlNumber(), service)
	}
	return list
}

// Denied lists what a denial for want of documents asks for, from its reasons
// in words.
func Denied(words []string) []gateway.RequestItem {
	var list []gateway.RequestItem
	for _, w := range words[:min(len(words), MaxItems)] {
		list = append(list, gateway.RequestItem{Words: w})
	}
	if len(list) == 0 {
		list = append(list, gateway.RequestItem{Words: "documents that support the claim"})
	}
	return list
}

// Question says what is wanted in one line.
func Question(items []gateway.RequestItem) string {
	var parts []string
	for _, it := range items {
		w := it.Words
		if it.Line != "" || it.Service != "" {
			w += " (line " + strings.TrimSpace(it.Line+" "+it.Service) + ")"
		}
		parts = append(parts, w)
	}
	return strings.Join(parts, "; ")
}

// Same says whether two questions want the same.
func Same(a, b []gateway.RequestItem) bool {
	if len(a) != len(b) || len(a) == 0 {
		return false
	}
	key := func(it gateway.RequestItem) string {
		return it.Category + "\x00" + it.Status + "\x00" + it.Entity + "\x00" + it.LOINC + "\x00" + it.Line
	}
	n := map[string]int{}
	for _, it := range a {
		n[key(it)]++
	}
	for _, it := range b {
		if n[key(it)]--; n[key(it)] < 0 {
			return false
		}
	}
	return true
}

// Days until an answer is due, where the payer does not say.
const (
	MedicareDays = 45 // pre-payment: it is denied on day 46, and nothing extends it
	AssumedDays  = 30
)

// Due is the day until which a question is to be answered, and who says so: the
// payer; the partner's profile (days; 0: it does not say); Medicare's rule; or
// nobody, and the time is assumed, so that no question is without one.
func Due(stated string, asked time.Time, days int, medicare bool) (day, from string) {
	after := func(n int) string { return asked.AddDate(0, 0, n).Format("20060102") }
	switch {
	case stated != "":
		return stated, "payer"
	case days > 0:
		return after(days), "partner"
	case medicare:
		return after(MedicareDays), "medicare"
	}
	return after(AssumedDays), "assumed"
}

// Standing is what a question comes to by what was answered: its items, each
// answered or not.
func Standing(items []gateway.RequestItem) gateway.RequestState {
	n := 0
	for _, it := range items {
		if it.Answered {
			n++
		}
	}
	switch n {
	case 0:
		return gateway.RequestOpen
	case len(items):
		return gateway.RequestAnswered
	}
	return gateway.RequestPartly
}

// Closes says whether a status (277) of a claim ends what was asked about it:
// the payer goes on, and waits for nothing of ours.
func Closes(category string) bool {
	switch {
	case category == "", category == "P3", category == "P4":
		return false
	}
	return category[0] == 'F' || category[0] == 'P' || category[0] == 'A' && category != "A4"
}
