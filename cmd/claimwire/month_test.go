package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pkg/sftp"
	"golang.org/x/crypto/ssh"

	"claimwire/gateway"
	"claimwire/gateway/ledger"
	"claimwire/gateway/store"
	"claimwire/partners"
	"claimwire/partners/simulate"
)

// comer is a partner that comes to us, with its own client, and all that it ever
// saw.
type comer struct {
	w      *world
	id     string
	key    ssh.Signer
	client *sftp.Client
	seen   map[string][]byte // files of /download, by name, as last fetched
	all    bytes.Buffer      // everything it ever fetched or listed
}

func (w *world) comer(id string) (c *comer, publicKey string) {
	w.t.Helper()
	key, _, err := keyIn(filepath.Join(w.dir, "comers"), id)
	if err != nil {
		w.t.Fatal(err)
	}
	return &comer{w: w, id: id, key: key, seen: map[string][]byte{}}, strings.TrimSpace(string(ssh.MarshalAuthorizedKey(key.PublicKey())))
}

// openDoor opens the door of the world.
func (w *world) openDoor() {
	w.t.Helper()
	_, hostFile, err := keyIn(w.dir, "door-host")
	if err != nil {
		w.t.Fatal(err)
	}
	d, err := openDoor(&config{Data: filepath.Join(w.dir, "gateway"), SFTP: sftpConfig{Listen: "127.0.0.1:0", HostKeys: []string{hostFile}}}, w.g, w.g.log)
	if err != nil {
		w.t.Fatal(err)
	}
	w.door = d
	w.t.Cleanup(func() { d.Close() })
}

func (c *comer) log() *sftp.Client {
	c.w.t.Helper()
	if c.client != nil {
		return c.client
	}
	conn, err := ssh.Dial("tcp", c.w.door.Addr().String(), &ssh.ClientConfig{User: c.id, Auth: []ssh.AuthMethod{ssh.PublicKeys(c.key)}, HostKeyCallback: ssh.InsecureIgnoreHostKey(), Timeout: 10 * time.Second})
	if err != nil {
		c.w.t.Fatal(err)
	}
	if c.client, err = sftp.NewClient(conn); err != nil {
		c.w.t.Fatal(err)
	}
	c.w.t.Cleanup(func() { conn.Close() })
	return c.client
}

func (c *comer) put(name string, b []byte) {
	c.w.t.Helper()
	f, err := c.log().Create("/upload/" + name + ".tmp")
	if err != nil {
		c.w.t.Fatal(err)
	}
	if _, err := f.Write(b); err != nil {
		c.w.t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		c.w.t.Fatal(err)
	}
	if err := c.log().Rename("/upload/"+name+".tmp", "/upload/"+name); err != nil {
		c.w.t.Fatal(err)
	}
}

// fetch takes everything that lies in /download, and looks around in every way.
func (c *comer) fetch() map[string][]byte {
	c.w.t.Helper()
	got := map[string][]byte{}
	for _, dir := range []string{"/", "/download", "/archive", "/upload", "/..", "../"} {
		infos, err := c.log().ReadDir(dir)
		if err != nil {
			continue
		}
		for _, i := range infos {
			fmt.Fprintln(&c.all, i.Name())
			if dir != "/download" && dir != "/archive" || i.IsDir() {
				continue
			}
			f, err := c.log().Open(path.Join(dir, i.Name()))
			if err != nil {
				c.w.t.Fatal(err)
			}
			b, err := io.ReadAll(f)
			f.Close()
			if err != nil {
				c.w.t.Fatal(err)
			}
			c.all.Write(b)
			if dir == "/download" {
				got[i.Name()], c.seen[i.Name()] = b, b
				if err := c.log().Remove(path.Join(dir, i.Name())); err != nil {
					c.w.t.Fatal(err)
				}
			}
		}
	}
	return got
}

const monthPayers = `payers:
  - {id: CMHP1, name: Cascade Mutual Health, partner: cascade, kind: commercial, claims: [professional]}
  - {id: SUMP4, name: Summit PPO, partner: summit, kind: commercial, claims: [professional]}
`

// TestMonth lets two offices, a coding service that sends for both, and two
// payers that both share (one we go to, one comes to us) work for a month. Each
// sees exactly its own.
func TestMonth(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	larkspur, larkKey := w.comer("larkspur")
	meadow, meadKey := w.comer("meadow")
	codewell, codeKey := w.comer("codewell")
	summit, summitKey := w.comer("summit")
	const larkNPI, meadNPI = "2103487619", "2218765438"

	cascade := w.payer("cascade", "larkspur", nil, func(s string) string { return s + "shared_with: [meadow]\n" })
	profile := func(text string) *partners.Profile {
		p, err := partners.Parse("p.yaml", []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	office := func(id, key string) *partners.Profile {
		return profile(fmt.Sprintf("id: %[1]s\nname: %[1]s\nusage: test\nkind: office\norganisation: %[1]s\nlogin: {user: %[1]s, keys: [%q]}\n", id, key))
	}
	service := profile(fmt.Sprintf("id: codewell\nname: Codewell\nusage: test\nkind: service\norganisation: codewell\noffices:\n  - {organisation: larkspur, npis: [%q]}\n  - {organisation: meadow, npis: [%q]}\nlogin: {user: codewell, keys: [%q]}\n",
		larkNPI, meadNPI, codeKey))
	summitProfile := profile(strings.Replace(demoEnvelope, "id: demo-payer", "id: summit\norganisation: larkspur\nshared_with: [meadow]\nkind: payer", 1) + fmt.Sprintf("login: {user: summit, keys: [%q]}\n", summitKey))
	payers := filepath.Join(w.dir, "payers.yaml")
	if err := os.WriteFile(payers, []byte(monthPayers), 0o600); err != nil {
		t.Fatal(err)
	}
	w.open(payers, cascade, summitProfile, office("larkspur", larkKey), office("meadow", meadKey), service)
	w.openDoor()
	summitPayer, err := simulate.New(simulate.Config{ID: "SUMMIT", Dir: filepath.Join(w.dir, "summit-payer"), HostKey: summit.key, Seed: 7, Now: w.clock})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(summitPayer.Close)

	// What is whose can be told from every name in it.
	made := map[string][]string{} // claim numbers by who may see them
	claim := func(office, npi, id, payer string, day time.Time, change func(m map[string]any)) []byte {
		return encounter(t, id, func(m map[string]any) {
			b := m["billing_provider"].(map[string]any)
			b["npi"], b["name"] = npi, strings.ToUpper(office)+" CLINIC"
			p := m["patient"].(map[string]any)
			p["last_name"] = "Of" + office
			m["insurance"].(map[string]any)["payer"] = map[string]any{"id": payer}
			m["service_date"] = day.Format("2006-01-02")
			if change != nil {
				change(m)
			}
			made[office] = append(made[office], id)
			made[payer] = append(made[payer], id)
		})
	}
	n := 0
	next := func(prefix string) string { n++; return fmt.Sprintf("%s-%04d", prefix, n) }
	payerOf := func() string { return []string{"CMHP1", "SUMP4"}[n%2] }
	held := map[string]bool{}

	for day := range 30 {
		today := w.clock()
		var a, b bytes.Buffer
		for range 3 {
			a.Write(claim("larkspur", larkNPI, next("LK"), payerOf(), today, nil))
		}
		for range 2 {
			b.Write(claim("meadow", meadNPI, next("MD"), payerOf(), today, nil))
		}
		larkspur.put(fmt.Sprintf("day%02d.json", day), a.Bytes())
		meadow.put(fmt.Sprintf("day%02d.json", day), b.Bytes())
		if day%3 == 0 { // the service's batch, with claims of both, one of which is not good enough
			var batch bytes.Buffer
			for i := range 4 {
				o, npi := "larkspur", larkNPI
				if i%2 == 1 {
					o, npi = "meadow", meadNPI
				}
				id := next("CW")
				made["codewell"] = append(made["codewell"], id)
				batch.Write(claim(o, npi, id, payerOf(), today, func(m map[string]any) {
					if i == 3 || i == 0 && day == 3 {
						m["diagnoses"] = []any{"J01"} // a heading
						held[id] = true
					}
				}))
			}
			codewell.put(fmt.Sprintf("batch%02d.json", day), batch.Bytes())
		}
		w.settle()
		w.pass(time.Minute)
		for name, text := range codewell.fetch() {
			if !strings.HasSuffix(name, "-questions.json") {
				continue
			}
			// The coder mends what was asked about, and sends it back.
			var out bytes.Buffer
			for _, line := range bytes.Split(bytes.TrimSpace(text), []byte("\n")) {
				var q struct {
					Record    string         `json:"record"`
					Question  int64          `json:"question"`
					ClaimID   string         `json:"claim_id"`
					Findings  []string       `json:"findings"`
					Encounter map[string]any `json:"encounter"`
				}
				if err := json.Unmarshal(line, &q); err != nil {
					t.Fatal(err)
				}
				if q.Record != "question" || q.Question == 0 || len(q.Findings) == 0 || !held[q.ClaimID] {
					t.Fatalf("a question %+v", q)
				}
				q.Encounter["diagnoses"] = []any{"J01.90"}
				b, _ := json.Marshal(map[string]any{"record": "answer", "question": q.Question, "encounter": q.Encounter})
				out.Write(append(b, '\n'))
			}
			codewell.put(strings.TrimSuffix(name, "-questions.json")+"-answers.json", out.Bytes())
		}
		w.settle()
		w.pass(time.Minute)
		// The payer that comes to us fetches its claims and brings its answers.
		for name, text := range summit.fetch() {
			if !strings.HasSuffix(name, ".837") {
				continue
			}
			answers, err := summitPayer.Answers(text)
			if err != nil {
				t.Fatal(err)
			}
			for _, x := range answers {
				summit.put(x.Name, x.Bytes)
			}
		}
		w.settle()
		w.pass(time.Minute)
		larkspur.fetch()
		meadow.fetch()
		codewell.fetch()
		w.pass(24*time.Hour - 3*time.Minute)
	}
	w.settle()
	for _, c := range []*comer{larkspur, meadow, codewell, summit} {
		c.fetch()
	}

	// In the books: each office has its own, all of it, and each at its end.
	for _, o := range []string{"larkspur", "meadow"} {
		got := w.states(gateway.Scope{Organisation: o, Usage: "test"})
		want := made[o]
		if len(got) != len(want) {
			t.Errorf("%s has %d claims, want %d", o, len(got), len(want))
		}
		for _, id := range want {
			switch got[id] {
			case gateway.Paid, gateway.Denied, gateway.Requested, gateway.Rejected:
			default:
				t.Errorf("%s: %s is %q", o, id, got[id])
			}
		}
	}
	if list := w.claims(gateway.Scope{Organisation: "codewell", Usage: "test"}); len(list) > 0 {
		t.Errorf("the service owns %d claims", len(list))
	}
	if len(held) < 10 {
		t.Errorf("only %d claims were asked about", len(held))
	}
	// A held claim went on as the same claim.
	for _, o := range []string{"larkspur", "meadow"} {
		s := gateway.Scope{Organisation: o, Usage: "test"}
		for _, c := range w.claims(s) {
			if !held[c.ClaimID] {
				continue
			}
			events, err := read(context.Background(), w.g, func(tx *store.Tx) ([]gateway.Event, error) { return tx.EventsOf(s, c.ID) })
			if err != nil {
				t.Fatal(err)
			}
			var kinds []string
			for _, e := range events {
				kinds = append(kinds, e.Kind)
			}
			if len(kinds) < 4 || kinds[0] != "held" || kinds[1] != "corrected" {
				t.Errorf("%s: %v", c.ClaimID, kinds)
			}
		}
	}
	// Before their eyes: nothing that is another's, and all that is theirs.
	number := regexp.MustCompile(`\b(LK|MD|CW)-\d{4}\b`)
	see := func(c *comer, may []string, also ...string) {
		t.Helper()
		allowed := map[string]bool{}
		for _, id := range may {
			allowed[id] = true
		}
		seen := map[string]bool{}
		for _, id := range number.FindAllString(c.all.String(), -1) {
			if !allowed[id] {
				t.Errorf("%s saw %s", c.id, id)
				return
			}
			seen[id] = true
		}
		for _, id := range may {
			if !seen[id] {
				t.Errorf("%s never saw its %s", c.id, id)
				return
			}
		}
		for _, name := range also {
			if strings.Contains(strings.ToLower(c.all.String()), name) {
				t.Errorf("%s saw %s", c.id, name)
			}
		}
	}
	see(larkspur, made["larkspur"], "ofmeadow", meadNPI, "meadow clinic")
	see(meadow, made["meadow"], "oflarkspur", larkNPI, "larkspur clinic")
	see(codewell, made["codewell"])
	see(summit, made["SUMP4"])
	if strings.Contains(codewell.all.String(), "payment") && strings.Contains(codewell.all.String(), "CLP*") {
		t.Error("the service saw payments")
	}
	// The payer that we go to got its own.
	var went bytes.Buffer
	filepath.WalkDir(filepath.Join(w.dir, "cascade", "home"), func(p string, e os.DirEntry, err error) error {
		if err == nil && !e.IsDir() && strings.Contains(p, simulate.Taken) {
			b, _ := os.ReadFile(p)
			went.Write(b)
		}
		return err
	})
	got := slices.Compact(slices.Sorted(slices.Values(number.FindAllString(went.String(), -1))))
	if want := slices.Sorted(slices.Values(made["CMHP1"])); !slices.Equal(got, want) {
		t.Errorf("the payer that we go to got %d claims, want %d", len(got), len(want))
	}
	// What the payer that comes to us is told of itself.
	rows, err := csv.NewReader(bytes.NewReader(summit.seen["claims.csv"])).ReadAll()
	if err != nil || len(rows) != len(made["SUMP4"])+1 {
		t.Errorf("claims.csv has %d rows, %v", len(rows), err)
	}
	alerts := w.alerts()
	// An interchange with a single claim, which its payer refused; and questions of
	// payers, which nobody answers in this month.
	for _, kind := range []string{"interchange-rejected", "request-due"} {
		if _, ok := alerts[kind]; !ok {
			t.Errorf("no alert %s", kind)
		}
		delete(alerts, kind)
	}
	for kind := range alerts {
		t.Errorf("alert %s", kind)
	}
	// And the books prove it.
	if err := w.g.seal(context.Background()); err != nil {
		t.Fatal(err)
	}
	if err := w.g.store.Read(context.Background(), func(tx *store.Tx) error {
		account, err := ledger.Reconcile(tx)
		if err != nil {
			return err
		}
		for _, p := range account.Problems {
			t.Errorf("reconcile: %s", p)
		}
		// Every log-in and transfer stands in the audit trail.
		trail, err := tx.AuditPage(gateway.Scope{Organisation: "larkspur", Usage: "test"}, gateway.AuditQuery{Action: "file.", Page: gateway.Page{Limit: gateway.MaxPage}})
		if err != nil {
			return err
		}
		kinds := map[string]int{}
		for _, a := range trail {
			kinds[a.Action]++
		}
		if kinds["file.upload"] < 30 || kinds["file.download"] < 30 {
			t.Errorf("the audit trail has %v", kinds)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}
