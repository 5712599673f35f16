package main

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"claimwire/gateway/store/storetest"
)

var update = flag.Bool("update", false, "rewrite the golden sections of the scripts")

func TestMain(m *testing.M) {
	testscript.Main(stopping{m}, map[string]func(){
		"claimwire": func() { os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) },
	})
}

// stopping ends the PostgreSQL of the tests, where one was started.
type stopping struct{ m *testing.M }

// Run runs the tests.
func (s stopping) Run() int {
	defer storetest.StopPostgres()
	defer func() {
		if file, err := built(); wasBuilt && err == nil {
			os.RemoveAll(filepath.Dir(file))
		}
	}()
	return s.m.Run()
}

// TestScripts runs testdata/script: terminal sessions with the real binary.
func TestScripts(t *testing.T) {
	base, err := filepath.Abs("../../testdata/base")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:           "testdata/script",
		UpdateScripts: *update,
		Setup: func(e *testscript.Env) error {
			e.Setenv("BASE", base) // valid documents to work on
			return nil
		},
	})
}
