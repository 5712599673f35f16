package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"claimwire/edi/drg"
	"claimwire/edi/mce"
)

type drgCmd struct {
	File    string `arg:"" help:"Inpatient stays, JSON Lines; - is standard input."`
	Codes   string `help:"Folder with CMS's grouper tables: msdrg_combined.bin, or the jar or zip that holds it." type:"existingdir" required:"" placeholder:"DIR"`
	Explain bool   `help:"Say beside each group why: what made the MDC, what weighed as CC or MCC and what did not and why, which formula won, and what one more thing in the record would change."`
}

// Help gives the shapes.
func (drgCmd) Help() string {
	return `One stay a line: {"id":…,"discharge_date":"2026-04-01" (or "version":431),"age":71,"sex":"F","discharge_status":"01",
"pdx":{"code":"I5021","poa":"Y"},"sdx":[…],"procedures":["02RF0KZ"]}. One answer a line, in the same order:
{"id":…,"drg":…,"mdc":…,"initial_drg":…,"initial_mdc":…,"grc":"OK"}. A line that cannot be read has an answer with
"error", and the command ends with 1.

` + example("drg --codes codes stays.jsonl")
}

type mceCmd struct {
	File  string `arg:"" help:"Inpatient stays, JSON Lines; - is standard input."`
	Codes string `help:"Folder with CMS's editor tables: mce.bin, or the jar or zip that holds it." type:"existingdir" required:"" placeholder:"DIR"`
}

// Help gives the shapes.
func (mceCmd) Help() string {
	return `One stay a line: {"id":…,"discharge_date":20260401,"age":71,"sex":2,"discharge_status":1,"los":3,"pdx":"I5021",
"sdx":["E119"],"procedures":["02RF0KZ"]}. One answer a line, in the same order: {"id":…,"edits":{"NAME":count}}. A line
that cannot be read has an answer with "error", one of a day that the tables do not answer for has "not_checked", and
the command ends with 1.

` + example("mce --codes codes stays.jsonl")
}

// stayLine is a stay as both commands read it: numbers may be text, codes may
// be objects with a POA indicator, dates have hyphens or not.
type stayLine struct {
	ID        json.RawMessage `json:"id"`
	Version   json.RawMessage `json:"version"`
	Discharge json.RawMessage `json:"discharge_date"`
	Age       json.RawMessage `json:"age"`
	Sex       json.RawMessage `json:"sex"`
	Status    json.RawMessage `json:"discharge_status"`
	LOS       json.RawMessage `json:"los"`
	PDX       codedLine       `json:"pdx"`
	SDX       []codedLine     `json:"sdx"`
	Codes     []codedLine     `json:"procedures"`
	Exempt    bool            `json:"poa_exempt_hospital"`
}

// codedLine is a code: text, or {"code","poa"}.
type codedLine struct {
	code, poa string
	given     bool
}

// UnmarshalJSON takes either form.
func (c *codedLine) UnmarshalJSON(b []byte) error {
	c.given = string(b) != "null"
	if len(b) > 1 && b[0] == '"' {
		if inner := b[1 : len(b)-1]; bytes.IndexByte(inner, '\\') < 0 {
			c.code = string(inner)
			return nil
		}
		return json.Unmarshal(b, &c.code)
	}
	if c.plain(b) {
		return nil
	}
	var o struct{ Code, POA string }
	err := json.Unmarshal(b, &o)
	c.code, c.poa = o.Code, o.POA
	return err
}

// plainCode is a code without point, blanks and in capitals.
func plainCode(s string) string {
	for i := 0; i < len(s); i++ {
		if c := s[i]; c != '.' && c != ' ' && (c < 'a' || c > 'z') {
			continue
		}
		b := append(make([]byte, 0, len(s)), s[:i]...)
		for ; i < len(s); i++ {
			switch c := s[i]; {
			case c == '.' || c == ' ':
			case c >= 'a' && c <= 'z':
				b = append(b, c&^0x20)
			default:
				b = append(b, c)
			}
		}
		return string(b)
	}
	return s
}

// text is a value that may be a number or text.
func text(b json.RawMessage) string {
	if len(b) > 1 && b[0] == '"' {
		var s string
		if json.Unmarshal(b, &s) == nil {
			return strings.TrimSpace(s)
		}
	}
	if bytes.Equal(b, []byte("null")) {
		return ""
	}
	return string(b)
}

func number(name string, b json.RawMessage) (int, error) {
	n, err := strconv.Atoi(text(b))
	if err != nil {
		return 0, fmt.Errorf("%s: is a whole number", name)
	}
	return n, nil
}

// day reads a date to CCYYMMDD.
func day(b json.RawMessage) (string, error) {
	s := strings.ReplaceAll(text(b), "-", "")
	if _, err := time.Parse("20060102", s); err != nil {
		return "", errors.New("discharge_date: is a day such as 2026-04-01")
	}
	return s, nil
}

// maxStay bounds a line in bytes.
const maxStay = 1 << 20

// stays reads lines in batches, lets two hands work on them, and writes the
// answers in the order of the lines. work appends an answer without line feed
// and says whether it is good.
func (a *app) stays(in *input, worker func() func(dst, line []byte, number int) ([]byte, bool)) error {
	type batch struct {
		first int
		lines []byte // with their feeds
		out   []byte
		good  bool
		done  chan struct{}
	}
	const hands, size = 2, 256 << 10
	todo, order := make(chan *batch), make(chan *batch, 2*hands)
	var wg sync.WaitGroup
	for range hands {
		wg.Add(1)
		go func() {
			defer wg.Done()
			work := worker()
			for b := range todo {
				b.good = true
				n := b.first
				for rest := b.lines; len(rest) > 0; n++ {
					line, after, _ := bytes.Cut(rest, []byte("\n"))
					rest = after
					line = bytes.TrimSpace(line)
					if len(line) == 0 {
						continue
					}
					good := false
					b.out, good = work(b.out, line, n)
					b.out = append(b.out, '\n')
					b.good = b.good && good
				}
				close(b.done)
			}
		}()
	}
	var readErr error
	go func() {
		defer close(order)
		defer close(todo)
		var rest []byte
		line := 1
		for end := false; !end; {
			buf := append(make([]byte, 0, size+len(rest)), rest...)
			for len(buf) < cap(buf) {
				n, err := in.Read(buf[len(buf):cap(buf)])
				buf = buf[:len(buf)+n]
				if err != nil {
					end = true
					if err.Error() != "EOF" {
						readErr = err
					}
					break
				}
			}
			cut := len(buf)
			if !end {
				if cut = bytes.LastIndexByte(buf, '\n') + 1; cut == 0 && len(buf) > maxStay {
					readErr = fmt.Errorf("line %d is longer than %d bytes", line, maxStay)
					return
				}
			}
			rest = buf[cut:]
			if cut == 0 {
				continue
			}
			b := &batch{first: line, lines: buf[:cut], done: make(chan struct{})}
			line += bytes.Count(b.lines, []byte("\n"))
			order <- b
			todo <- b
		}
	}()
	good := true
	for b := range order {
		<-b.done
		a.stdout.Write(b.out)
		good = good && b.good
	}
	wg.Wait()
	if readErr != nil {
		return fmt.Errorf("%s: %w", in.Name, readErr)
	}
	if !good {
		return errNotGood
	}
	return nil
}

// wrongStay is the answer to a line that cannot be read.
func wrongStay(dst []byte, id json.RawMessage, line int, err error) []byte {
	if len(id) == 0 {
		id = json.RawMessage("null")
	}
	text, _ := json.Marshal(fmt.Sprintf("line %d: %v", line, err))
	return append(append(append(append(append(dst, `{"id":`...), id...), `,"error":`...), text...), '}')
}

// groupers are the versions of the tables that were asked for so far.
type groupers struct {
	table []byte
	mu    sync.Mutex
	made  map[int]*drg.Grouper
}

func (g *groupers) version(v int) (*drg.Grouper, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if m, ok := g.made[v]; ok {
		if m == nil {
			return nil, fmt.Errorf("the tables do not hold version %d.%d", v/10, v%10)
		}
		return m, nil
	}
	m, err := drg.New(g.table, v)
	if err != nil {
		m = nil
	}
	g.made[v] = m
	if m == nil {
		return nil, fmt.Errorf("the tables do not hold version %d.%d", v/10, v%10)
	}
	return m, nil
}

// Run groups.
func (c *drgCmd) Run(a *app) error {
	table, err := findTable(c.Codes, "msdrg_combined.bin")
	if err != nil {
		return err
	}
	all := &groupers{table: table, made: map[int]*drg.Grouper{}}
	return a.eachInput([]string{c.File}, func(in *input) error {
		return a.stays(in, func() func(dst, line []byte, number int) ([]byte, bool) {
			sessions := map[int]*drg.Session{}
			var l stayLine // used again
			return func(dst, line []byte, n int) ([]byte, bool) {
				if !l.read(line) {
					return wrongStay(dst, nil, n, errors.New("it is not a JSON object of the shape of a stay")), false
				}
				stay, v, err := l.stay()
				if err == nil && sessions[v] == nil {
					var g *drg.Grouper
					if g, err = all.version(v); err == nil {
						sessions[v] = g.NewSession()
					}
				}
				if err != nil {
					return wrongStay(dst, l.ID, n, err), false
				}
				var why drg.Explanation
				var r drg.Result
				if c.Explain {
					why = sessions[v].Explain(stay)
					r = why.Result
				} else {
					r = sessions[v].Group(stay)
				}
				id := l.ID
				if len(id) == 0 {
					id = json.RawMessage("null")
				}
				dst = append(append(dst, `{"id":`...), id...)
				for _, f := range []struct {
					name string
					v    int
				}{{"drg", r.Final.DRG}, {"mdc", r.Final.MDC}, {"initial_drg", r.Initial.DRG}, {"initial_mdc", r.Initial.MDC}} {
					dst = strconv.AppendInt(append(append(append(dst, `,"`...), f.name...), `":`...), int64(f.v), 10)
				}
				dst = append(append(append(dst, `,"grc":"`...), r.ReturnCode...), '"')
				if c.Explain {
					dst = appendGrouping(dst, &why)
				}
				return append(dst, '}'), true
			}
		})
	})
}

// appendGrouping writes why a stay came to its group.
func appendGrouping(dst []byte, x *drg.Explanation) []byte {
	type weighed struct {
		Code     string `json:"code"`
		Severity string `json:"severity"`
		Weighs   bool   `json:"weighs"`
		Why      string `json:"why,omitempty"`
	}
	type used struct {
		Code  string   `json:"code"`
		Names []string `json:"names"`
	}
	type question struct {
		Ask   string `json:"ask"`
		DRG   int    `json:"drg"`
		Title string `json:"title"`
	}
	o := struct {
		Version   string     `json:"version"`
		Title     string     `json:"title"`
		MDCTitle  string     `json:"mdc_title"`
		Formula   string     `json:"formula"`
		Severity  string     `json:"severity"`
		Diagnoses []weighed  `json:"diagnoses"`
		Used      []used     `json:"used"`
		Questions []question `json:"questions"`
		Words     string     `json:"words"`
	}{fmt.Sprintf("%d.%d", x.Version/10, x.Version%10), x.Title, x.MDCTitle, x.Formula, x.Severity, []weighed{}, []used{}, []question{}, x.String()}
	for _, w := range x.Diagnoses {
		o.Diagnoses = append(o.Diagnoses, weighed(w))
	}
	for _, u := range x.Procedures {
		o.Used = append(o.Used, used(u))
	}
	for _, q := range x.Questions {
		o.Questions = append(o.Questions, question(q))
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false) // formulas have an ampersand
	if enc.Encode(o) != nil {
		return dst
	}
	return append(append(dst, `,"explanation":`...), bytes.TrimSpace(b.Bytes())...)
}

// stay makes what the grouper looks at, and says by which version.
func (l *stayLine) stay() (*drg.Stay, int, error) {
	v := 0
	if s := text(l.Version); s != "" {
		n, err := strconv.Atoi(strings.ReplaceAll(s, ".", ""))
		if err != nil {
			return nil, 0, errors.New("version: is a number such as 431")
		}
		if v = n; v < 100 {
			v *= 10
		}
	} else {
		d, err := day(l.Discharge)
		if err != nil {
			return nil, 0, err
		}
		v = drg.Version(d)
	}
	age, err := number("age", l.Age)
	if err != nil {
		return nil, 0, err
	}
	if !l.PDX.given { // an empty one is answered as CMS's program does: INVALID_PDX
		return nil, 0, errors.New("pdx: is missing")
	}
	s := &drg.Stay{Age: age, Sex: sexLetter(text(l.Sex)), DischargeStatus: text(l.Status), Principal: l.PDX.diagnosis(), ExemptHospital: l.Exempt,
		Secondary: make([]drg.Diagnosis, len(l.SDX)), Procedures: make([]string, len(l.Codes))}
	if len(s.DischargeStatus) == 1 {
		s.DischargeStatus = "0" + s.DischargeStatus
	}
	for i := range l.SDX {
		s.Secondary[i] = l.SDX[i].diagnosis()
	}
	for i := range l.Codes {
		s.Procedures[i] = plainCode(l.Codes[i].code)
	}
	return s, v, nil
}

func (c codedLine) diagnosis() drg.Diagnosis {
	d := drg.Diagnosis{Code: plainCode(c.code), PresentOnAdmission: ' '}
	if c.poa != "" {
		d.PresentOnAdmission = c.poa[0]
	}
	return d
}

// sexLetter takes letters, words and the numbers of the editor.
func sexLetter(s string) byte {
	switch s {
	case "1":
		return 'M'
	case "2":
		return 'F'
	case "", "0":
		return 'U'
	}
	switch c := s[0] &^ 0x20; c {
	case 'M', 'F':
		return c
	}
	return 'U'
}

// Run edits.
func (c *mceCmd) Run(a *app) error {
	b, err := findTable(c.Codes, "mce.bin")
	if err != nil {
		return err
	}
	tables, err := mce.Read(b)
	if err != nil {
		return err
	}
	return a.eachInput([]string{c.File}, func(in *input) error {
		return a.stays(in, func() func(dst, line []byte, number int) ([]byte, bool) {
			var l stayLine // used again
			return func(dst, line []byte, n int) ([]byte, bool) {
				if !l.read(line) {
					return wrongStay(dst, nil, n, errors.New("it is not a JSON object of the shape of a stay")), false
				}
				stay, err := l.edited()
				if err != nil {
					return wrongStay(dst, l.ID, n, err), false
				}
				id := l.ID
				if len(id) == 0 {
					id = json.RawMessage("null")
				}
				dst = append(append(append(dst, `{"id":`...), id...), `,"edits":{`...)
				if !tables.Covers(stay.Discharge) {
					dst = append(append(dst, `},"not_checked":"the tables end with `...), isoDay(tables.Last)...)
					return append(dst, `"}`...), false
				}
				counts := tables.Edit(stay)
				first := true
				for e, n := range counts {
					if n == 0 {
						continue
					}
					if !first {
						dst = append(dst, ',')
					}
					first = false
					dst = append(append(append(dst, '"'), mce.Edit(e).String()...), `":`...)
					dst = strconv.AppendInt(dst, int64(n), 10)
				}
				return append(dst, `}}`...), true
			}
		})
	})
}

// edited makes what the editor looks at.
func (l *stayLine) edited() (*mce.Stay, error) {
	d, err := day(l.Discharge)
	if err != nil {
		return nil, err
	}
	s := &mce.Stay{Principal: plainCode(l.PDX.code), Secondary: make([]string, len(l.SDX)), Procedures: make([]string, len(l.Codes))}
	s.Discharge, _ = strconv.Atoi(d)
	if s.Age, err = number("age", l.Age); err != nil {
		return nil, err
	}
	switch t := text(l.Sex); t {
	case "M", "m":
		s.Sex = 1
	case "F", "f":
		s.Sex = 2
	case "U", "u", "":
	default:
		if s.Sex, err = number("sex", l.Sex); err != nil {
			return nil, err
		}
	}
	if s.DischargeStatus, err = number("discharge_status", l.Status); err != nil {
		return nil, err
	}
	if s.LengthOfStay = -1; text(l.LOS) != "" {
		if s.LengthOfStay, err = number("los", l.LOS); err != nil {
			return nil, err
		}
	}
	for i := range l.SDX {
		s.Secondary[i] = plainCode(l.SDX[i].code)
	}
	for i := range l.Codes {
		s.Procedures[i] = plainCode(l.Codes[i].code)
	}
	return s, nil
}
