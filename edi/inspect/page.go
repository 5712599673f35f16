package inspect

import (
	"bufio"
	"bytes"
	"cmp"
	_ "embed"
	"fmt"
	"html"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"claimwire/edi"
	"claimwire/edi/ack"
	"claimwire/edi/claim"
	"claimwire/edi/diag"
	"claimwire/edi/explain"
	"claimwire/edi/guide"
	"claimwire/edi/money"
	"claimwire/edi/remit"
	"claimwire/edi/status"
	"claimwire/edi/x12"
)

//go:embed page.css
var pageStyle string

// Style is the sheet of a fragment's page. What it says is for what stands
// within an element of class file.
func Style() string { return pageStyle }

// maxShown is how many segments a page shows in full. After them, claims
// without findings are counted and left out, so that a browser can open the
// page of a file of any length.
const maxShown = 10000

// nearby is how far around a place a page of that place alone reads and shows,
// in bytes: a claim is seldom longer.
const nearby = 256 << 10

// Page is how a file is shown as HTML.
type Page struct {
	Name string
	// Fragment leaves out the head and the name: it stands in another page, which has
	// the Style.
	Fragment bool
	// Shown is how many segments are shown in full; 0: 10,000.
	Shown int
	// Around shows only what stands around the segment at At, opened, and reads no
	// further: a claim of a file of any length.
	Around bool
	At     int64
	// More is said below a page of which something is left out: where all of it is.
	More string
}

// Write reads a file twice, each time from the reader that open gives, and
// writes its page. It gives what was found in what is shown.
func (o Page) Write(w io.Writer, open func() (io.Reader, error)) (*diag.List, error) {
	if o.Shown == 0 {
		o.Shown = maxShown
	}
	if o.More == "" {
		o.More = "claimwire inspect --format tree shows all."
	}
	found := &diag.List{}
	sink := edi.Sink{Report: found.Report}
	var claims summary
	var units []unit
	p := &page{Page: o, found: found, claimsOf: &claims, byOffset: map[int64][]*diag.Diagnostic{}}
	if !o.Around {
		claims.take(&sink)
	}
	sink.Segment = func(_ *edi.Set, _ int, _ guide.Match, seg *x12.Segment) {
		if u, ok := unitOf(seg); ok {
			units = append(units, u)
		}
	}
	p.noteEnvelopes(&sink)
	r, err := open()
	if err != nil {
		return found, err
	}
	if _, err := edi.Process(p.bounded(r), edi.Options{File: o.Name}, sink); err != nil {
		return found, err
	}
	if o.Around {
		p.narrow(units)
	}
	p.units = units
	markUnits(p.units, found)
	for i := range found.Items {
		d := &found.Items[i]
		p.byOffset[d.Offset] = append(p.byOffset[d.Offset], d)
	}
	if r, err = open(); err != nil {
		return found, err
	}
	b := bufio.NewWriterSize(w, 64<<10)
	p.w = b
	if err := p.show(p.bounded(r)); err != nil {
		return found, err
	}
	return found, b.Flush()
}

// bounded ends a reading some way after the place that is to be shown.
func (p *page) bounded(r io.Reader) io.Reader {
	if !p.Around {
		return r
	}
	return io.LimitReader(r, p.At+nearby)
}

// noteEnvelopes notes the envelopes that hold the place that is to be shown.
func (p *page) noteEnvelopes(sink *edi.Sink) {
	if !p.Around {
		return
	}
	note := func(to *int64) func(int64) {
		*to = -1
		return func(at int64) {
			if at <= p.At {
				*to = at
			}
		}
	}
	ic, group := note(&p.interchange), note(&p.group)
	sink.BeginInterchange = func(i *x12.Interchange) { ic(i.Offset) }
	sink.BeginGroup = func(g *x12.Group) { group(g.Offset) }
}

// narrow keeps of the units what is needed to understand the place: its own, the
// levels above it and the head of its set. What was found elsewhere is not said.
func (p *page) narrow(units []unit) {
	at := -1
	for i := range units {
		if units[i].offset <= p.At {
			at = i
		}
	}
	from, to := p.At-nearby, p.At+nearby
	p.near = map[int64]bool{}
	if at >= 0 {
		from = max(from, units[at].offset)
		if at+1 < len(units) {
			to = min(to, units[at+1].offset)
		}
		p.near[units[at].offset] = true
		above := map[string]bool{}
		for i := at - 1; i >= 0; i-- {
			if u := &units[i]; !u.leaf && !above[u.kind] {
				above[u.kind] = true
				p.near[u.offset] = true
			}
			if units[i].kind == "ST" {
				break
			}
		}
	}
	p.from, p.to = from, to
	kept := p.found.Items[:0]
	p.found.Errors, p.found.Suppressed = 0, 0
	for _, d := range p.found.Items {
		if d.Offset >= from && d.Offset < to {
			kept = append(kept, d)
			if d.Code.Severity() == diag.Error {
				p.found.Errors++
			}
		}
	}
	p.found.Items = kept
}

// page writes a file as one HTML page that needs nothing else: no script, no
// font, no address. Everything of the file is escaped and set apart (bdi), so
// that nothing in it can act or turn the text around it.
//
// Levels (loops that begin with an HL, and the groups of claims of an 835) are written as they come; every other
// loop is held until it ends, so that it can be open when something was found
// in it and closed when not.
type page struct {
	Page
	w        *bufio.Writer
	found    *diag.List
	byOffset map[int64][]*diag.Diagnostic
	set      *edi.Set
	open     []*pageLoop
	shown    int
	left     int // claims that were left out, of the set
	claims   int // of the set
	inSet    bool
	claimsOf *summary
	units    []unit
	unit     int // of units: the one that the segment at hand stands in
	direct   direct
	headed   bool // the set at hand

	// Around a place: what is shown of the units, which stretch is, and the envelopes
	// that hold it.
	near               map[int64]bool
	from, to           int64
	interchange, group int64
}

// direct are segments that stand in no loop that is held, such as the header of
// a set and of a level: they fold like a loop.
type direct struct {
	body  bytes.Buffer
	names []string
	rows  int
	found bool
}

// flushDirect writes them.
func (p *page) flushDirect() {
	d := &p.direct
	if d.rows == 0 {
		return
	}
	if d.rows == 1 && len(d.names) == 0 && !d.found { // an HL alone
		p.w.Write(d.body.Bytes())
		d.body.Reset()
		d.rows = 0
		return
	}
	open, class := "", "segments direct quiet"
	if d.found {
		open, class = " open", "segments direct"
	}
	fmt.Fprintf(p.w, "<details class=\"%s\"%s><summary>%s <small>%s</small></summary>\n", class, open, strings.Join(d.names, " · "), count(d.rows, "segment"))
	p.w.Write(d.body.Bytes())
	p.w.WriteString("</details>\n")
	d.body.Reset()
	d.names, d.rows, d.found = d.names[:0], 0, false
}

// unit is a stretch of a file that is shown or left out as a whole: a
// subscriber with dependants and claims, a patient of an acknowledgment, a claim
// payment.
type unit struct {
	offset int64
	kind   string // of an HL, its level; else the segment
	leaf   bool   // it may be left out: the others hold units
	found  bool
}

// unitOf says whether a segment begins a unit. Dependants stay with their
// subscriber.
func unitOf(seg *x12.Segment) (u unit, ok bool) {
	u.offset = seg.Offset
	switch seg.ID().String() {
	case "HL":
		u.kind = string(seg.Element(3))
		u.leaf = u.kind == "22" || u.kind == "PT"
		return u, u.kind != "23"
	case "CLP":
		u.kind, u.leaf = "CLP", true
		return u, true
	case "ST", "SE", "LX", "PLB":
		// An LX of a claim stands within its unit; that of an 835 opens none.
		u.kind = seg.ID().String()
		return u, seg.ID().String() != "LX"
	}
	return u, false
}

// markUnits notes which units something was found in.
func markUnits(units []unit, found *diag.List) {
	for i := range found.Items {
		at := found.Items[i].Offset
		n, _ := slices.BinarySearchFunc(units, at+1, func(u unit, o int64) int { return cmp.Compare(u.offset, o) })
		if n > 0 {
			units[n-1].found = true
		}
	}
}

// leftOut says whether a segment stands in a unit that is not shown, and counts
// its claim.
func (p *page) leftOut(seg *x12.Segment) bool {
	for p.unit+1 < len(p.units) && p.units[p.unit+1].offset <= seg.Offset {
		p.unit++
	}
	if p.Around {
		if seg.Offset >= p.from && seg.Offset < p.to {
			return false
		}
		return p.unit >= len(p.units) || p.units[p.unit].offset > seg.Offset || !p.near[p.units[p.unit].offset] || seg.Offset > p.to
	}
	if p.shown <= p.Shown || p.unit >= len(p.units) {
		return false
	}
	u := &p.units[p.unit]
	if !u.leaf || u.found || u.offset > seg.Offset {
		return false
	}
	switch seg.ID().String() {
	case "CLM", "CLP":
		p.claims++
		p.left++
	case "TRN":
		if p.set.ID == "277" {
			p.claims++
			p.left++
		}
	}
	return true
}

// pageLoop is an open loop.
type pageLoop struct {
	node  *guide.Node
	level bool // written as it comes
	claim bool
	head  string // what its first segment says
	card  string // of a claim: what it comes to, in words
	body  bytes.Buffer
	found int
	rows  int
	here  bool // the page is opened at a segment of it
}

// esc escapes a value of the file and sets it apart.
func esc(s string) string {
	if s == "" {
		return ""
	}
	if n := len(s); n > maxValue {
		return "<bdi>" + html.EscapeString(visible(s[:maxValue])) + "</bdi>… <small>(" + count(n, "character") + ")</small>"
	}
	return "<bdi>" + html.EscapeString(visible(s)) + "</bdi>"
}

// maxValue is how much of a value is shown, maxRaw of a segment.
const (
	maxValue = 200
	maxRaw   = 4000
)

// visible writes characters that cannot be seen, or that turn the text around
// them, as what they are.
func visible(s string) string {
	plain := true
	for i := 0; i < len(s) && plain; i++ {
		plain = s[i] >= 0x20 && s[i] < 0x7f
	}
	if plain {
		return s
	}
	if !utf8.ValidString(s) { // Latin-1
		r := make([]rune, len(s))
		for i := range len(s) {
			r[i] = rune(s[i])
		}
		s = string(r)
	}
	var b strings.Builder
	for _, r := range s {
		if r != utf8.RuneError && strconv.IsPrint(r) {
			b.WriteRune(r)
			continue
		}
		q := strconv.QuoteRuneToASCII(r)
		b.WriteString(q[1 : len(q)-1])
	}
	return b.String()
}

func (p *page) show(r io.Reader) error {
	warnings := 0
	for i := range p.found.Items {
		if p.found.Items[i].Code.Severity() == diag.Warning {
			warnings++
		}
	}
	if !p.Fragment {
		fmt.Fprintf(p.w, "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"+
			"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\"><meta name=\"referrer\" content=\"no-referrer\"><title>%s</title><style>%s</style></head><body class=\"file\">\n",
			html.EscapeString(visible(p.Name)), pageStyle)
	}
	verdict := `<p class="verdict good">Nothing is wrong in this file.</p>`
	if s := p.claimsOf; s.answers && s.todo > 0 {
		verdict = fmt.Sprintf(`<p class="verdict warn">%d of %s to look at; the file itself is valid.</p>`, s.todo, count(s.claims, "claim"))
	}
	switch {
	case p.found.Errors > 0:
		verdict = `<p class="verdict bad">` + count(p.found.Errors, "error") + also(warnings) + `: this file is not valid.</p>`
	case warnings > 0:
		verdict = `<p class="verdict warn">` + count(warnings, "warning") + `; the file is valid.</p>`
	}
	switch {
	case !p.Fragment:
		fmt.Fprintf(p.w, "<header><h1>%s</h1>%s</header>\n", esc(p.Name), verdict)
	case !p.Around:
		fmt.Fprintf(p.w, "%s\n", verdict)
	}
	if len(p.found.Items) > 0 && !p.Around {
		p.w.WriteString("<nav aria-label=\"Findings\"><h2>What was found</h2><ol class=\"list\">\n")
		for i := range p.found.Items {
			d := &p.found.Items[i]
			who := ""
			if d.Claim != "" {
				who = "claim " + esc(d.Claim) + ": "
			}
			fmt.Fprintf(p.w, "<li class=\"%s\"><a href=\"#o%d\">%s</a> %s%s <span class=\"hint\">%s</span></li>\n", severity(d), d.Offset, html.EscapeString(d.Code.String()), who, html.EscapeString(d.Message()), html.EscapeString(d.Hint()))
		}
		if p.found.Suppressed > 0 {
			fmt.Fprintf(p.w, "<li>and %s more, not listed</li>\n", count(p.found.Suppressed, "finding"))
		}
		p.w.WriteString("</ol></nav>\n<p class=\"only\"><label><input type=\"checkbox\" id=\"only\"> Show only where something was found</label></p>\n")
	}
	p.claimsOf.write(p.w)
	body := "main"
	if p.Fragment {
		body = "div"
	}
	fmt.Fprintf(p.w, "<%s>\n", body)
	_, err := edi.Process(r, edi.Options{File: p.Name, Types: 1 << 1}, edi.Sink{
		BeginInterchange: func(ic *x12.Interchange) {
			p.endSet()
			if p.Around && ic.Offset != p.interchange {
				return
			}
			usage := map[string]string{"P": "production", "T": "test"}[ic.Usage]
			fmt.Fprintf(p.w, "<h2 class=\"envelope\" id=\"o%d\">Interchange %s <small>from %s to %s, %s, %s %s</small></h2>\n", ic.Offset, esc(ic.Control), esc(strings.TrimSpace(ic.Sender)),
				esc(strings.TrimSpace(ic.Receiver)), usage, esc(isoDay6(ic.Date)), esc(clock(ic.Time)))
			p.findings(ic.Offset)
		},
		BeginGroup: func(g *x12.Group) {
			p.endSet()
			if p.Around && g.Offset != p.group {
				return
			}
			fmt.Fprintf(p.w, "<h3 class=\"envelope\" id=\"o%d\">Group %s <small>%s %s</small></h3>\n", g.Offset, esc(g.Control), esc(g.FunctionalID), esc(g.Version))
			p.findings(g.Offset)
		},
		BeginSet: func(s *edi.Set) {
			p.endSet()
			p.set, p.inSet, p.left, p.claims = s, true, 0, 0
			if p.headed = false; p.Around {
				return // the set that holds the place is headed by its first segment that is shown
			}
			p.headSet()
		},
		EndSet:       func(*edi.Set) { p.endSet() },
		Segment:      p.segment,
		Raw:          p.raw,
		Claim:        func(c *claim.Claim, _ *edi.Verdict) { p.card(func() string { return claimCard(c) }) },
		ClaimPayment: func(c *remit.ClaimPayment) { p.card(func() string { return paymentCard(c) }) },
		ClaimStatus:  func(c *status.ClaimStatus) { p.card(func() string { return statusCard(c) }) },
		Ack: func(k *ack.Interchange) {
			if p.Around && (k.Offset < p.from || k.Offset >= p.to) {
				return
			}
			fmt.Fprintf(p.w, "<p class=\"ta1%s\" id=\"o%d\">Answer to interchange %s: <b>%s</b> %s %s</p>\n", p.here(k.Offset), k.Offset, esc(k.Control), esc(k.Status), esc(k.Note), html.EscapeString(explain.Words("ta105", k.Note)))
			p.findings(k.Offset)
		},
	})
	p.endSet()
	for _, at := range slices.Sorted(maps.Keys(p.byOffset)) { // what stands in a trailer, between sets, or in a part that cannot be read
		fmt.Fprintf(p.w, "<div id=\"o%d\">\n", at)
		for _, d := range p.byOffset[at] {
			p.finding(p.w, d)
		}
		p.w.WriteString("</div>\n")
	}
	fmt.Fprintf(p.w, "</%s>\n", body)
	if !p.Fragment {
		p.w.WriteString("<footer>Names, meanings and advice are claimwire's own words, not those of the standard's publisher.</footer></body></html>\n")
	}
	return err
}

// headSet writes what a set is.
func (p *page) headSet() {
	p.headed = true
	s := p.set
	title := esc(s.GuideID) + ", a guide that is not known here"
	if s.Guide != nil {
		title = html.EscapeString(s.Guide.Title) + " <small>" + esc(s.GuideID) + "</small>"
	}
	fmt.Fprintf(p.w, "<section class=\"set\"><h3>%s <small>set %s</small></h3>\n", title, esc(s.Control))
}

// here marks the segment that the page is opened at.
func (p *page) here(offset int64) string {
	if p.Around && offset == p.At {
		return " here"
	}
	return ""
}

// card gives the claim that is open its card, once: what comes after belongs to
// claims that are left out.
func (p *page) card(make func() string) {
	for i := len(p.open) - 1; i >= 0; i-- {
		if l := p.open[i]; l.claim {
			if l.card == "" {
				l.card = make()
			}
			return
		}
	}
}

func also(warnings int) string {
	if warnings == 0 {
		return ""
	}
	return " and " + count(warnings, "warning")
}

func severity(d *diag.Diagnostic) string {
	if d.Code.Severity() == diag.Warning {
		return "warning"
	}
	return "error"
}

// out is where the innermost open loop is written to.
func (p *page) out() interface {
	WriteString(string) (int, error)
	Write([]byte) (int, error)
} {
	for i := len(p.open) - 1; i >= 0; i-- {
		if !p.open[i].level {
			return &p.open[i].body
		}
	}
	if p.inSet && p.set.Guide != nil {
		return &p.direct.body
	}
	return p.w
}

// findings writes what was found at an offset, and counts it with the loops
// that are open.
func (p *page) findings(offset int64) {
	for _, d := range p.byOffset[offset] {
		p.finding(p.out(), d)
		for _, l := range p.open {
			l.found++
		}
		p.direct.found = true
	}
	delete(p.byOffset, offset)
}

func (p *page) finding(w interface{ Write([]byte) (int, error) }, d *diag.Diagnostic) {
	at := d.Designator()
	if d.Loop != "" {
		at = d.Loop + " " + at
	}
	got := ""
	if d.Got != "" {
		got = " It is " + esc(d.Got) + "."
	}
	fmt.Fprintf(w, "<div class=\"finding %s\" role=\"note\"><b>%s</b> %s%s <span class=\"hint\">%s</span> <small>%s</small></div>\n", severity(d), d.Code,
		html.EscapeString(d.Message()), got, html.EscapeString(d.Hint()), html.EscapeString(at))
}

func (p *page) endSet() {
	if !p.inSet {
		return
	}
	p.inSet = false
	p.leaveTo(nil)
	p.flushDirect()
	if !p.headed {
		return
	}
	switch {
	case p.Around:
	case p.left > 0 && p.set.Guide == nil:
		fmt.Fprintf(p.w, "<p class=\"left\">%s more are left out.</p>\n", count(p.left, "segment"))
	case p.left > 0:
		fmt.Fprintf(p.w, "<p class=\"left\">%s of %d without findings are left out: a page shows %d segments in full. %s</p>\n",
			count(p.left, "claim"), p.claims, p.Shown, html.EscapeString(p.More))
	}
	p.w.WriteString("</section>\n")
}

func (p *page) segment(s *edi.Set, ordinal int, mt guide.Match, seg *x12.Segment) {
	if p.leftOut(seg) {
		return
	}
	if !p.headed {
		p.headSet()
	}
	if mt.Opened != nil {
		p.enter(mt.Opened, seg)
	} else if mt.Node != nil {
		p.leaveTo(mt.Node.Parent)
	}
	for _, l := range p.open {
		l.rows++
		l.here = l.here || p.here(seg.Offset) != ""
	}
	w := p.out()
	id := seg.ID().String()
	name := "a segment that does not belong here"
	if mt.Node != nil {
		name = mt.Node.Name
	}
	if w == &p.direct.body {
		p.direct.found = p.direct.found || p.here(seg.Offset) != ""
		if p.direct.rows++; len(p.direct.names) < 6 && id != "HL" && id != "ST" && id != "LX" {
			p.direct.names = append(p.direct.names, html.EscapeString(name)+directHeadline(id, seg))
		}
	}
	class := "seg"
	if plumbing[id] {
		class = "seg plain"
	}
	class += p.here(seg.Offset)
	fmt.Fprintf(w, "<div class=\"%s\" id=\"o%d\"><div class=\"what\"><span class=\"n\">%d</span> <b>%s</b> %s\n", class, seg.Offset, ordinal, esc(id), html.EscapeString(name))
	if mt.Node != nil && !plumbing[id] {
		p.values(w, mt.Node, seg)
	}
	fmt.Fprintf(w, "</div><code class=\"raw\">%s</code></div>\n", html.EscapeString(visible(string(seg.Raw()[:min(len(seg.Raw()), maxRaw)]))))
	p.findings(seg.Offset)
}

// raw shows a segment of a set whose guide is not known, as it stands.
func (p *page) raw(s *edi.Set, ordinal int, seg *x12.Segment) {
	if p.Around && (seg.Offset < p.At-nearby/64 || seg.Offset > p.At+nearby/64) {
		return
	}
	if !p.headed {
		p.headSet()
	}
	if p.shown++; p.shown > p.Shown {
		p.left++
		return
	}
	fmt.Fprintf(p.w, "<div class=\"seg plain%s\" id=\"o%d\"><div class=\"what\"><span class=\"n\">%d</span> <b>%s</b></div><code class=\"raw\">%s</code></div>\n", p.here(seg.Offset), seg.Offset, ordinal, esc(seg.ID().String()),
		html.EscapeString(visible(string(seg.Raw()[:min(len(seg.Raw()), maxRaw)]))))
	p.findings(seg.Offset)
}

// plumbing are segments whose values hold a file together and tell a reader
// nothing: they are shown as they stand alone.
var plumbing = map[string]bool{"ST": true, "SE": true, "HL": true, "LX": true}

// values writes the elements of a segment: name, value, meaning; amounts stand
// in a column.
func (p *page) values(w interface{ Write([]byte) (int, error) }, n *guide.Node, seg *x12.Segment) {
	began := false
	Elements(n, seg, func(e *guide.Element, value []byte, meaning string) {
		if !began {
			fmt.Fprint(w, "<dl>")
			began = true
		}
		text, class := string(value), ""
		if e.Number == "782" {
			if a, err := money.Parse(value); err == nil {
				text, class = a.String(), " class=\"amount\""
			}
		}
		if meaning != "" {
			meaning = " <i>" + html.EscapeString(meaning) + "</i>"
		}
		fmt.Fprintf(w, "<div><dt><abbr>%s</abbr> %s</dt><dd%s>%s%s</dd></div>", html.EscapeString(e.Designator), html.EscapeString(NameOf(e)), class, esc(text), meaning)
	})
	if began {
		fmt.Fprint(w, "</dl>\n")
	}
}

// directHeadline is what a segment of a header says in the line that it folds
// into.
func directHeadline(id string, seg *x12.Segment) string {
	v := ""
	switch id {
	case "BHT":
		v = esc(string(seg.Element(3)))
	case "BPR", "TRN", "SBR":
		v = strings.TrimSpace(headline(id, seg))
	}
	if v == "" {
		return ""
	}
	return " <b>" + v + "</b>"
}

// enter opens a loop below those around it that are open.
func (p *page) enter(loop *guide.Node, seg *x12.Segment) {
	p.leaveTo(loop.Parent)
	p.flushDirect()
	if loop.Parent == nil {
		return // the set itself
	}
	id := seg.ID().String()
	l := &pageLoop{node: loop, level: id == "HL" || loop.Loop == "2000" && id == "LX", claim: id == "CLM" || id == "CLP" || id == "TRN" && loop.Loop == "2200D", head: headline(id, seg)}
	if l.level {
		// A level within a loop that is held would come before it.
		for _, o := range p.open {
			l.level = l.level && o.level
		}
	}
	if l.level {
		fmt.Fprintf(p.w, "<div class=\"level\"><h4>%s <small>%s</small></h4>\n", html.EscapeString(loop.Name), html.EscapeString(loop.Loop))
	}
	p.open = append(p.open, l)
}

// leaveTo closes loops down to one that is open; nil closes all.
func (p *page) leaveTo(loop *guide.Node) {
	if len(p.open) > 0 && p.open[len(p.open)-1].node != loop {
		p.flushDirect()
	}
	for len(p.open) > 0 && p.open[len(p.open)-1].node != loop {
		l := p.open[len(p.open)-1]
		p.open = p.open[:len(p.open)-1]
		if l.level {
			p.w.WriteString("</div>\n")
			continue
		}
		if l.claim {
			p.claims++
			if p.shown > p.Shown && l.found == 0 && !l.here {
				p.left++
				continue
			}
		}
		if len(p.open) == 0 || p.open[len(p.open)-1].level {
			p.shown += l.rows
		}
		class, open := "loop", ""
		if l.claim {
			class = "loop claim"
		}
		if l.found > 0 || l.here || l.claim && (p.claims <= 3 || p.Around) || len(p.open) > 0 && !p.open[len(p.open)-1].level {
			open = " open"
		}
		if l.found == 0 {
			class += " quiet"
		}
		w := p.out()
		if w == &p.direct.body {
			p.flushDirect()
			w = p.w
		}
		fmt.Fprintf(w, "<details class=\"%s\"%s><summary><b>%s</b> %s <small>%s</small></summary>\n", class, open, html.EscapeString(l.node.Name), l.head, html.EscapeString(l.node.Loop))
		if l.card == "" {
			w.Write(l.body.Bytes())
		} else {
			w.WriteString(l.card)
			inner := ""
			if l.found > 0 || l.here {
				inner = " open"
			}
			fmt.Fprintf(w, "<details class=\"segments\"%s><summary>As it stands in the file <small>%s</small></summary>\n", inner, count(l.rows, "segment"))
			w.Write(l.body.Bytes())
			w.WriteString("</details>\n")
		}
		w.WriteString("</details>\n")
	}
}

// headline is what a loop's first segment says of it.
func headline(id string, seg *x12.Segment) string {
	e := func(i int) string { return strings.TrimSpace(string(seg.Element(i))) }
	amount := func(label string, i int) string {
		a, err := money.Parse(e(i))
		if err != nil {
			return ""
		}
		return fmt.Sprintf(" <span class=\"amount\">%s %s</span>", label, a)
	}
	switch id {
	case "CLM":
		return esc(e(1)) + amount("charge", 2)
	case "CLP":
		return esc(e(1)) + " " + html.EscapeString(explain.Words("clp02", e(2))) + amount("charge", 3) + amount("paid", 4)
	case "SVC":
		return esc(e(1)) + amount("charge", 2) + amount("paid", 3)
	case "NM1":
		return esc(strings.TrimSpace(e(4) + " " + e(3)))
	case "N1":
		return esc(e(2))
	case "TRN":
		return esc(e(2))
	case "LX":
		return esc(e(1))
	case "BPR":
		return amount("", 2)
	case "SBR":
		return html.EscapeString(explain.Words("sequence", e(1)))
	case "SVD":
		return esc(e(1)) + amount("paid", 2)
	}
	return ""
}
