package edi_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"claimwire/edi/ack"
)

var update = flag.Bool("update", false, "write what is now said into testdata")

// TestAnswersInShort makes the answers to the files of testdata/answers.txt.
func TestAnswersInShort(t *testing.T) {
	const name = "testdata/answers.txt"
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimRight(string(b), "\n"), "\n")
	n := 0
	for i, line := range lines {
		if line == "" || line[0] == '#' {
			continue
		}
		f := strings.SplitN(line, "|", 4)
		if len(f) != 4 {
			t.Fatalf("%s:%d: want four columns", name, i+1)
		}
		document, changes, _ := strings.Cut(f[2], ":")
		set := ack.Settings{Mode: ack.Modes[strings.TrimSpace(f[1])]}
		got := inShort(answersTo(t, join(edits(t, base(t, strings.TrimSpace(document)), changes)), set))
		if want := strings.TrimSpace(f[3]); got != want && !*update {
			t.Errorf("%s:%d: %s\n got %s\nwant %s", name, i+1, strings.TrimSpace(f[0]), got, want)
		}
		lines[i] = strings.TrimRight(strings.Join([]string{f[0], f[1], f[2], " " + got}, "|"), " ")
		n++
	}
	if n < 50 {
		t.Errorf("%d cases", n)
	}
	if *update {
		if err := os.WriteFile(name, []byte(strings.Join(lines, "\n")+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// inShort writes what answers say, without names and dates.
func inShort(list []ack.Answer) string {
	var out []string
	for _, a := range list {
		var words []string
		say := func(format string, v ...any) { words = append(words, fmt.Sprintf(format, v...)) }
		level, claim, line, status := "", "", "", ""
		flush := func() {
			if claim != "" {
				words = append(words, claim)
			}
			claim = ""
		}
		for _, s := range strings.Split(string(a.Bytes), "~") {
			e := append(strings.Split(s, "*"), make([]string, 12)...)
			codes := strings.TrimRight(strings.Join([]string{e[1], e[10], e[11]}, " "), " ")
			switch e[0] {
			case "TA1":
				say("%s %s", e[4], e[5])
			case "IK3":
				say("%s@%s %s", e[1], e[2], e[4])
			case "CTX":
				say("CTX(%s)", strings.TrimRight(strings.Join(e[1:6], " "), " "))
			case "IK4":
				say("%s %s %s %q", e[1], e[2], e[3], e[4])
			case "IK5", "AK9":
				from := map[string]int{"IK5": 2, "AK9": 5}[e[0]]
				v := e[1]
				if c := strings.TrimRight(strings.Join(e[from:from+5], ","), ","); c != "" {
					v += "/" + c
				}
				if e[0] == "IK5" {
					v = "[" + v + "]"
				}
				say("%s", v)
			case "HL":
				flush()
				level, line = e[3], ""
			case "TRN":
				status = e[2]
			case "REF":
				if e[1] == "BLT" {
					claim += " BLT " + e[2]
				}
			case "SVC":
				line = e[1]
			case "STC":
				switch {
				case level != "PT" && e[3] == "U":
					say("%s(%s)", level, codes)
				case level == "PT" && line != "":
					claim += fmt.Sprintf("{%s %s}", line, codes)
				case level == "PT" && e[3] == "U":
					if claim == "" {
						claim = "-" + status
					}
					claim += "(" + codes + ")"
				case level == "PT":
					claim = "+" + status
				}
			}
		}
		flush()
		out = append(out, a.Kind+" "+strings.Join(words, " "))
	}
	return strings.Join(out, "; ")
}
