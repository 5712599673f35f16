package edi_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"claimwire/edi"
	"claimwire/edi/diag"
	"claimwire/edi/money"
	"claimwire/edi/x12"
)

const corpus = "../../shared/corpus"

// corpusFile is what one reading of a file of the corpus gave.
type corpusFile struct {
	errors       []diag.Diagnostic // of SNIP types 1 and 2
	rules        []string          // codes of SNIP types 3 and 4, each once
	interchanges []string
	sets         []string
	records      []map[string]any
	json         string
	delimiters   x12.Delimiters
	unknownGuide bool // a set of a guide that is not here
}

func readCorpusFile(t *testing.T, path string) corpusFile {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var f corpusFile
	_, err = edi.Process(bytes.NewReader(b), edi.Options{File: filepath.Base(path)}, edi.Sink{
		Report: func(d diag.Diagnostic) {
			if d.Code.SNIP() <= 2 && d.Code.Severity() == diag.Error {
				f.errors = append(f.errors, d)
			}
			if n := d.Code.SNIP(); (n == 3 || n == 4) && !slices.Contains(f.rules, d.Code.String()) {
				f.rules = append(f.rules, d.Code.String())
			}
		},
		BeginInterchange: func(ic *x12.Interchange) {
			f.interchanges = append(f.interchanges, ic.Control)
			f.delimiters = ic.Delimiters
		},
		BeginSet: func(s *edi.Set) {
			f.sets = append(f.sets, s.Control)
			f.unknownGuide = f.unknownGuide || s.Guide == nil
		},
		Record: func(r edi.Record) {
			line := r.AppendJSON(nil)
			var m map[string]any
			if err := json.Unmarshal(line, &m); err != nil {
				t.Errorf("%s: a record is not JSON: %v", path, err)
			}
			f.records = append(f.records, m)
			f.json += string(line) + "\n"
		},
	})
	if err != nil {
		t.Errorf("%s: %v", path, err)
	}
	return f
}

// codes lists the codes of errors, each once.
func (f *corpusFile) codes() []string {
	var list []string
	for _, d := range f.errors {
		c := d.Code.String()
		if d.Code == 2403 || d.Code == 2503 { // which of the two, the dictionary knows
			c = (d.Code - 1).String()
		}
		if !slices.Contains(list, c) {
			list = append(list, c)
		}
	}
	slices.Sort(list)
	return list
}

// TestCorpus reads every file of other people's projects, and compares the
// verdict with theirs. Where we refuse what they call valid, docs/corpus.md has
// the codes and the reason.
func TestCorpus(t *testing.T) {
	b, err := os.ReadFile(filepath.Join(corpus, "manifest.tsv"))
	if err != nil {
		t.Skip("no corpus at ../shared/corpus")
	}
	reasons := corpusReasons(t)
	situations := corpusSituations(t)
	unused := map[string]bool{}
	for k := range situations {
		unused[k] = true
	}
	files := 0
	for _, line := range strings.Split(string(b), "\n")[1:] {
		cols := strings.Split(line, "\t")
		if len(cols) < 7 {
			continue
		}
		files++
		path, says := cols[0], cols[6]
		f := readCorpusFile(t, filepath.Join(corpus, path))
		got := strings.Join(f.codes(), " ")
		want, listed := reasons[path]
		delete(reasons, path)
		if says == "valid" {
			for _, c := range f.rules {
				name := strings.TrimSuffix(path, ".edi")
				if !situations[c+" "+name] && !situations[c+" many"] {
					t.Errorf("%s is valid to its owner, and raises %s without a reason in docs/corpus.md", path, c)
				}
				delete(unused, c+" "+name)
				delete(unused, c+" many")
			}
		}
		switch {
		case says == "valid" && f.unknownGuide && (slices.Contains(f.codes(), "E2201") || slices.Contains(f.codes(), "E2202")) && !listed:
			// docs/corpus.md says it of all of them.
		case says == "valid" && got != want:
			t.Errorf("%s is valid to its owner: we say %q, docs/corpus.md has %q", path, got, want)
		case says == "invalid" && got == "" && !listed:
			t.Errorf("%s is invalid to its owner (%s), and we find nothing", path, cols[7])
		}
	}
	for path := range reasons {
		t.Errorf("docs/corpus.md lists %s, which is not in the corpus", path)
	}
	for k := range unused {
		t.Errorf("docs/corpus.md defends %s, which nothing raises", k)
	}
	if files < 200 {
		t.Errorf("only %d files", files)
	}
}

// corpusSituations reads the second table of docs/corpus.md: "E3901 837p/name".
func corpusSituations(t *testing.T) map[string]bool {
	t.Helper()
	b, err := os.ReadFile("../docs/corpus.md")
	if err != nil {
		t.Fatal(err)
	}
	m := map[string]bool{}
	for _, line := range strings.Split(string(b), "\n") {
		cols := strings.Split(line, "|")
		if len(cols) != 5 || !strings.HasPrefix(cols[1], " E") {
			continue
		}
		code := strings.TrimSpace(cols[1])
		if strings.TrimSpace(cols[3]) == "" {
			t.Errorf("docs/corpus.md gives no reason for %s", code)
		}
		for _, name := range strings.Fields(strings.ReplaceAll(cols[2], "`", "")) {
			m[code+" "+name] = true
		}
	}
	return m
}

// corpusReasons reads the table of docs/corpus.md: the files that we refuse,
// with the codes.
func corpusReasons(t *testing.T) map[string]string {
	t.Helper()
	b, err := os.ReadFile("../docs/corpus.md")
	if err != nil {
		t.Fatal(err)
	}
	m := map[string]string{}
	for _, line := range strings.Split(string(b), "\n") {
		cols := strings.Split(line, "|")
		if len(cols) != 5 || !strings.Contains(cols[1], ".edi`") {
			continue
		}
		if strings.TrimSpace(cols[3]) == "" {
			t.Errorf("docs/corpus.md gives no reason for %s", cols[1])
		}
		m[strings.Trim(cols[1], " `")] = strings.TrimSpace(cols[2])
	}
	return m
}

// facts is what the owners assert of a file, and what was computed from its
// segments by other means.
type facts struct {
	Asserted any `json:"asserted_by_source"`
	Computed struct {
		ISA13    []string   `json:"isa13"`
		ST02     []string   `json:"st02"`
		CLM      [][]string `json:"clm"`
		Total    string     `json:"clm_total"`
		BPR02    []string   `json:"bpr02"`
		TRN02    []string   `json:"trn02"`
		CLP      [][]string `json:"clp"`
		Balances *bool      `json:"remit_balances"`
		STC      []string   `json:"stc"`
		IK5      []string   `json:"ik5"`
		AK9      []string   `json:"ak9"`
		TA1      []string   `json:"ta1"`
		Delims   map[string]string
	} `json:"computed_by_collector"`
}

// TestCorpusFacts compares what decode gives with the facts of the corpus.
func TestCorpusFacts(t *testing.T) {
	paths, _ := filepath.Glob(filepath.Join(corpus, "facts", "*.json"))
	if len(paths) == 0 {
		t.Skip("no corpus at ../shared/corpus")
	}
	compared := map[string]int{}
	for _, p := range paths {
		name := strings.TrimSuffix(filepath.Base(p), ".json")
		files, _ := filepath.Glob(filepath.Join(corpus, "*", name+".edi"))
		if len(files) != 1 {
			t.Errorf("%s: %d files", name, len(files))
			continue
		}
		b, err := os.ReadFile(p)
		if err != nil {
			t.Fatal(err)
		}
		var want facts
		if err := json.Unmarshal(b, &want); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		f := readCorpusFile(t, files[0])
		t.Run(name, func(t *testing.T) { want.compare(t, name, &f, compared) })
	}
	t.Logf("compared: %v", compared)
	for _, k := range []string{"isa13", "st02", "clm", "charges", "clp", "bpr02", "trn02", "balances", "stc", "ik5", "ak9", "ta1", "asserted"} {
		if compared[k] == 0 {
			t.Errorf("nothing was compared of %s", k)
		}
	}
}

func (want *facts) compare(t *testing.T, name string, f *corpusFile, compared map[string]int) {
	c := &want.Computed
	same := func(what string, got, want []string) {
		if len(want) == 0 {
			return
		}
		compared[what]++
		if reason := factReasons[name]; reason != "" {
			return
		}
		if len(want) >= 4 && len(got) > len(want) { // the collector kept the first few
			got = got[:len(want)]
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: got %v want %v", what, got, want)
		}
	}
	same("isa13", f.interchanges, c.ISA13)
	same("st02", f.sets, c.ST02)
	if want := c.Delims["es"]; len(want) == 1 && factReasons[name] == "" && want != string(rune(f.delimiters.Element)) {
		t.Errorf("element separator %q, want %q", f.delimiters.Element, want)
	}
	var ta1 []string
	for _, s := range c.TA1 {
		e := strings.Split(s, "*")
		ta1 = append(ta1, e[0]+" "+e[3]+" "+e[4])
	}
	same("ta1", f.list("interchange_acknowledgment", "interchange", "status", "note"), ta1)
	if f.unknownGuide {
		return
	}
	same("clm", f.list("claim", "claim_id", "charge"), rows(t, c.CLM, 1))
	if c.Total != "" {
		var sum money.Amount
		for _, s := range f.list("claim", "charge") {
			a, _ := money.Parse([]byte(s))
			sum += a
		}
		same("charges", []string{string(sum.AppendDecimal(nil))}, amounts(t, []string{c.Total}))
	}
	same("clp", f.list("payment denial reversal", "claim_id", "status_code", "charge", "paid", "patient_responsibility"), rows(t, c.CLP, 2))
	same("bpr02", f.list("remittance", "amount"), amounts(t, c.BPR02))
	same("trn02", f.list("remittance", "trace"), c.TRN02)
	if c.Balances != nil {
		same("balances", f.list("remittance", "balanced"), slices.Repeat([]string{fmt.Sprint(*c.Balances)}, len(c.BPR02)))
	}
	var ik5, ak9 []string
	for _, r := range f.records {
		if r["record"] != "functional_acknowledgment" {
			continue
		}
		ak9 = append(ak9, fmt.Sprintf("%v*%v*%v*%v", r["status"], r["included"], r["received"], r["accepted"]))
		for _, tr := range r["transactions"].([]any) {
			m := tr.(map[string]any)
			v := fmt.Sprint(m["status"])
			for _, c := range m["codes"].([]any) {
				v += "*" + fmt.Sprint(c)
			}
			ik5 = append(ik5, v)
		}
	}
	same("ik5", ik5, c.IK5)
	same("ak9", ak9, c.AK9)
	if len(c.STC) > 0 { // decode gives those of claims; the levels above have others
		compared["stc"]++
		for _, r := range f.records {
			for _, k := range codesOf(r) {
				if !slices.ContainsFunc(c.STC, func(s string) bool { return strings.ReplaceAll(strings.TrimRight(s, ":"), "|", ":") == k }) {
					t.Errorf("stc: %s is none of %v", k, c.STC)
				}
			}
		}
	}
	for _, s := range leaves(want.Asserted) {
		compared["asserted"]++
		if !strings.Contains(f.json, s) {
			t.Errorf("the owner asserts %q, and no record has it", s)
		}
	}
}

// factReasons says where the facts and decode differ with good reason.
var factReasons = map[string]string{
	"staedi-999-invalid":        "made invalid: two of its IK5 answer no set",
	"keiron-835-blue-cross-nc":  "the file has no ISA: it is not read as X12",
	"pyx12-env-starts-with-isa": "the file has no ISA: it is not read as X12",
}

// list gives fields of the records of some kinds, in order, as one string each.
func (f *corpusFile) list(kinds string, fields ...string) []string {
	var out []string
	for _, r := range f.records {
		if !slices.Contains(strings.Fields(kinds), fmt.Sprint(r["record"])) {
			continue
		}
		var v []string
		for _, k := range fields {
			if r[k] == nil {
				v = append(v, "")
			} else {
				v = append(v, fmt.Sprint(r[k]))
			}
		}
		out = append(out, strings.Join(v, " "))
	}
	return out
}

// rows joins rows of strings whose cells from number `from` on are amounts.
func rows(t *testing.T, list [][]string, from int) []string {
	var out []string
	for _, r := range list {
		v := slices.Clone(r[:min(from, len(r))])
		v = append(v, amounts(t, r[min(from, len(r)):])...)
		out = append(out, strings.Join(v, " "))
	}
	return out
}

func amounts(t *testing.T, list []string) []string {
	var out []string
	for _, s := range list {
		a, err := money.Parse([]byte(s))
		if s == "" || err != nil {
			out = append(out, "")
			continue
		}
		out = append(out, string(a.AppendDecimal(nil)))
	}
	return out
}

// codesOf gives the status codes of a record as X12 writes them.
func codesOf(r map[string]any) []string {
	list, _ := r["codes"].([]any)
	var out []string
	for _, c := range list {
		m, ok := c.(map[string]any)
		if !ok || m["category"] == nil {
			continue
		}
		out = append(out, strings.TrimRight(fmt.Sprintf("%v:%v:%v", m["category"], m["status"], m["entity"]), ":"))
	}
	return out
}

// leaves gives the words of an assertion that a record must hold as they are:
// names and identifiers, no codes, counts or verdicts.
func leaves(v any) []string {
	m, _ := v.(map[string]any)
	var out []string
	for _, k := range []string{"trn02", "payer", "payee", "submitter", "billing_npi", "clm_each", "clm", "ref1K", "batch_trn", "rarc"} {
		switch x := m[k].(type) {
		case string:
			out = append(out, x)
		case []any:
			for _, e := range x {
				if s, ok := e.(string); ok {
					out = append(out, s)
				}
			}
		}
	}
	return slices.DeleteFunc(out, func(s string) bool { _, err := strconv.Atoi(s); return err == nil && len(s) < 3 })
}
