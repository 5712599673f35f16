package main

import (
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// Every module that is linked into the binary is named in NOTICE with its license,
// and no other is.
func TestNoticeNamesEveryModule(t *testing.T) {
	text, err := os.ReadFile("../../NOTICE")
	if err != nil {
		t.Fatal(err)
	}
	_, list, ok := strings.Cut(string(text), "Go modules linked into the binary, by license")
	list, _, more := strings.Cut(list, "Only in tests and tools")
	if !ok || !more {
		t.Fatal("NOTICE has no list of modules")
	}
	var named []string
	for word := range strings.FieldsSeq(list) {
		if word = strings.TrimSuffix(word, ","); strings.Contains(word, "/") {
			named = append(named, word)
		}
	}
	cmd := exec.Command("go", "list", "-deps", "-f", "{{with .Module}}{{.Path}}{{end}}", ".")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	linked := strings.Fields(string(out))
	slices.Sort(linked)
	for _, m := range slices.Compact(linked) {
		if m != "claimwire" && !slices.Contains(named, m) {
			t.Errorf("%s is linked and not named", m)
		}
	}
	for _, m := range named {
		if !slices.Contains(linked, m) {
			t.Errorf("%s is named and not linked", m)
		}
	}
}
