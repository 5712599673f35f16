package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/pquerna/otp/totp"
	"github.com/rs/zerolog"
	webhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
	"golang.org/x/crypto/ssh"

	"claimwire/partners/simulate"
)

// firstRun is a gateway from an empty folder on, which is started and stopped.
type firstRun struct {
	t    *testing.T
	dir  string
	stop func()
	s    *service
}

// start serves the folder as it stands, as claimwire serve does.
func (f *firstRun) start() string {
	f.t.Helper()
	cfg, err := loadConfig(filepath.Join(f.dir, "gateway.yaml"))
	if err != nil {
		f.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	if f.s, err = newService(ctx, cfg, []string{"web", "worker"}, zerolog.Nop()); err != nil {
		f.t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- f.s.run(ctx) }()
	var once sync.Once
	f.stop = func() {
		once.Do(func() {
			cancel()
			if err := <-done; err != nil {
				f.t.Errorf("it stopped with %v", err)
			}
		})
	}
	f.t.Cleanup(f.stop)
	return "http://" + f.s.httpAddr
}

// configure changes the configuration.
func (f *firstRun) configure(pairs ...string) {
	f.t.Helper()
	file := filepath.Join(f.dir, "gateway.yaml")
	b, err := os.ReadFile(file)
	if err != nil {
		f.t.Fatal(err)
	}
	for i := 0; i < len(pairs); i += 2 {
		if !bytes.Contains(b, []byte(pairs[i])) {
			f.t.Fatalf("the first configuration has no %q", pairs[i])
		}
	}
	if err := os.WriteFile(file, []byte(strings.NewReplacer(pairs...).Replace(string(b))), 0o600); err != nil {
		f.t.Fatal(err)
	}
}

// claimwire runs a command of the binary that has to end well.
func claimwire(t *testing.T, args ...string) {
	t.Helper()
	var out, errs bytes.Buffer
	if code := run(args, nil, &out, &errs); code != 0 {
		t.Fatalf("%v ends with %d\n%s%s", args, code, out.String(), errs.String())
	}
}

// second passes the second step, which has to be set up or answered.
func (b *tab) second(secret string) {
	b.t.Helper()
	code, err := totp.GenerateCode(secret, time.Now())
	if err != nil {
		b.t.Fatal(err)
	}
	b.run(chromedp.SetValue("#code", code))
	b.pressed("form:has(#code) button.main", ".bar")
}

// TestFirstRun is the first day of whoever runs a gateway, in a browser, from an
// empty folder on: organisation, first partner against the payer in a box, codes,
// first claim paid; then a user, the second step for all, a key, a webhook, the
// audit trail, and the manager's reports.
func TestFirstRun(t *testing.T) {
	chromium(t)
	f := &firstRun{t: t, dir: filepath.Join(t.TempDir(), "gateway")}
	claimwire(t, "init", "--dir", f.dir, "--organisation", "larkspur")
	if err := os.Remove(filepath.Join(f.dir, "partners", "demo-payer.yaml")); err != nil {
		t.Fatal(err)
	}
	f.configure("listen: 127.0.0.1:8837", "listen: 127.0.0.1:0\n  webhook_networks: [127.0.0.0/8]", "listen: 127.0.0.1:2222", "listen: off", "poll: 15s", "poll: 1s")
	// The payer in a box, as claimwire payer runs it.
	host, _, err := keyIn(filepath.Join(f.dir, "payer"), "host")
	if err != nil {
		t.Fatal(err)
	}
	public, err := os.ReadFile(filepath.Join(f.dir, "keys", "gateway.pub"))
	if err != nil {
		t.Fatal(err)
	}
	key, _, _, _, err := ssh.ParseAuthorizedKey(public)
	if err != nil {
		t.Fatal(err)
	}
	payer, err := simulate.New(simulate.Config{ID: "DEMOPAYER", Dir: filepath.Join(f.dir, "payer"), Keys: []ssh.PublicKey{key}, HostKey: host, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	payerDone := make(chan struct{})
	payerCtx, payerStop := context.WithCancel(context.Background())
	go func() { defer close(payerDone); payer.Run(payerCtx) }()
	t.Cleanup(func() { payerStop(); <-payerDone })

	// Organisation: who has the code that serve printed becomes the administrator.
	base := f.start()
	b := openTab(t, base)
	b.open("/")
	b.wants("Set the gateway up")
	fill := func(code string) {
		b.run(chromedp.SetValue("#code", code), chromedp.SetValue("#organisation", "larkspur"), chromedp.SetValue("#organisation_name", "Larkspur Family Medicine"), chromedp.SetValue("#name", "Lena Marsh"),
			chromedp.SetValue("#login", "lena"), chromedp.SetValue("#password", goodPassword), chromedp.SetValue("#again", goodPassword))
	}
	fill("WRONG")
	b.pressed("button.main", ".problem")
	b.wants("The set-up code is not right")
	fill(f.s.setup.Code)
	b.pressed("button.main", ".steps")
	b.wants("To the first paid claim", "Your organisation")
	if n := js[int](b, `document.querySelectorAll(".steps .done").length`); n != 1 {
		t.Errorf("%d steps are done at first, want 1", n)
	}

	// The first partner, from an example; what is wrong is said by line.
	b.run(workAs(1)...)
	b.pressed(`nav.side a[href="/partners"]`, "main")
	b.wants("There is no trading partner yet")
	b.pressed(`.actions a.main`, "#example")
	b.pressed("form.filter button", "#text")
	b.run(chromedp.Evaluate[chromedp.Void](`document.querySelector("#text").value = document.querySelector("#text").value.replace("port: 2223", "port: 99999")`))
	b.pressed(`button[value="check"]`, "section.problem")
	b.wants("port: 99999", "1 thing is wrong")
	set := fmt.Sprintf(`(() => { const t = document.querySelector("#text"); t.value = t.value.replace("port: 99999", "port: %d").replace(/SHA256:[A-Za-z0-9+\/]+/, %q).replace("my-office", "larkspur"); })()`, payer.Port(), ssh.FingerprintSHA256(host.PublicKey()))
	b.run(chromedp.Evaluate[chromedp.Void](set))
	b.pressed(`button[value="check"]`, ".flash")
	b.wants("demo-payer is fine")
	b.pressed(`button[value="save"]`, ".flash")
	b.wants("demo-payer is kept, and serves")

	// Codes are loaded where the gateway runs; the second step is asked of everybody;
	// and it is started anew.
	list := filepath.Join(t.TempDir(), "icd10cm_order_2027.txt")
	if err := os.WriteFile(list, []byte(order("00001", "J019", "0", "Made-up", "Made-up")+order("00002", "J0190", "1", "Made-up sinuses", "Made-up sinuses")), 0o600); err != nil {
		t.Fatal(err)
	}
	claimwire(t, "codes", "import", "--dir", filepath.Join(f.dir, "codes"), "--effective", "2020-01-01..", list)
	f.configure("partners: partners", "codes: codes\npartners: partners", "  webhook_networks", "  second_factor: true\n  webhook_networks")
	b.run(chromedp.Navigate("about:blank"))
	f.stop()
	b.base = f.start()
	b.open("/claims")
	b.wants("Everybody here sets it up")
	own := js[string](b, `document.querySelector("code.secret").textContent`)
	b.second(own)

	// Every step of reaching the partner is tried.
	b.run(workAs(1)...)
	b.open("/partners/demo-payer")
	b.pressed("form[action$='/try'] button", ".flash")
	b.wants("Every step went well")
	b.open("/codes?code=J01.90")
	b.wants("valid", "Made-up sinuses", "in force")

	// The first claim is paid, and the page tells by itself.
	b.run(workAs(0)...)
	b.open("/")
	b.wants("Demo Payer is set up")
	if n := js[int](b, `document.querySelectorAll(".steps .done").length`); n != 3 {
		t.Errorf("%d steps are done before the first claim, want 3", n)
	}
	b.open("/submit")
	b.pressed(`form[action="/submit/sample"] button`, "#claims")
	b.run(chromedp.WaitReady("#claims ~ div .state.good"))
	until := time.Now().Add(2 * time.Minute)
	for !strings.Contains(b.text(), "paid or settled") {
		// The stream brings it; waiting for what it says is all that is done here.
		if time.Now().After(until) {
			t.Fatalf("the first claim is not paid:\n%s", b.text())
		}
		js[bool](b, `new Promise((done) => { const m = new MutationObserver(() => { m.disconnect(); done(true); }); m.observe(document.querySelector("main"), {subtree: true, childList: true}); setTimeout(() => { m.disconnect(); done(false); }, 5000); })`)
	}
	b.open("/")
	if strings.Contains(b.text(), "To the first paid claim") {
		t.Error("the first steps are shown after the first claim is paid")
	}

	// Somebody new: a given password, which is changed, and the second step.
	b.open("/users")
	b.run(chromedp.SetValue("#login", "bea"), chromedp.SetValue("#name", "Bea Noor"), chromedp.SetValue("#role", "biller"), chromedp.SetValue("#usage", "test"))
	b.pressed("#new ~ form button.main", "code.secret")
	given := js[string](b, `document.querySelector("code.secret").textContent`)
	bea := openTab(t, b.base)
	bea.login("bea", given)
	bea.wants("password")
	bea.run(chromedp.SetValue("#old", given), chromedp.SetValue("#new", goodPassword+"s"), chromedp.SetValue("#again", goodPassword+"s"))
	bea.pressed("main button.main", "#code")
	bea.second(js[string](bea, `document.querySelector("code.secret").textContent`))
	bea.open("/claims")
	bea.wants("CASCADE MUTUAL HEALTH")
	if js[bool](bea, `!!document.querySelector('nav a[href="/users"], nav a[href="/audit"], nav a[href="/keys"]')`) {
		t.Error("a biller manages users, keys or the trail")
	}

	// A key serves until it is revoked.
	b.open("/keys")
	b.run(chromedp.SetValue("#name", "billing-system"), chromedp.SetValue("#role", "biller"))
	b.pressed("#new ~ form button.main", "code.secret")
	secret := js[string](b, `document.querySelector("code.secret").textContent`)
	asked := func() (int, string) {
		req, err := http.NewRequest("GET", b.base+"/v1/claims", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+secret)
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		body, _ := io.ReadAll(resp.Body)
		return resp.StatusCode, string(body)
	}
	if status, body := asked(); status != 200 || !strings.Contains(body, `"state":"payment"`) {
		t.Errorf("with the key: %d %.200s", status, body)
	}

	// A webhook tells of the next claim, signed.
	told := make(chan string, 100)
	var hookSecret string
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if check, err := webhooks.NewWebhook(hookSecret); err != nil || check.Verify(body, r.Header) != nil {
			t.Errorf("a message is not signed: %v", err)
		}
		told <- string(body)
	}))
	t.Cleanup(receiver.Close)
	b.open("/webhooks")
	b.run(chromedp.SetValue("#url", receiver.URL))
	b.pressed("#new ~ form button.main", "#log")
	hookSecret = js[string](b, `document.querySelector("code.secret").textContent`)
	hook := js[string](b, "location.pathname")
	b.open("/submit")
	b.pressed(`form[action="/submit/sample"] button`, "#claims")
	select {
	case m := <-told:
		if strings.Contains(m, "Abernathy") || !strings.Contains(m, `"type"`) {
			t.Errorf("told: %s", m)
		}
	case <-time.After(2 * time.Minute):
		t.Fatal("nothing is told")
	}
	// The try is noted after its answer.
	js[bool](b, `(async () => { for (let i = 0; i < 200; i++) { const t = await (await fetch("`+hook+`")).text(); if (t.includes(">200<")) return true; } return false; })()`)
	b.open(hook)
	b.wants("200")
	b.open("/keys")
	b.pressed(`button[aria-label="Revoke the key billing-system"]`, "table")
	if status, _ := asked(); status != 401 {
		t.Errorf("with a key that was revoked: %d", status)
	}

	// The trail: who did what, found, exported, whole.
	b.open("/audit")
	b.run(chromedp.SetValue("#actor", "user:lena"), chromedp.SetValue("#action", "key."))
	b.pressed("form.filter button:not([formaction])", "table")
	b.wants("key.add", "key.revoke")
	if s := b.text(); strings.Contains(s, "claim.view") {
		t.Errorf("other entries are found:\n%s", s)
	}
	if csv := js[string](b, `fetch("/audit/export" + location.search).then((r) => r.text())`); !strings.HasPrefix(csv, "id,at,actor") || !strings.Contains(csv, "key.add") || strings.Contains(csv, "claim.view") {
		t.Errorf("the export of what was found: %.300s", csv)
	}
	b.pressed(`form[action="/audit/prove"] button`, "main")
	b.wants("Yes. Every entry follows")

	// The manager's reports: a number leads to its claims, and all of it is a table
	// for a spreadsheet.
	b.open("/reports")
	b.pressed(`a[href="/reports/payers"]`, "table.report")
	b.wants("Cascade Mutual Health")
	if n, _ := strconv.Atoi(js[string](b, `document.querySelector("table.report tbody td.n").textContent`)); n < 1 {
		t.Errorf("%d claims are counted", n)
	}
	b.pressed("table.report tbody th a", "tbody th a")
	b.wants("CASCADE MUTUAL HEALTH")
	b.pressed("tbody tr:last-child th a", "#life")
	b.wants("Where the money is")
	b.open("/reports/payers")
	if csv := js[string](b, `fetch(document.querySelector("a[download]").href).then((r) => r.text())`); !strings.HasPrefix(csv, "payer,") || !strings.Contains(csv, "CMHP1") {
		t.Errorf("the export: %.300s", csv)
	}
}
