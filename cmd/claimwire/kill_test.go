package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"claimwire/edi"
	"claimwire/edi/claim"
	"claimwire/edi/x12"
)

// wasBuilt says that built was asked for.
var wasBuilt bool

// built is the command, built once for all tests that kill it.
var built = sync.OnceValues(func() (string, error) {
	wasBuilt = true
	dir, err := os.MkdirTemp("", "claimwire-test-")
	if err != nil {
		return "", err
	}
	file := filepath.Join(dir, "claimwire")
	if out, err := exec.Command("go", "build", "-o", file, ".").CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w\n%s", err, out)
	}
	return file, nil
})

// binary gives the command as a file of its own, to be killed.
func binary(t *testing.T) string {
	t.Helper()
	file, err := built()
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// patience is how long tests wait for what takes a moment: on a machine that does
// much else, that moment is long. How long it takes is no measure of anything.
const patience = "5m"

// TestKilledWhileItWorks kills the demo, gateway and payer together, again
// and again while it works, at moments of chance from a seed. At the end every
// claim has one true outcome, the same as when nothing is killed, and the payer
// got each claim once.
func TestKilledWhileItWorks(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("it takes some twenty seconds")
	}
	bin := binary(t)
	calm := exec.Command(bin, "demo", "--timeout", patience, "--format", "json", "--dir", filepath.Join(t.TempDir(), "calm"))
	want, err := calm.Output()
	if err != nil {
		t.Fatalf("undisturbed: %v\n%s", err, want)
	}
	dir := filepath.Join(t.TempDir(), "killed")
	rng := rand.New(rand.NewPCG(42, 42))
	killed := 0
	for range 25 {
		cmd := exec.Command(bin, "demo", "--format", "json", "--dir", dir)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		done := make(chan struct{})
		go func() { cmd.Wait(); close(done) }()
		select {
		case <-time.After(time.Duration(20+rng.IntN(380)) * time.Millisecond):
			cmd.Process.Kill()
			killed++
		case <-done:
		}
		<-done
	}
	last := exec.Command(bin, "demo", "--timeout", patience, "--format", "json", "--dir", dir)
	var stderr bytes.Buffer
	last.Stderr = &stderr
	got, err := last.Output()
	if err != nil {
		text, _ := exec.Command(bin, "demo", "--dir", dir).CombinedOutput()
		t.Fatalf("after %d kills: %v\n%s\n%s\n%s", killed, err, got, stderr.Bytes(), lastLines(text, 12))
	}
	if !bytes.Equal(got, want) {
		t.Errorf("after %d kills\n%swant\n%s", killed, got, want)
	}
	var sum struct {
		Encounters int
		Outcomes   map[string]int
	}
	if err := json.Unmarshal(got, &sum); err != nil {
		t.Fatal(err)
	}
	claims := takenByPayer(t, filepath.Join(dir, "payer", "home", "taken"))
	for trace, n := range claims {
		if n != 1 {
			t.Errorf("the payer got the claim with our number %s %d times", trace, n)
		}
	}
	if want := sum.Encounters - sum.Outcomes["held"]; len(claims) != want {
		t.Errorf("the payer got %d claims, want %d", len(claims), want)
	}
	if out, err := exec.Command(bin, "reconcile", "--dir", dir).CombinedOutput(); err != nil {
		t.Errorf("reconcile: %v\n%s", err, out)
	}
	t.Logf("killed %d times; %s", killed, got)
}

// takenByPayer counts the claims in the files that the payer took, by our own
// number, and finds interchange numbers that came twice.
func takenByPayer(t *testing.T, dir string) map[string]int {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no file was taken: %v", err)
	}
	claims, controls := map[string]int{}, map[string]bool{}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		_, err = edi.Process(bytes.NewReader(b), edi.Options{}, edi.Sink{
			BeginInterchange: func(ic *x12.Interchange) {
				if controls[ic.Control] {
					t.Errorf("interchange %s came twice", ic.Control)
				}
				controls[ic.Control] = true
			},
			Claim: func(c *claim.Claim, _ *edi.Verdict) { claims[strings.Clone(c.Reference(claim.ReferenceTrace))]++ },
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return claims
}

func lastLines(b []byte, n int) []byte {
	lines := bytes.Split(bytes.TrimSpace(b), []byte("\n"))
	return bytes.Join(lines[max(0, len(lines)-n):], []byte("\n"))
}
