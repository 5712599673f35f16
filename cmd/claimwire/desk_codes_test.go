package main

import (
	"context"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"claimwire/edi/codes"
	"claimwire/gateway/access"
	"claimwire/gateway/web"
)

// TestCodesPages: a code is what it is on a day, a list that no release answers for
// is said to be stale, and what a release changed is listed.
func TestCodesPages(t *testing.T) {
	var releases []*codes.Release
	for _, r := range []struct {
		meta    codes.Meta
		entries []codes.Entry
	}{
		{codes.Meta{System: codes.ICD10CM, Name: "FY2026", From: 20251001, To: 20260930}, []codes.Entry{{Code: "A00", Heading: true, Long: "Made-up group"}, {Code: "A001", Long: "Made-up one"}, {Code: "A002", Long: "Made-up two"}}},
		{codes.Meta{System: codes.ICD10CM, Name: "FY2027", From: 20261001, To: 20270930}, []codes.Entry{{Code: "A00", Heading: true, Long: "Made-up group"}, {Code: "A001", Long: "Made-up one, reworded"}, {Code: "A003", Long: "Made-up three"}}},
		{codes.Meta{System: "hcpcs", Name: "2025", From: 20250101, To: 20251231}, []codes.Entry{{Code: "J0000", Long: "Made-up drug"}}},
	} {
		b, err := codes.Build(r.meta, r.entries)
		if err != nil {
			t.Fatal(err)
		}
		rel, err := codes.OpenRelease(b)
		if err != nil {
			t.Fatal(err)
		}
		releases = append(releases, rel)
	}
	d := newDesk(t)
	d.g.scrub().Codes = codes.NewLibrary(releases)
	d.server = httptest.NewServer(d.g.pages(t.Context(), "test", httpConfig{}, nil, web.Setup{}))
	t.Cleanup(d.server.Close)
	d.user("cody", access.Coder, nil)
	c := d.browser()
	d.login(c, "cody", goodPassword)
	for path, want := range map[string][]string{
		"/codes":                               {"1 list is stale", "FY2027", "in force", "what changed"},
		"/codes?code=A00.1&on=2026-11-01":      {"valid", "Made-up one, reworded"},
		"/codes?code=A00.2&on=2026-11-01":      {"not valid on this day"},
		"/codes?code=A00.2&on=2026-05-01":      {"valid", "Made-up two"},
		"/codes?code=A00&on=2026-11-01":        {"a heading: not to be billed", "A003"},
		"/codes?code=J0000&on=2026-11-01":      {"no release of this day is loaded"},
		"/codes?code=ZZZ99&on=2026-11-01":      {"No list that is loaded has it"},
		"/codes/" + codes.ICD10CM + "/changes": {"FY2026 to FY2027", "1 added", "1 removed", "1 reworded"},
	} {
		status, _, body := d.ask(c, "GET", path, nil)
		for _, w := range want {
			if status != 200 || !strings.Contains(body, w) {
				t.Errorf("%s: %d, does not say %q", path, status, w)
			}
		}
	}
	if status, _, _ := d.ask(c, "GET", "/codes/hcpcs/changes", nil); status != 404 {
		t.Errorf("what one release changed: %d", status)
	}
}

// TestCodesServeAtOnce: a release that is put into the folder of code sets is looked up
// and checked by in the running gateway; a damaged one changes nothing.
func TestCodesServeAtOnce(t *testing.T) {
	d := newDesk(t)
	dir := t.TempDir()
	d.g.registry.codes = dir
	d.user("cody", access.Coder, nil)
	c := d.browser()
	d.login(c, "cody", goodPassword)
	says := func(want string) bool {
		_, _, body := d.ask(c, "GET", "/codes?code=A00.1&on=2026-11-01", nil)
		return strings.Contains(body, want)
	}
	if says("Made-up one") {
		t.Fatal("nothing is loaded, and a code is known")
	}
	put := func(name string, b []byte) {
		t.Helper()
		file := filepath.Join(dir, name+releaseExt)
		if err := os.WriteFile(file+".tmp", b, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(file+".tmp", file); err != nil {
			t.Fatal(err)
		}
	}
	b, err := codes.Build(codes.Meta{System: codes.ICD10CM, Name: "FY2027", From: 20261001, To: 20270930}, []codes.Entry{{Code: "A00", Heading: true, Long: "Made-up group"}, {Code: "A001", Long: "Made-up one"}})
	if err != nil {
		t.Fatal(err)
	}
	put("fy2027", b)
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); d.g.mindFolders(ctx) }()
	for deadline := time.Now().Add(time.Minute); !says("Made-up one"); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("a release in the folder is not looked up by")
		}
	}
	stop()
	<-done
	if !d.g.scrub().Codes.System(codes.ICD10CM).Covers(20261101) {
		t.Error("claims are not checked by it")
	}
	put("broken", b[:len(b)/2])
	if err := d.g.reloadCodes(); err == nil {
		t.Error("a damaged release is taken")
	}
	if !says("Made-up one") {
		t.Error("a damaged release has changed something")
	}
	if err := d.g.reloadCodes(); err != nil {
		t.Errorf("it is told again though nothing has changed: %v", err)
	}
}
