package main

import (
	"os"
	"strings"
	"testing"
)

func TestShots(t *testing.T) {
	base := os.Getenv("SHOT_BASE")
	if base == "" {
		t.Skip()
	}
	b := openTab(t, base)
	b.login("demo", os.Getenv("SHOT_PASS"))
	for _, p := range strings.Fields(os.Getenv("SHOT_PATHS")) {
		b.open(p)
		name := strings.NewReplacer("/", "_", "?", "_", "#", "_", "&", "_", "=", "_").Replace(p)
		for _, s := range strings.Fields(os.Getenv("SHOT_SCHEMES")) {
			b.media("", s)
			b.picture(s + name)
		}
	}
}
