package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"claimwire/gateway/api"
	"claimwire/gateway/store/storetest"
)

// StormKills is the environment variable that makes the storm a long one: how
// often something is killed.
const stormKills = "CLAIMWIRE_STORM"

// TestStorm lets thousands of claims flow while gateway and payer are killed at
// moments of chance, connections are cut in the midst of a transfer, the database
// crashes, and the disk fills up (where a small one may be mounted). At the end
// every claim has one true outcome, the payer got each interchange and each claim
// once, and the books agree. The short form runs with all tests; .ci/storm runs
// the long one.
func TestStorm(t *testing.T) {
	kills := stormOf(t)
	t.Parallel()
	storm(t, kills, "", 1)
}

// TestStormPostgreSQL is the same with two gateways on one PostgreSQL, which
// crashes too. It is alone with the database.
func TestStormPostgreSQL(t *testing.T) { storm(t, stormOf(t), storetest.Postgres(t), 2) }

func stormOf(t *testing.T) (kills int) {
	if testing.Short() {
		t.Skip("it takes some twenty seconds a database")
	}
	text := os.Getenv(stormKills)
	if text == "" {
		return 10
	}
	kills, err := strconv.Atoi(text)
	if err != nil {
		t.Fatalf("%s: %v", stormKills, err)
	}
	return kills
}

// decided is what the payer makes of the claims of a storm of so many files: it
// decides by the claims, not by what happens on the way.
var decided sync.Map

// process is a command that is killed and started again. When it ends by itself,
// as when its port is another's for a moment, it is started again too, as a
// service manager does.
type process struct {
	t    *testing.T
	args []string
	log  *os.File

	mu       sync.Mutex
	cmd      *exec.Cmd
	ended    chan struct{}
	stopped  bool
	byItself int
}

func startProcess(t *testing.T, log string, args ...string) *process {
	t.Helper()
	f, err := os.OpenFile(log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	p := &process{t: t, args: args, log: f}
	p.start()
	t.Cleanup(func() {
		p.kill()
		if p.byItself > 0 {
			t.Logf("%s ended by itself %d times", args[1], p.byItself)
		}
		f.Close()
	})
	return p
}

func (p *process) start() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.run()
}

// run starts it; the lock is held.
func (p *process) run() {
	cmd := exec.Command(p.args[0], p.args[1:]...)
	cmd.Stdout, cmd.Stderr = p.log, p.log
	if err := cmd.Start(); err != nil {
		p.t.Error(err)
		return
	}
	ended := make(chan struct{})
	p.cmd, p.ended, p.stopped = cmd, ended, false
	go func() {
		cmd.Wait()
		close(ended)
		time.Sleep(100 * time.Millisecond)
		p.mu.Lock()
		defer p.mu.Unlock()
		if !p.stopped && p.cmd == cmd {
			p.byItself++
			p.run()
		}
	}()
}

func (p *process) kill() {
	p.mu.Lock()
	p.stopped = true
	p.cmd.Process.Kill()
	ended := p.ended
	p.mu.Unlock()
	<-ended
}

// cutter forwards connections and cuts some of them after so many bytes.
type cutter struct {
	ln  net.Listener
	to  string
	mu  sync.Mutex
	rng *rand.Rand
	off bool // nothing is cut any more
	cut int
}

func newCutter(t *testing.T, to string, seed uint64) *cutter {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := &cutter{ln: ln, to: to, rng: rand.New(rand.NewPCG(seed, 99))}
	go func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			go c.forward(conn)
		}
	}()
	t.Cleanup(func() { ln.Close() })
	return c
}

func (c *cutter) port() int { return c.ln.Addr().(*net.TCPAddr).Port }

func (c *cutter) forward(in net.Conn) {
	defer in.Close()
	out, err := net.Dial("tcp", c.to)
	if err != nil {
		return
	}
	defer out.Close()
	c.mu.Lock()
	left := int64(1) << 50
	if !c.off && c.rng.IntN(3) == 0 {
		left = 2000 + c.rng.Int64N(150_000)
		c.cut++
	}
	c.mu.Unlock()
	done := make(chan struct{}, 2)
	go func() { io.CopyN(out, in, left); done <- struct{}{} }()
	go func() { io.CopyN(in, out, left); done <- struct{}{} }()
	<-done
}

func storm(t *testing.T, kills int, database string, seed uint64) {
	bin := binary(t)
	dir := t.TempDir()
	if out, err := exec.Command(bin, "init", "--dir", filepath.Join(dir, "gw"), "--organisation", "larkspur").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	dir = filepath.Join(dir, "gw")
	small := smallDisk(t, filepath.Join(dir, "data"), 40+kills)
	payerPort, httpPort := freePort(t), freePort(t)
	wire := newCutter(t, fmt.Sprintf("127.0.0.1:%d", payerPort), seed)
	edit := func(file string, pairs ...string) {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(strings.NewReplacer(pairs...).Replace(string(b))), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	edit(filepath.Join(dir, "partners", "demo-payer.yaml"), "port: 2223", fmt.Sprintf("port: %d", wire.port()))
	config := filepath.Join(dir, "gateway.yaml")
	edit(config, "127.0.0.1:8837", fmt.Sprintf("127.0.0.1:%d", httpPort), "127.0.0.1:2222", "off", "poll: 15s", "poll: 1s", "data: data ", "database: "+strconv.Quote(database)+"\ndata: data ")
	key, err := os.ReadFile(filepath.Join(dir, "keys", "api-first"))
	if err != nil {
		t.Fatal(err)
	}
	logs := filepath.Join(dir, "gateway.log")
	running := []*process{
		startProcess(t, filepath.Join(dir, "payer.log"), bin, "payer", "--dir", filepath.Join(dir, "payer"), "--addr", fmt.Sprintf("127.0.0.1:%d", payerPort), "--key", filepath.Join(dir, "keys", "gateway.pub")),
		startProcess(t, logs, bin, "serve", "--config", config),
	}
	if database != "" {
		running = append(running, startProcess(t, logs, bin, "serve", "--config", config, "--role", "worker"))
	}
	flags := serverFlags{Server: fmt.Sprintf("http://127.0.0.1:%d", httpPort), Key: strings.TrimSpace(string(key))}

	// Offices send their files until they are told that they are kept.
	const each = 100
	files := 10 + kills/2
	submitted := make(chan error, 1)
	said := map[int]int{} // answers by status
	var mu sync.Mutex
	go func() {
		for i := range files {
			body := benchClaims(i*each, each)
			// Each in an interchange of its own.
			body = bytes.ReplaceAll(body, fmt.Appendf(nil, "*%09d", i*each/perFile+1), fmt.Appendf(nil, "*%09d", 1000+i))
			for until := time.Now().Add(5 * time.Minute); ; {
				r, err := http.NewRequest(http.MethodPost, flags.Server+"/v1/transmissions", bytes.NewReader(body))
				if err != nil {
					submitted <- err
					return
				}
				r.Header.Set("Authorization", "Bearer "+flags.Key)
				r.Header.Set("Idempotency-Key", fmt.Sprintf("file-%d", i))
				resp, err := http.DefaultClient.Do(r)
				if err == nil {
					resp.Body.Close()
					mu.Lock()
					said[resp.StatusCode]++
					mu.Unlock()
					if resp.StatusCode < 300 {
						break
					}
				}
				if time.Now().After(until) {
					submitted <- errors.New("a file is never kept")
					return
				}
				time.Sleep(20 * time.Millisecond)
			}
			time.Sleep(250 * time.Millisecond) // files come all the time
		}
		submitted <- nil
	}()

	rng := rand.New(rand.NewPCG(seed, seed))
	filled := 0
	for k := range kills {
		time.Sleep(time.Duration(50+rng.IntN(500)) * time.Millisecond)
		p := running[rng.IntN(len(running))]
		p.kill()
		if rng.IntN(4) == 0 {
			time.Sleep(time.Duration(rng.IntN(300)) * time.Millisecond)
		}
		p.start()
		if small && k%10 == 5 {
			filled++
			hog := filepath.Join(dir, "data", "hog")
			fill(t, hog)
			time.Sleep(300 * time.Millisecond)
			os.Remove(hog)
		}
		if database != "" && k%10 == 7 {
			storetest.RestartPostgres(t)
		}
	}
	wire.mu.Lock()
	wire.off = true
	cuts := wire.cut
	wire.mu.Unlock()
	if err := <-submitted; err != nil {
		t.Fatal(err)
	}
	last := map[string]int{}
	var page api.List[api.Transmission]
	if !eventually(t, 5*time.Minute, func() bool {
		var err error
		if last, err = fetch[map[string]int](&flags, http.MethodGet, "/v1/claims/summary", nil); err != nil {
			return false
		}
		total := 0
		for _, n := range last {
			total += n
		}
		if total < files*each || last["received"]+last["queued"]+last["sent"]+last["accepted"] > 0 {
			return false
		}
		page, err = fetch[api.List[api.Transmission]](&flags, http.MethodGet, "/v1/transmissions?limit=1000", nil)
		for _, m := range page.Items {
			if m.State == "received" {
				return false
			}
		}
		return err == nil
	}) {
		b, _ := os.ReadFile(logs)
		payer, _ := os.ReadFile(filepath.Join(dir, "payer.log"))
		there := map[string]int{}
		for _, d := range []string{"inbound", "outbound", "taken"} {
			entries, _ := os.ReadDir(filepath.Join(dir, "payer", "home", d))
			there[d] = len(entries)
		}
		jobs, _ := exec.Command(bin, "jobs", "list", "--state", "ready", "--server", flags.Server, "--key-file", filepath.Join(dir, "keys", "api-operator")).CombinedOutput()
		t.Fatalf("claims are still on their way: %v\nat the payer's: %v\n%s\n%s\n%s", last, there, lastLines(payer, 6), lastLines(b, 20), jobs)
	}
	in := 0
	for _, m := range page.Items {
		if m.Direction == "in" && strings.HasPrefix(m.Partner, "api:") {
			in++
		}
	}
	if in != files {
		t.Errorf("%d files are kept, %d were sent", in, files)
	}
	claims := takenByPayer(t, filepath.Join(dir, "payer", "home", "taken"))
	for trace, n := range claims {
		if n != 1 {
			t.Errorf("the payer got the claim with our number %s %d times", trace, n)
		}
	}
	if want := files*each - last["held"]; len(claims) != want || last["held"] > 0 {
		t.Errorf("the payer got %d claims of %d, %v", len(claims), want, last)
	}
	var out []byte
	if !eventually(t, 3*time.Minute, func() bool {
		out, err = exec.Command(bin, "reconcile", "--config", config).CombinedOutput()
		return err == nil
	}) {
		t.Errorf("reconcile: %v\n%s", err, out)
	}
	b, _ := json.Marshal(last)
	mu.Lock()
	t.Logf("%d claims in %d files, %d kills, %d connections cut, the disk full %d times; answers %v; %s", files*each, files, kills, cuts, filled, said, b)
	mu.Unlock()
	if other, ok := decided.LoadOrStore(files, string(b)); ok && other != string(b) {
		t.Errorf("what became of the claims differs from the other storm: %s and %s", b, other)
	}
}

// fill writes a file until the disk is full.
func fill(t *testing.T, file string) {
	t.Helper()
	f, err := os.Create(file)
	if err != nil {
		return // full already
	}
	defer f.Close()
	block := make([]byte, 1<<20)
	for size := len(block); size >= 4096; {
		if _, err := f.Write(block[:size]); err != nil {
			size /= 2
		}
	}
}

// eventually waits for something to come true; how long is no measure of
// anything.
func eventually(t *testing.T, patience time.Duration, f func() bool) bool {
	t.Helper()
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		if f() {
			return true
		}
	}
	return f()
}
