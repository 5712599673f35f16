package edi

import (
	"io"
	"sync"

	"claimwire/edi/diag"
	"claimwire/edi/x12"
)

// Sets are checked side by side where the file can be read from any place and
// the sink wants no more than can be kept until its turn comes: findings,
// envelopes, records as JSON. One reader goes through the envelopes and passes
// over the sets; workers read the sets; what they say is handed on in the order
// of the file. That the envelopes were read rightly shows when a worker's set
// ends where the reader thought: if one does not, the file is read again, one
// set after the other, and the sink is told what it does not know yet.

// smallest is the smallest file that is read side by side.
const smallest = 1 << 20

// mostHands bounds how many sets are read at once.
const mostHands = 8

// sizes bound what is held of a file that is read side by side.
type sizes struct {
	job   int64 // sets are given to a hand together up to here, in bytes
	json  int   // what a hand hands on at once: bytes of records,
	items int   // and calls
	room  int   // bytes of records that wait, in all
}

var usualSizes = sizes{job: 256 << 10, json: 128 << 10, items: 256, room: 24 << 20}

// File is a file that can be read from any place, as *io.SectionReader and
// *bytes.Reader are.
type File interface {
	io.Reader
	io.ReaderAt
	Size() int64
}

// sideBySide says whether a file can be read so.
func sideBySide(r io.Reader, opt *Options, s *Sink) (File, bool) {
	f, ok := r.(File)
	return f, ok && opt.Workers > 1 && f.Size() >= smallest && opt.Payload == nil && opt.Narrow == nil &&
		s.Segment == nil && s.Ack == nil && s.Functional == nil && s.Claim == nil && s.ClaimPayment == nil && s.Remittance == nil &&
		s.ClaimStatus == nil && s.Payload == nil && s.Attachment == nil && s.StatusLevel == nil && s.Record == nil && s.Raw == nil
}

// item is one call of the sink.
type item struct {
	kind itemKind
	what any // of an envelope: it; of a set: the *Set as it was then
	n    int // of itemJSON: bytes
}

type itemKind uint8

const (
	itemReport itemKind = iota
	itemJSON
	itemBeginInterchange
	itemEndInterchange
	itemBeginGroup
	itemEndGroup
	itemBeginSet
	itemEndSet
	itemKinds
)

// batch is a stretch of calls.
type batch struct {
	items    []item
	findings []diag.Diagnostic // of the itemReports, in order
	json     []byte            // of the itemJSONs
}

// job is some sets that follow each other, or what is said between sets.
type job struct {
	sets  []handedSet
	bytes int64
	out   chan *batch // closed when the job is done
	end   chan int64  // where the last set should end, when it was not known at first; -1: nowhere
	done  jobResult   // once out is closed
}

type handedSet struct {
	*x12.Handover
	unreadable, groupFault bool  // see process
	end                    int64 // where it should end; -1: job.end will tell
}

type jobResult struct {
	sum     Summary
	missing map[string]int // see rule.CodeSets
	end     int64          // of the last set
	good    bool           // every set ended with its SE, and all but the last where they should
}

// crew reads one file: a reader of envelopes, and hands that read sets.
type crew struct {
	sizes
	p     *process // that Process made: it tells the sink
	file  File
	order chan *job // in which they are told
	work  chan *job
	quit  chan struct{} // closed when nobody listens any more
	spare chan *batch
	open  *Set
	told  [itemKinds]int // calls of the sink; of itemJSON bytes

	// Of the reader of envelopes, when order is closed:
	sum    Summary
	failed bool
}

// hand reads sets.
type hand struct {
	*process
	c   *crew
	sc  *x12.Scanner
	out chan *batch // of the job at hand; nil: nothing is sent
	b   *batch
}

// processSideBySide reads a file by several hands.
func (p *process) processSideBySide(f File, z sizes) (Summary, error) {
	workers := min(p.opt.Workers, mostHands)
	c := &crew{sizes: z, p: p, file: f, order: make(chan *job, workers+1), work: make(chan *job), quit: make(chan struct{}), spare: make(chan *batch, 64)}
	hands := make([]*hand, workers)
	var all sync.WaitGroup
	for i := range hands {
		hands[i] = c.newHand()
		all.Go(hands[i].work)
	}
	all.Go(c.envelopes)
	good := c.hear() && !c.failed
	close(c.quit)
	all.Wait()
	if !good {
		return c.again()
	}
	for _, h := range hands {
		for g, m := range h.matchers {
			p.matcherOf(g).AddUnchecked(m)
		}
	}
	p.sum.add(&c.sum)
	p.notChecked()
	return p.sum, nil
}

// newHand makes a process whose calls of the sink are kept.
func (c *crew) newHand() *hand {
	h := &hand{c: c, b: c.newBatch()}
	real, sink := c.p.sink, Sink{}
	if real.Report != nil {
		sink.Report = func(d diag.Diagnostic) {
			h.b.findings = append(h.b.findings, d)
			h.say(item{kind: itemReport})
		}
	}
	if real.JSON != nil {
		sink.Record = h.record
	}
	if real.BeginSet != nil || real.EndSet != nil {
		sink.BeginSet = func(s *Set) { h.say(item{kind: itemBeginSet, what: s.copy()}) }
		sink.EndSet = func(s *Set) { h.say(item{kind: itemEndSet, what: s.copy()}) }
	}
	sink.BeginInterchange = func(ic *x12.Interchange) { h.say(item{kind: itemBeginInterchange, what: ic}) }
	sink.EndInterchange = func(ic *x12.Interchange) { h.say(item{kind: itemEndInterchange, what: ic}) }
	sink.BeginGroup = func(g *x12.Group) { h.say(item{kind: itemBeginGroup, what: g}) }
	sink.EndGroup = func(g *x12.Group) { h.say(item{kind: itemEndGroup, what: g}) }
	h.process = newProcess(c.p.opt, sink)
	return h
}

func (s *Set) copy() *Set {
	c := *s
	return &c
}

func (c *crew) newBatch() *batch {
	select {
	case b := <-c.spare:
		return b
	default:
	}
	b := &batch{}
	if c.p.sink.JSON != nil {
		b.json = make([]byte, 0, c.json+16<<10)
	}
	return b
}

// say keeps a call, and sends the batch when it is full.
func (h *hand) say(i item) {
	h.b.items = append(h.b.items, i)
	if len(h.b.items) >= h.c.items {
		h.send()
	}
}

// record keeps a record.
func (h *hand) record(r Record) {
	b := h.b
	n := len(b.json)
	b.json = append(r.AppendJSON(b.json), '\n')
	if k := len(b.items) - 1; k >= 0 && b.items[k].kind == itemJSON {
		b.items[k].n += len(b.json) - n
	} else {
		b.items = append(b.items, item{kind: itemJSON, n: len(b.json) - n})
	}
	if len(b.json) >= h.c.json {
		h.send()
	}
}

// send hands the batch on, where somebody listens.
func (h *hand) send() {
	if h.out == nil {
		return
	}
	select {
	case h.out <- h.b:
		h.b = h.c.newBatch()
	case <-h.c.quit:
		*h.b = batch{}
	}
}

// work does jobs until there are no more.
func (h *hand) work() {
	h.sc = x12.NewScannerAt(h.c.file, x12.ScannerOptions{MaxSegment: h.opt.MaxSegment, Window: h.opt.Window, Payload: h.payload})
	for j := range h.c.work {
		h.out, h.sum = j.out, Summary{}
		j.done.good = true
		for _, s := range j.sets {
			if !h.readSet(s, &j.done) {
				j.done.good = false
				break
			}
		}
		j.done.sum, j.done.missing = h.sum, h.codes.TakeMissing()
		h.send()
		close(j.out)
	}
}

// readSet reads a set. It is false when the set does not end where it should,
// or nobody listens any more.
func (h *hand) readSet(s handedSet, r *jobResult) bool {
	h.unreadable, h.groupFault = s.unreadable, s.groupFault
	h.rd = s.Read(h.sc, diag.ReporterFunc(h.report))
	for n := 0; h.rd.Next(); n++ {
		if h.guideless != nil {
			h.sayGuideless()
		}
		if h.rd.Event() == x12.Body {
			h.segment()
			if n%4096 == 0 && h.c.over() {
				return false
			}
			continue
		}
		h.event()
		if h.rd.Event() == x12.SetEnd {
			seg := h.rd.Segment()
			if seg == nil {
				return false // it has no SE
			}
			r.end = seg.Offset + int64(len(seg.Raw())) + 1
			return s.end < 0 || s.end == r.end
		}
	}
	return false
}

// over says whether nobody listens any more.
func (c *crew) over() bool {
	select {
	case <-c.quit:
		return true
	default:
		return false
	}
}

// envelopes reads what stands around the sets and makes jobs of them.
func (c *crew) envelopes() {
	defer close(c.order)
	defer close(c.work)
	h := c.newHand()
	h.rd = x12.NewReader(x12.NewScanner(io.NewSectionReader(c.file, 0, c.file.Size()),
		x12.ScannerOptions{MaxSegment: h.opt.MaxSegment, Window: h.opt.Window}), diag.ReporterFunc(h.report))
	var next *job
	give := func() { // next to the hands
		if next != nil {
			select {
			case c.order <- next:
				select {
				case c.work <- next:
				case <-c.quit:
				}
			case <-c.quit:
			}
			next = nil
		}
	}
	tell := func() { // what is said since the last set
		if len(h.b.items) > 0 {
			give()
			j := &job{out: make(chan *batch, 1)}
			j.out <- h.b
			close(j.out)
			h.b = c.newBatch()
			select {
			case c.order <- j:
			case <-c.quit:
			}
		}
	}
	for h.rd.Next() && !c.over() {
		if h.rd.Event() != x12.SetStart {
			h.event()
			tell()
			continue
		}
		tell()
		s := handedSet{Handover: h.rd.HandOver(), unreadable: h.unreadable, groupFault: h.groupFault}
		if next == nil {
			next = &job{out: make(chan *batch, max(1, c.room/c.json/cap(c.order))), end: make(chan int64, 1)}
		}
		var ok bool
		if s.end, ok = h.rd.Pass(c.job); !ok {
			s.end = -1
			next.end <- -1
		}
		next.sets = append(next.sets, s)
		next.bytes += s.end - s.Offset
		long := next
		if s.end < 0 || next.bytes >= c.job {
			give()
		}
		for end := s.end; end < 0 && ok && !c.over(); {
			if end, ok = h.rd.Pass(c.job); !ok {
				end = -1
			}
			if end >= 0 || !ok {
				long.end <- end
			}
		}
		if !ok {
			c.failed = true
			return
		}
	}
	tell()
	give()
	c.sum, c.failed = h.sum, h.rd.Err() != nil
}

// hear tells the sink what the jobs say, in their order. It is false when the
// envelopes were not read rightly.
func (c *crew) hear() bool {
	for j := range c.order {
		for b := range j.out {
			c.tell(b)
			b.items, b.findings, b.json = b.items[:0], b.findings[:0], b.json[:0]
			select {
			case c.spare <- b:
			default:
			}
		}
		if len(j.sets) == 0 {
			continue
		}
		end := j.sets[len(j.sets)-1].end
		if end < 0 {
			end = <-j.end
		}
		if !j.done.good || j.done.end != end {
			return false
		}
		c.p.sum.add(&j.done.sum)
		c.p.codes.AddMissing(j.done.missing)
	}
	return true
}

// tell makes the calls of a batch.
func (c *crew) tell(b *batch) {
	sink := c.p.sink
	finding, json := 0, b.json
	for i := range b.items {
		it := &b.items[i]
		c.told[it.kind] += max(1, it.n)
		switch it.kind {
		case itemReport:
			sink.Report(b.findings[finding])
			finding++
		case itemJSON:
			sink.JSON(json[:it.n])
			json = json[it.n:]
		case itemBeginSet:
			c.open = it.what.(*Set)
			if sink.BeginSet != nil {
				sink.BeginSet(c.open)
			}
		case itemEndSet:
			*c.open = *it.what.(*Set)
			if sink.EndSet != nil {
				sink.EndSet(c.open)
			}
		case itemBeginInterchange:
			if sink.BeginInterchange != nil {
				sink.BeginInterchange(it.what.(*x12.Interchange))
			}
		case itemEndInterchange:
			if sink.EndInterchange != nil {
				sink.EndInterchange(it.what.(*x12.Interchange))
			}
		case itemBeginGroup:
			if sink.BeginGroup != nil {
				sink.BeginGroup(it.what.(*x12.Group))
			}
		case itemEndGroup:
			if sink.EndGroup != nil {
				sink.EndGroup(it.what.(*x12.Group))
			}
		}
	}
}

// again reads the file from its beginning, one set after the other, and tells
// the sink what it has not been told.
func (c *crew) again() (Summary, error) {
	real, sink, told := c.p.sink, Sink{}, &c.told
	sink.Report = unheard(&told[itemReport], real.Report)
	sink.BeginInterchange = unheard(&told[itemBeginInterchange], real.BeginInterchange)
	sink.EndInterchange = unheard(&told[itemEndInterchange], real.EndInterchange)
	sink.BeginGroup = unheard(&told[itemBeginGroup], real.BeginGroup)
	sink.EndGroup = unheard(&told[itemEndGroup], real.EndGroup)
	sink.BeginSet = unheard(&told[itemBeginSet], real.BeginSet)
	sink.EndSet = unheard(&told[itemEndSet], real.EndSet)
	if real.JSON != nil {
		sink.JSON = func(lines []byte) {
			n := min(told[itemJSON], len(lines))
			told[itemJSON] -= n
			if n < len(lines) {
				real.JSON(lines[n:])
			}
		}
	}
	return newProcess(c.p.opt, sink).read(io.NewSectionReader(c.file, 0, c.file.Size()))
}

// unheard leaves out the first calls of f, of which there have been told.
func unheard[T any](told *int, f func(T)) func(T) {
	if f == nil {
		return nil
	}
	return func(v T) {
		if *told > 0 {
			*told--
			return
		}
		f(v)
	}
}
