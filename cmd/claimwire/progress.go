package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/mattn/go-isatty"
)

// progress counts what is read and draws a bar on standard error when that is
// a terminal. In a pipe, and for inputs that are done at once, it draws
// nothing.
type progress struct {
	in      io.Reader
	out     io.Writer // nil: draws nothing
	name    string
	size    int64 // -1: not known
	read    int64
	started time.Time
	drawn   time.Time
}

// A bar appears after a moment and is then drawn a few times a second.
const (
	barAfter = 400 * time.Millisecond
	barEvery = 150 * time.Millisecond
	barWidth = 30
)

func newProgress(out io.Writer, in *input) *progress {
	p := &progress{in: in.Reader, name: in.Name, size: in.Size}
	if f, ok := out.(*os.File); ok && isatty.IsTerminal(f.Fd()) && os.Getenv("TERM") != "dumb" {
		p.out = out
		p.started = time.Now()
	}
	return p
}

// Read reads and, on a terminal, draws.
func (p *progress) Read(b []byte) (int, error) {
	n, err := p.in.Read(b)
	p.read += int64(n)
	if p.out != nil {
		if now := time.Now(); now.Sub(p.started) > barAfter && now.Sub(p.drawn) > barEvery {
			p.drawn = now
			io.WriteString(p.out, "\r\x1b[K"+p.bar(now.Sub(p.started)))
		}
	}
	return n, err
}

// bar is one line: name, bar, share, amount and rate.
func (p *progress) bar(took time.Duration) string {
	rate := float64(p.read) / 1e6 / max(took.Seconds(), 1e-3)
	if p.size <= 0 {
		return fmt.Sprintf("%s  %.1f MB  %.0f MB/s", p.name, float64(p.read)/1e6, rate)
	}
	share := min(float64(p.read)/float64(p.size), 1)
	full := int(share * barWidth)
	return fmt.Sprintf("%s  [%s%s] %3.0f%%  %.1f MB  %.0f MB/s", p.name,
		strings.Repeat("=", full), strings.Repeat(" ", barWidth-full), share*100, float64(p.read)/1e6, rate)
}

// stop clears the bar.
func (p *progress) stop() {
	if p.out != nil && !p.drawn.IsZero() {
		io.WriteString(p.out, "\r\x1b[K")
	}
}
