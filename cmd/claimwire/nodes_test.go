package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"claimwire/gateway/api"
	"claimwire/gateway/store/storetest"
	"claimwire/testdata"
)

// freePort gives a port for a server that is killed and comes up there again.
func freePort(t *testing.T) int {
	t.Helper()
	port, err := storetest.FreePort()
	if err != nil {
		t.Fatal(err)
	}
	return port
}

// countSamples takes the shipped encounters in undisturbed and counts them.
func countSamples(t *testing.T, bin string) int {
	t.Helper()
	out, err := exec.Command(bin, "demo", "--timeout", patience, "--format", "json").Output()
	if err != nil {
		t.Fatal(err)
	}
	var sum struct{ Encounters int }
	if err := json.Unmarshal(out, &sum); err != nil {
		t.Fatal(err)
	}
	return sum.Encounters
}

// TestThreeGatewaysOneDatabase runs three gateway processes on one PostgreSQL
// and kills the two that only work, again and again, while claims flow; once,
// the database crashes too. At the end every claim has one true outcome and the
// payer got each once.
func TestThreeGatewaysOneDatabase(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes some twenty seconds")
	}
	database := storetest.Postgres(t)
	bin := binary(t)
	samples := countSamples(t, bin)
	dir := filepath.Join(t.TempDir(), "gw")
	if out, err := exec.Command(bin, "init", "--dir", dir, "--organisation", "larkspur").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	payerPort, httpPort := freePort(t), freePort(t)
	edit := func(file string, pairs ...string) {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(strings.NewReplacer(pairs...).Replace(string(b))), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	edit(filepath.Join(dir, "partners", "demo-payer.yaml"), "port: 2223", fmt.Sprintf("port: %d", payerPort))
	config := filepath.Join(dir, "gateway.yaml")
	edit(config, "127.0.0.1:8837", fmt.Sprintf("127.0.0.1:%d", httpPort), "127.0.0.1:2222", "off", "poll: 15s", "poll: 1s", "data: data ", "database: "+database+"\ndata: data ")
	key, err := os.ReadFile(filepath.Join(dir, "keys", "api-first"))
	if err != nil {
		t.Fatal(err)
	}
	logs := filepath.Join(dir, "gateway.log")
	startProcess(t, filepath.Join(dir, "payer.log"), bin, "payer", "--dir", filepath.Join(dir, "payer"), "--addr", fmt.Sprintf("127.0.0.1:%d", payerPort), "--key", filepath.Join(dir, "keys", "gateway.pub"))
	startProcess(t, logs, bin, "serve", "--config", config, "--role", "web")
	workers := make([]*process, 2)
	for i := range workers {
		workers[i] = startProcess(t, logs, bin, "serve", "--config", config, "--role", "worker")
	}
	flags := serverFlags{Server: fmt.Sprintf("http://127.0.0.1:%d", httpPort), Key: strings.TrimSpace(string(key))}
	if !eventually(t, 2*time.Minute, func() bool {
		_, err := fetch[map[string]int](&flags, http.MethodGet, "/v1/claims/summary", nil)
		return err == nil
	}) {
		said, _ := os.ReadFile(logs)
		t.Fatalf("the gateway does not come up:\n%s", lastLines(said, 20))
	}
	files := 0
	err = fs.WalkDir(testdata.Files, "encounters", func(p string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || filepath.Ext(p) != ".json" && filepath.Ext(p) != ".csv" {
			return err
		}
		b, err := testdata.Files.ReadFile(p)
		if err != nil {
			return err
		}
		files++
		resp, err := flags.call(http.MethodPost, "/v1/transmissions", nil, bytes.NewReader(b))
		if err == nil {
			resp.Body.Close()
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(7, 7))
	kills := 0
	var last map[string]int
	var page api.List[api.Transmission]
	open := func() int {
		// A file whose reader was killed waits until its lease runs out.
		var err error
		if page, err = fetch[api.List[api.Transmission]](&flags, http.MethodGet, "/v1/transmissions?limit=1000", nil); err != nil {
			return -1
		}
		waiting := 0
		for _, m := range page.Items {
			if m.State == "received" {
				waiting++
			}
		}
		n, err := fetch[map[string]int](&flags, http.MethodGet, "/v1/claims/summary", nil)
		if err != nil {
			return -1 // the database is away
		}
		last = n
		return waiting + n["received"] + n["queued"] + n["sent"] + n["accepted"]
	}
	progress := func() string { return fmt.Sprint(open(), last) }
	deadline := time.Now().Add(5 * time.Minute)
	quiet := 0
	for quiet < 20 && time.Now().Before(deadline) {
		time.Sleep(time.Duration(100+rng.IntN(200)) * time.Millisecond)
		if kills < 12 {
			// Killed is who works: something has gone on since the last time.
			was, patience := progress(), time.Now().Add(2*time.Second)
			for progress() == was && time.Now().Before(patience) {
				time.Sleep(10 * time.Millisecond)
			}
			i := rng.IntN(len(workers))
			workers[i].kill()
			workers[i].start()
			if kills++; kills == 6 {
				storetest.RestartPostgres(t)
			}
			continue
		}
		if open() == 0 && last["payment"] > 0 {
			quiet++
		} else {
			quiet = 0
		}
	}
	if quiet < 20 {
		said, _ := os.ReadFile(logs)
		t.Fatalf("claims are still on their way: %v\n%s", last, lastLines(said, 30))
	}
	total := 0
	for _, n := range last {
		total += n
	}
	claims := takenByPayer(t, filepath.Join(dir, "payer", "home", "taken"))
	for trace, n := range claims {
		if n != 1 {
			t.Errorf("the payer got the claim with our number %s %d times", trace, n)
		}
	}
	if want := total - last["held"]; len(claims) != want {
		t.Errorf("the payer got %d claims, want %d of %v", len(claims), want, last)
	}
	in := 0
	for _, m := range page.Items {
		if m.Direction == "in" && strings.HasPrefix(m.Partner, "api:") {
			in++
		}
	}
	if in != files {
		t.Errorf("%d files are kept, %d were submitted", in, files)
	}
	if total != samples {
		t.Errorf("%d claims, want %d", total, samples)
	}
	if out, err := exec.Command(bin, "reconcile", "--config", config).CombinedOutput(); err != nil {
		t.Errorf("reconcile: %v\n%s", err, out)
	}
	b, _ := json.Marshal(last)
	t.Logf("%d files, %d kills, a crash of the database; %s", files, kills, b)
}
