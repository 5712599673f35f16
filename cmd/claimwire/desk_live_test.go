package main

import (
	"bufio"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"claimwire/gateway/access"
)

// TestLive: what happens shows on an open page by itself, and nothing of others.
func TestLive(t *testing.T) {
	d := newDesk(t)
	d.user("lena", access.Biller, nil)
	c := d.browser()
	d.login(c, "lena", goodPassword)
	resp, err := c.Get(d.server.URL + "/live/today")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK || !strings.HasPrefix(resp.Header.Get("Content-Type"), "text/event-stream") {
		t.Fatalf("%d %s", resp.StatusCode, resp.Header.Get("Content-Type"))
	}
	lines := bufio.NewScanner(resp.Body)
	if !lines.Scan() || lines.Text() != ": here" {
		t.Fatalf("it begins with %q", lines.Text())
	}
	b, err := os.ReadFile(filepath.Join("..", "..", "testdata", "encounters", "held", "birth-date-in-future-03.json"))
	if err != nil {
		t.Fatal(err)
	}
	d.put(deskScope, "encounter.json", b)
	for lines.Scan() {
		if strings.Contains(lines.Text(), `<span class="count">1</span>`) {
			return // a claim is held, and the page tells
		}
	}
	t.Errorf("the stream ends, and nothing was told: %v", lines.Err())
}
