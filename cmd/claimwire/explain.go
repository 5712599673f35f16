package main

import (
	"bufio"
	"fmt"
	"strings"

	"claimwire/edi/diag"
	"claimwire/edi/explain"
	"claimwire/edi/record"
)

type explainCmd struct {
	Codes  []string `arg:"" name:"code" help:"Code as it stands in a file or a finding, with the name of its list before it where it is ambiguous."`
	Format string   `help:"How to print it: ${enum}." enum:"text,json" default:"text"`
}

func (explainCmd) Help() string {
	return `Knows our own findings, TA1 and 999 codes, claim status (277), claim adjustments and remarks (835), provider adjustments, claim status of remittances, claim frequency, place of service and more. The words are ours, not the publishers'. Ends with 1 for a code that is unknown or has no words yet.

` + example("explain E2407", "explain CO-45 N381", "explain A7:507:85", "explain TA1:025 IK403:7 PLB:WO CLP02:22 POS:11")
}

func (c *explainCmd) Run(a *app) error {
	good := true
	for i, query := range c.Codes {
		r := explain.Find(query)
		if c.Format == "json" {
			a.stdout.Write(append(appendExplanation(nil, r), '\n'))
		} else {
			if i > 0 {
				a.stdout.WriteByte('\n')
			}
			writeExplanation(a.stdout, r)
		}
		if !r.Found() {
			good = false
			fmt.Fprintln(a.stderr, "claimwire:", notExplained(r))
		}
	}
	if !good {
		return errNotGood
	}
	return nil
}

// notExplained says why there are no words, or not for all of the query.
func notExplained(r explain.Result) string {
	q := printable(r.Query)
	switch {
	case len(r.Unknown) > 0:
		return fmt.Sprintf("%s: %s is in no list that claimwire knows", q, printable(strings.Join(r.Unknown, ", ")))
	case len(r.Wordless) > 0:
		w := r.Wordless[0]
		return fmt.Sprintf("%s: %s %s exists, as far as is known, but claimwire has no words for it yet; its owner's list has", q, w.List.Title, w.Code)
	default:
		return fmt.Sprintf("%s: no list that claimwire knows has this code", q)
	}
}

// writeExplanation writes every meaning for a person.
func writeExplanation(w *bufio.Writer, r explain.Result) {
	if r.Ambiguous() {
		fmt.Fprintf(w, "%s can mean %d things; it depends on where it stands.\n\n", printable(r.Query), len(r.Meanings)+len(r.Diagnostics))
	}
	if r.Sentence != "" && r.Found() {
		fmt.Fprintf(w, "%s  %s\n\n", printable(r.Query), r.Sentence)
	}
	first := true
	for _, e := range r.Diagnostics {
		blankLine(w, &first)
		writeDiagnostic(w, e)
	}
	for _, e := range r.Meanings {
		blankLine(w, &first)
		fmt.Fprintf(w, "%s  %s (%s)\n", e.Code, e.List.Title, e.List.Where)
		field(w, "means", e.Words)
		field(w, "note", e.Note)
		if e.Old {
			field(w, "old", "Withdrawn; still met in reversals and old files.")
		}
		field(w, "next", e.Next)
		field(w, "who", roleWords[e.Who])
	}
	for _, m := range r.Wordless {
		blankLine(w, &first)
		fmt.Fprintf(w, "%s  %s (%s)\n", m.Code, m.List.Title, m.List.Where)
		field(w, "means", "Exists, but has no words here yet.")
	}
}

// roleWords name who acts, for people.
var roleWords = map[explain.Role]string{
	explain.Coder: "coder", explain.Biller: "biller", explain.Enrolment: "whoever enrolls providers with payers",
	explain.Patient: "patient or subscriber", explain.Payer: "payer", explain.IT: "whoever runs the system that wrote the file",
	explain.Nobody: "",
}

func blankLine(w *bufio.Writer, first *bool) {
	if !*first {
		w.WriteByte('\n')
	}
	*first = false
}

// field writes "  name   words", wrapped at 80 columns.
func field(w *bufio.Writer, name, words string) {
	const indent, width = 12, 80
	if words == "" {
		return
	}
	line := fmt.Sprintf("  %-*s", indent-2, name)
	for _, word := range strings.Fields(words) {
		if len(line)+1+len(word) > width && len(strings.TrimSpace(line)) > 0 {
			fmt.Fprintln(w, strings.TrimRight(line, " "))
			line = strings.Repeat(" ", indent)
		}
		if len(line) > indent {
			line += " "
		}
		line += word
	}
	fmt.Fprintln(w, line)
}

// placeholders stand for what a finding fills in.
var placeholders = strings.NewReplacer("{at}", "<element>", "{segment}", "<segment>", "{loop}", "<loop>", "{want}", "<wanted>")

// scopeWords say what a finding rejects when the receiver answers strictly.
var scopeWords = map[diag.Scope]string{
	diag.RejectsNothing: "nothing", diag.RejectsLine: "the line", diag.RejectsClaim: "the claim",
	diag.RejectsSet: "the transaction set", diag.RejectsGroup: "the group", diag.RejectsInterchange: "the interchange",
}

func writeDiagnostic(w *bufio.Writer, e *diag.Entry) {
	fmt.Fprintf(w, "%v  finding of claimwire (SNIP type %d, %v)\n", e.Code, e.Code.SNIP(), e.Severity)
	field(w, "means", placeholders.Replace(e.Message))
	field(w, "next", placeholders.Replace(e.Fix))
	field(w, "rejects", scopeWords[e.Rejects])
	if e.Rejects != diag.RejectsNothing {
		field(w, "answered", strings.Join(answers(e), ", "))
	}
	field(w, "edit", e.ID)
	for _, ex := range e.Bad {
		field(w, "bad", exampleWords(ex))
	}
	for _, ex := range e.Good {
		field(w, "good", exampleWords(ex))
	}
}

// answers lists the acknowledgment codes of a finding.
func answers(e *diag.Entry) []string {
	var list []string
	for _, p := range []struct{ name, code string }{
		{"TA105", e.TA1}, {"AK905", e.AK9}, {"IK502", e.IK5}, {"IK304", e.IK3}, {"IK403", e.IK4}, {"277CA", e.Status},
	} {
		if p.code != "" {
			list = append(list, p.name+" "+p.code)
		}
	}
	return list
}

// exampleWords says how an example differs from its base document; `;;` stands
// between several edits.
func exampleWords(ex diag.Example) string {
	if ex.Find == "" && ex.Replace == "" {
		return ex.Base + " as it stands"
	}
	var list []string
	for i, edit := range strings.Split(ex.Find+" => "+ex.Replace, ";;") {
		find, replace, _ := strings.Cut(edit, "=>")
		find, replace = strings.TrimSpace(find), strings.TrimSpace(replace)
		word := ex.Base + " "
		if i > 0 {
			word = ""
		}
		switch {
		case replace == "":
			list = append(list, word+"without "+find)
		default:
			list = append(list, word+"with "+replace+" instead of "+find)
		}
	}
	return strings.Join(list, ", ")
}

// appendExplanation appends a result as one JSON object.
func appendExplanation(b []byte, r explain.Result) []byte {
	str := func(key, value string) {
		b = append(b, key...)
		b = record.AppendString(b, value)
	}
	str(`{"query":`, r.Query)
	b = append(b, `,"found":`...)
	b = appendBool(b, r.Found())
	b = append(b, `,"ambiguous":`...)
	b = appendBool(b, r.Ambiguous())
	if r.Sentence != "" {
		str(`,"sentence":`, r.Sentence)
	}
	b = append(b, `,"meanings":[`...)
	n := 0
	for _, e := range r.Diagnostics {
		b = comma(b, n)
		n++
		str(`{"list":`, "finding")
		str(`,"code":`, e.Code.String())
		str(`,"title":`, "finding of claimwire")
		str(`,"words":`, placeholders.Replace(e.Message))
		str(`,"next":`, placeholders.Replace(e.Fix))
		str(`,"severity":`, e.Severity.String())
		b = append(b, '}')
	}
	for _, e := range r.Meanings {
		b = comma(b, n)
		n++
		str(`{"list":`, e.List.Name)
		str(`,"code":`, e.Code)
		str(`,"title":`, e.List.Title)
		str(`,"words":`, e.Words)
		str(`,"next":`, e.Next)
		str(`,"who":`, string(e.Who))
		str(`,"note":`, e.Note)
		b = append(b, `,"withdrawn":`...)
		b = appendBool(b, e.Old)
		b = append(b, '}')
	}
	b = append(b, `],"without_words":[`...)
	for i, m := range r.Wordless {
		b = comma(b, i)
		str(`{"list":`, m.List.Name)
		str(`,"code":`, m.Code)
		b = append(b, '}')
	}
	return append(b, "]}"...)
}

func appendBool(b []byte, v bool) []byte {
	if v {
		return append(b, "true"...)
	}
	return append(b, "false"...)
}
