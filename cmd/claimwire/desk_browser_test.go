package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// chromium finds the browser; the tests that need one skip where there is none,
// and fail instead where CLAIMWIRE_NEED_CHROMIUM says that there has to be one.
func chromium(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "headless-shell"} {
		if p, err := exec.LookPath(name); err == nil {
			return p
		}
	}
	if os.Getenv("CLAIMWIRE_NEED_CHROMIUM") != "" {
		t.Fatal("no Chromium is installed, and CLAIMWIRE_NEED_CHROMIUM asks for one")
	}
	t.Skip("no Chromium is installed: pages are not looked at in a browser")
	return ""
}

// tab is a page in a real browser.
type tab struct {
	t    *testing.T
	ctx  context.Context
	base string
}

// openTab starts a browser. Its first navigation hangs at times on a machine that
// is busy: starting it is tried again, what a page does never is.
func openTab(t *testing.T, base string) *tab {
	t.Helper()
	bin := chromium(t)
	for try := 1; ; try++ {
		opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(bin), chromedp.WindowSize(1280, 900), chromedp.NoSandbox, chromedp.Flag("disable-dev-shm-usage", true),
			chromedp.WSURLReadTimeout(time.Minute))
		alloc, stopAlloc := chromedp.NewExecAllocator(context.Background(), opts...)
		ctx, stop := chromedp.NewContext(alloc)
		first := make(chan error, 1)
		go func() { first <- chromedp.Do(ctx, chromedp.Navigate(base+"/login")) }()
		var err error
		select {
		case err = <-first:
		case <-time.After(time.Minute):
			err = context.DeadlineExceeded
		}
		if err == nil {
			t.Cleanup(func() { stop(); stopAlloc() })
			return &tab{t, ctx, base}
		}
		stop()
		stopAlloc()
		if try == 4 {
			t.Fatalf("the browser does not start: %v", err)
		}
	}
}

// run does what a person does; each step waits as long as a slow machine needs.
func (b *tab) run(actions ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, 2*time.Minute)
	defer cancel()
	if err := chromedp.Do(ctx, actions...); err != nil {
		short, stop := context.WithTimeout(b.ctx, 10*time.Second)
		defer stop()
		at, _ := chromedp.Run(short, chromedp.Evaluate[string](`location.pathname + "\n" + document.body.innerText.slice(0, 1500)`))
		b.t.Fatalf("%v\nat %s", err, at)
	}
}

// js asks the page.
func js[T any](b *tab, expression string) T {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, 2*time.Minute)
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		b.t.Fatal(err)
	}
	return v
}

// open goes to a page.
func (b *tab) open(path string) {
	b.t.Helper()
	b.run(chromedp.Navigate(b.base+path), chromedp.WaitReady("main"))
}

// login logs in.
func (b *tab) login(login, password string) {
	b.t.Helper()
	b.open("/login")
	b.run(chromedp.SendKeys("#login", login), chromedp.SendKeys("#password", password+"\r"), chromedp.WaitReady(".bar"))
}

// picture keeps what the page looks like, where CLAIMWIRE_SHOTS names a folder.
func (b *tab) picture(name string) {
	b.t.Helper()
	dir := os.Getenv("CLAIMWIRE_SHOTS")
	if dir == "" {
		return
	}
	ctx, cancel := context.WithTimeout(b.ctx, 2*time.Minute)
	defer cancel()
	whole := true
	got, err := chromedp.Call(ctx, page.CaptureScreenshot, page.CaptureScreenshotParams{CaptureBeyondViewport: &whole})
	if err != nil {
		b.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name+".png"), got.Data, 0o644); err != nil {
		b.t.Fatal(err)
	}
}

// media turns the page light, dark, or into what is printed.
func (b *tab) media(kind, scheme string) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, time.Minute)
	defer cancel()
	if _, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: kind, Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"}}}); err != nil {
		b.t.Fatal(err)
	}
}

// text is what a person reads on the page.
func (b *tab) text() string {
	b.t.Helper()
	return js[string](b, `document.querySelector("main").innerText`)
}

func (b *tab) wants(texts ...string) {
	b.t.Helper()
	s := b.text()
	for _, w := range texts {
		if !strings.Contains(s, w) {
			b.t.Errorf("the page does not say %q:\n%.2000s", w, s)
		}
	}
}

// pressed presses a button of the page and waits for the next page.
func (b *tab) pressed(button, to string) {
	b.t.Helper()
	b.run(chromedp.Evaluate[chromedp.Void](`document.querySelector("main").classList.add("before")`), chromedp.Click(button), chromedp.WaitReady("main:not(.before)"), chromedp.WaitReady(to), loaded)
}
