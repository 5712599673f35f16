package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"claimwire/edi/x12"
	"claimwire/gateway"
	"claimwire/gateway/store"
)

// noteValue notes what tells who somebody is, unless it is so short that it may be
// anything.
func noteValue(into map[string]string, what, value string) {
	v := strings.TrimSpace(value)
	least := 3
	if strings.Trim(v, "0123456789.") == "" {
		least = 7 // a short number may be a count
	}
	if len(v) >= least {
		into[v] = what
	}
}

// factsOf gives the same of what the corpus states of a file.
func factsOf(data []byte, into map[string]string) error {
	var all any
	if err := json.Unmarshal(data, &all); err != nil {
		return err
	}
	var walk func(key string, v any)
	walk = func(key string, v any) {
		switch v := v.(type) {
		case map[string]any:
			for k, w := range v {
				walk(k, w)
			}
		case []any:
			for _, w := range v {
				walk(key, w)
			}
		case string:
			switch key {
			case "patient", "subscriber", "last", "first", "dob", "pcn", "clm", "clm_each", "ref1K", "marker", "member", "2330A.NM104", "claims_out_of_balance":
				noteValue(into, "what the corpus calls "+key, v)
			}
		}
	}
	walk("", all)
	return nil
}

// peopleOf gives the values of a file that tell who a patient is: names of persons,
// their numbers, the numbers of their accounts and claims, days of birth.
func peopleOf(data []byte, into map[string]string) {
	note := func(what string, value []byte) {
		noteValue(into, what, string(value))
	}
	sc := x12.NewBytesScanner(data)
	for sc.Next() {
		seg := sc.Segment()
		at := func(i int) []byte { return seg.Element(i) }
		switch seg.ID().String() {
		case "NM1":
			if string(at(2)) == "1" {
				note("a last name", at(3))
				note("a first name", at(4))
				note("a person's number", at(9))
			}
		case "DMG":
			note("a day of birth", at(2))
		case "N3":
			note("an address", at(1))
		case "CLM", "CLP":
			note("an account", at(1))
		case "REF":
			switch string(at(1)) {
			case "EJ", "EA", "SY", "1L", "IG", "1K", "F8":
				note("a reference of a person", at(2))
			}
		}
	}
}

// TestNothingOfPatientsGetsOut sends the whole corpus through a running gateway,
// as claims over HTTP and as a payer's answers, and looks for its people in all
// that the gateway says besides: its log at debug, its metrics, its alerts and
// jobs, its audit trail, and the names of its files.
func TestNothingOfPatientsGetsOut(t *testing.T) {
	t.Parallel()
	corpus := filepath.Join("..", "..", "..", "shared", "corpus")
	if _, err := os.Stat(corpus); err != nil {
		t.Skipf("no corpus: %v", err)
	}
	r := startGateway(t, "")
	found := map[string]string{}
	facts, err := filepath.Glob(filepath.Join(corpus, "facts", "*.json"))
	if err != nil || len(facts) == 0 {
		t.Fatalf("the corpus states nothing: %v", err)
	}
	for _, f := range facts {
		b, err := os.ReadFile(f)
		if err == nil {
			err = factsOf(b, found)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	n, stated := 0, len(found)
	err = filepath.WalkDir(corpus, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Base(filepath.Dir(p)) == "facts" || filepath.Ext(p) == ".tsv" {
			return err
		}
		b, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		n++
		peopleOf(b, found)
		if status, body := r.ask("POST", "/v1/transmissions", firstKey, string(b), "X-File-Name", named(b, n)); status/100 != 2 {
			t.Errorf("%s: %d %s", filepath.Base(p), status, body)
		}
		return r.s.g.brought(t.Context(), larkspur, r.s.g.profile("demo-payer"), named(b, n), bytes.NewReader(b), "", func(*store.Tx, string) error { return nil })
	})
	if err != nil {
		t.Fatal(err)
	}
	if n < 200 || len(found) < 300 {
		t.Fatalf("%d files with %d values of people", n, len(found))
	}
	// Requests of all kinds that are wrong, with people in them.
	for v := range found {
		if strings.Trim(v, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz") == "" {
			r.ask("GET", "/v1/claims/"+v, firstKey, "")
			r.ask("GET", "/v1/claims?partner="+v, firstKey, "")
			r.ask("POST", "/v1/claims/search", firstKey, `{"claim_id":"`+v+`","x":1}`)
			r.ask("POST", "/v1/partners/"+strings.ToLower(v)+"/resume", firstKey, "")
			break
		}
	}
	// All is read, and what waits for the payer may go on waiting.
	if !eventually(t, 2*time.Minute, func() bool {
		list, err := read(t.Context(), r.s.g, func(tx *store.Tx) ([]gateway.Transmission, error) { return tx.Transmissions(larkspur) })
		if err != nil {
			t.Fatal(err)
		}
		waiting := 0
		for _, m := range list {
			if m.State == "received" {
				waiting++
			}
		}
		return waiting == 0 && len(list) > 0
	}) {
		t.Fatalf("not all is read:\n%s", lastLines([]byte(r.log.String()), 10))
	}
	if err := r.s.g.look(t.Context()); err != nil {
		t.Fatal(err)
	}
	said := map[string]string{"the log": r.log.String()}
	_, metrics := r.ask("GET", "/metrics", "", "")
	said["the metrics"] = string(metrics)
	var text strings.Builder
	if err := r.s.g.store.Read(t.Context(), func(tx *store.Tx) error {
		alerts, err := tx.Alerts(larkspur, true, true, gateway.Page{Limit: gateway.MaxPage})
		if err != nil {
			return err
		}
		for _, a := range alerts {
			fmt.Fprintln(&text, a.Kind, a.Subject, a.Message, a.Advice)
		}
		jobs, err := tx.Jobs(gateway.Scope{}, "parked", gateway.Page{Limit: gateway.MaxPage})
		for _, j := range jobs {
			fmt.Fprintln(&text, j.Kind, j.Args, j.Note)
		}
		if err != nil {
			return err
		}
		audited, err := tx.AuditPage(larkspur, gateway.AuditQuery{Page: gateway.Page{Limit: gateway.MaxPage}})
		for _, a := range audited {
			fmt.Fprintln(&text, a.Actor, a.Action, a.Object, a.Outcome, a.Detail)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if text.Len() == 0 {
		t.Error("there are no alerts and no audit trail")
	}
	said["alerts, jobs and the audit trail"] = text.String()
	var names strings.Builder
	if err := filepath.WalkDir(filepath.Join(filepath.Dir(r.file), "data"), func(p string, d fs.DirEntry, err error) error {
		names.WriteString(filepath.Base(p) + "\n")
		if b, err := base64.RawURLEncoding.DecodeString(filepath.Base(p)); err == nil {
			names.Write(append(b, '\n'))
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	said["names of files"] = names.String()
	for where, text := range said {
		for v, what := range found {
			if i := findWord(text, v); i >= 0 {
				// The value itself stays out of here, too.
				t.Errorf("%s holds %s, of %d characters, in the line: %s", where, what, len(v), strings.ReplaceAll(lineAt(text, i), v, "***"))
			}
			// That nothing is found is worth something: what is there is found.
			if planted := text + "\nfile \"" + v + "\": taken\n"; findWord(planted, v) < 0 {
				t.Errorf("in %s, a value of %d characters is overlooked", where, len(v))
			}
		}
	}
	// What was looked through is what the gateway said of these files.
	for where, word := range map[string]string{"the log": `"level":"debug"`, "the metrics": "claimwire_alerts_open", "alerts, jobs and the audit trail": "file-aside", "names of files": "archive"} {
		if !strings.Contains(said[where], word) {
			t.Errorf("%s does not hold %s: it is not what it should be", where, word)
		}
	}
	t.Logf("%d files, %d values of people, %d of them stated by the corpus; %d bytes of log", n, len(found), stated, len(said["the log"]))
}

// named is the name that an office gives a file: a person's, and a number.
func named(file []byte, n int) string {
	own := map[string]string{}
	peopleOf(file, own)
	for _, v := range slices.Sorted(maps.Keys(own)) {
		if strings.HasSuffix(own[v], " name") && strings.Trim(v, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz") == "" {
			return fmt.Sprintf("%s-%d.edi", v, n)
		}
	}
	return fmt.Sprintf("%d.edi", n)
}

// findWord finds a value where it stands alone; -1: nowhere.
func findWord(text, v string) int {
	for from := 0; ; {
		i := strings.Index(text[from:], v)
		if i < 0 {
			return -1
		}
		i += from
		if edge(text, i-1) && edge(text, i+len(v)) {
			return i
		}
		from = i + len(v)
	}
}

// edge says whether a word ends there.
func edge(s string, i int) bool {
	if i < 0 || i >= len(s) {
		return true
	}
	c := s[i]
	return !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9')
}

func lineAt(s string, i int) string {
	from := strings.LastIndexByte(s[:i], '\n') + 1
	to := strings.IndexByte(s[i:], '\n')
	if to < 0 {
		to = len(s) - i
	}
	return s[from : i+to]
}
