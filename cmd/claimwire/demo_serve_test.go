package main

import (
	"bufio"
	"context"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"claimwire/gateway/api"
	"claimwire/gateway/client"
)

// TestDemoGoesOn: what is submitted while demo --serve runs is sent and answered, as
// what the demo itself sent.
func TestDemoGoesOn(t *testing.T) {
	t.Parallel()
	cmd := exec.Command(binary(t), "demo", "--serve", "--listen", "127.0.0.1:0", "--timeout", patience, "--dir", filepath.Join(t.TempDir(), "demo"))
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer cmd.Wait()
	defer cmd.Process.Kill()
	c := &client.Client{}
	said := bufio.NewScanner(out)
	for c.Key == "" && said.Scan() {
		if m := regexp.MustCompile(`http://[0-9.:]+`).FindString(said.Text()); m != "" {
			c.Server = m
		}
		if _, key, ok := strings.Cut(said.Text(), "API key"); ok {
			c.Key = strings.TrimSpace(key)
		}
	}
	if c.Server == "" || c.Key == "" {
		t.Fatalf("it says no address or no key: %v", said.Err())
	}
	go func() { // what it says besides
		for said.Scan() {
		}
	}()
	ctx := context.Background()
	if _, err := c.Submit(ctx, "later.json", "", strings.NewReader(encounterAs(t, "family-medicine-sinusitis-01.json", "LATER-1"))); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(3 * time.Minute); ; time.Sleep(100 * time.Millisecond) {
		list, err := c.Find(ctx, api.Search{ClaimID: "LATER-1"})
		if err != nil {
			t.Fatal(err)
		}
		if len(list) == 1 {
			switch list[0].State {
			case "payment", "denial", "request_for_information", "rejected":
				return
			case "held":
				t.Fatalf("%+v", list[0])
			}
		}
		if time.Now().After(deadline) {
			t.Fatalf("no answer: %+v", list)
		}
	}
}
