package main

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"claimwire/gateway/api"
	"claimwire/gateway/client"
)

// TestAPIDocument runs the lines of docs/api.md against a gateway, and looks at what
// they leave.
func TestAPIDocument(t *testing.T) {
	if _, err := exec.LookPath("curl"); err != nil {
		if os.Getenv("CLAIMWIRE_NEED_CURL") != "" {
			t.Fatal("no curl is installed, and CLAIMWIRE_NEED_CURL asks for it")
		}
		t.Skip("no curl: the lines of docs/api.md are not run")
	}
	text, err := os.ReadFile("../../docs/api.md")
	if err != nil {
		t.Fatal(err)
	}
	r := startGateway(t, "")
	dir := t.TempDir()
	// What the lines find: a visit, a claim that is held (number 2), and what is right.
	held := sample(t, "held/accident-without-date-11.json")
	var right map[string]any
	if err := json.Unmarshal([]byte(held), &right); err != nil {
		t.Fatal(err)
	}
	right["accident"].(map[string]any)["date"] = "2026-09-12"
	correction, err := json.Marshal(map[string]any{"encounter": right})
	if err != nil {
		t.Fatal(err)
	}
	for name, b := range map[string]string{"visit.json": encounterAs(t, "family-medicine-sinusitis-01.json", "API-1"), "correction.json": string(correction)} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(b), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	shell := func(lines string) string {
		t.Helper()
		cmd := exec.Command("bash", "-eu", "-c", lines)
		cmd.Dir, cmd.Env = dir, append(os.Environ(), "SERVER=http://"+r.s.httpAddr, "KEY="+firstKey)
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%s: %v\n%s", lines, err, out)
		}
		return string(out)
	}
	blocks := regexp.MustCompile("(?s)```sh\n(.*?)```").FindAllStringSubmatch(string(text), -1)
	if len(blocks) < 6 {
		t.Fatalf("%d blocks", len(blocks))
	}
	for i, b := range blocks {
		if strings.Contains(b[1], "/receipt") {
			r.submit(held)
			r.until("both files are read", func() bool {
				return strings.Contains(shell(`curl -sS -H "Authorization: Bearer $KEY" "$SERVER/v1/claims"`), `"held"`)
			})
			r.claimNamed("API-1", "payment")
		}
		if out := shell(b[1]); len(out) == 0 || strings.Contains(out, `"status":4`) {
			t.Errorf("block %d: %s", i+1, out)
		} else if strings.Contains(b[1], "/corrections") && !strings.Contains(out, `"state":"queued"`) {
			t.Errorf("the corrected claim does not go: %s", out)
		}
	}
	c := &client.Client{Server: "http://" + r.s.httpAddr, Key: firstKey}
	checked, err := c.Check(context.Background(), strings.NewReader(held))
	if err != nil || checked.Claims != 1 || checked.Held != 1 || len(checked.Items[0].Findings) == 0 {
		t.Errorf("%+v %v", checked, err)
	}
	if checked, err = c.Check(context.Background(), strings.NewReader(strings.Replace(base(t, "837p.edi"), "SE*", "SE*1", 1))); err != nil || checked.Claims != 2 || len(checked.File) != 1 {
		t.Errorf("%+v %v", checked, err)
	}
	if files, err := c.Receipt(context.Background(), 1); err != nil || len(files) != 1 {
		t.Errorf("%+v %v", files, err)
	}
	for _, k := range []struct {
		call func() error
		want int
	}{
		{func() error { _, err := c.Claim(context.Background(), 999); return err }, 404},
		{func() error { _, err := c.Find(context.Background(), api.Search{}); return err }, 422},
		{func() error {
			_, err := (&client.Client{Server: c.Server, Key: "none"}).Claim(context.Background(), 1)
			return err
		}, 401},
	} {
		if err := k.call(); client.StatusOf(err) != k.want {
			t.Errorf("%v, want %d", err, k.want)
		}
	}
}
