package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"strconv"
	"strings"

	"claimwire/edi"
	"claimwire/edi/ack"
	"claimwire/edi/diag"
	"claimwire/edi/explain"
	"claimwire/edi/guide"
	"claimwire/edi/inspect"
	"claimwire/edi/record"
	"claimwire/edi/x12"
)

type inspectCmd struct {
	File   string `arg:"" help:"X12 file; - is standard input."`
	Format string `help:"tree: every element; json; html: a page; text: what an answer (TA1, 999, 277, 835) says, in words." enum:"tree,json,html,text" default:"tree"`
}

func (inspectCmd) Help() string {
	return `Shows the file as people think of it: loops as a tree, every element with its name and what its code
means, and findings where they belong. It shows patients' data as they stand in the file.

` + example("inspect claims.edi", "inspect --format json claims.edi", "inspect --format html claims.edi > claims.html")
}

// maxInspect bounds what inspect holds of what it cannot read twice (standard
// input); a file is read twice from where it lies, once for the findings and
// once to show it.
const maxInspect = 512 << 20

func (c *inspectCmd) Run(a *app) error {
	return a.eachInput([]string{c.File}, func(in *input) error {
		again, err := twice(in)
		if err != nil {
			return err
		}
		if c.Format == "html" {
			found, err := inspect.Page{Name: in.Name}.Write(a.stdout, again)
			if err == nil && found.Errors > 0 {
				err = errNotGood
			}
			return err
		}
		found := diag.List{}
		r, err := again()
		if err != nil {
			return err
		}
		if _, err := edi.Process(r, edi.Options{File: in.Name}, edi.Sink{Report: found.Report}); err != nil {
			return err
		}
		if r, err = again(); err != nil {
			return err
		}
		if c.Format == "text" {
			err = inspect.Text(a.stdout, r, in.Name)
		} else {
			err = newView(a.stdout, c.Format == "json", &found).show(r, in.Name)
		}
		if err != nil {
			return err
		}
		if found.Errors > 0 {
			return errNotGood
		}
		return nil
	})
}

// twice gives a reader of the input from its beginning, as often as it is asked
// for.
func twice(in *input) (func() (io.Reader, error), error) {
	if f := in.file; f != nil {
		return func() (io.Reader, error) {
			_, err := f.Seek(0, io.SeekStart)
			return f, err
		}, nil
	}
	data, err := io.ReadAll(io.LimitReader(in, maxInspect+1))
	if err != nil {
		return nil, err
	}
	if len(data) > maxInspect {
		return nil, fmt.Errorf("%s is larger than %d MiB and cannot be read twice; give a file instead", in.Name, maxInspect>>20)
	}
	return func() (io.Reader, error) { return bytes.NewReader(data), nil }, nil
}

// view writes a file for reading. Findings stand with the segment at whose
// offset they were made.
type view struct {
	w        *bufio.Writer
	json     bool
	found    *diag.List
	byOffset map[int64][]*diag.Diagnostic
	open     []*guide.Node // loops that are open, outermost first
	buf      []byte
	rows     int
}

func newView(w *bufio.Writer, json bool, found *diag.List) *view {
	v := &view{w: w, json: json, found: found, byOffset: map[int64][]*diag.Diagnostic{}}
	for i := range found.Items {
		d := &found.Items[i]
		v.byOffset[d.Offset] = append(v.byOffset[d.Offset], d)
	}
	return v
}

func (v *view) show(r io.Reader, name string) error {
	sink := edi.Sink{
		BeginInterchange: func(ic *x12.Interchange) {
			usage := map[string]string{"P": "production", "T": "test"}[ic.Usage]
			v.line(0, "interchange", ic.Control, fmt.Sprintf("from %s to %s, %s, %s %s", ic.Sender, ic.Receiver, usage, ic.Date, ic.Time))
			v.findings(1, ic.Offset)
		},
		BeginGroup: func(g *x12.Group) {
			v.line(1, "group", g.Control, g.FunctionalID+" "+g.Version)
			v.findings(2, g.Offset)
		},
		BeginSet: func(s *edi.Set) {
			title := s.GuideID + ", a guide that is not known here"
			if s.Guide != nil {
				title = s.Guide.Title + " (" + s.GuideID + ")"
			}
			v.line(2, "set", s.Control, s.ID+" "+title)
			v.open = v.open[:0]
		},
		Segment: v.segment,
		Raw:     func(s *edi.Set, ordinal int, seg *x12.Segment) { v.segment(s, ordinal, guide.Match{}, seg) },
		Ack: func(k *ack.Interchange) {
			v.line(1, "acknowledgment", k.Control, strings.TrimSpace(k.Status+" "+k.Note+" "+explain.Words("ta105", k.Note)))
			v.findings(2, k.Offset)
		},
	}
	if v.json {
		v.w.WriteString(`{"file":`)
		v.w.Write(record.AppendString(nil, name))
		v.w.WriteString(`,"rows":[`)
	}
	_, err := edi.Process(r, edi.Options{File: name, Types: 1 << 1}, sink)
	if v.json {
		v.w.WriteString("\n],\"errors\":" + strconv.Itoa(v.found.Errors) + ",\"suppressed\":" + strconv.Itoa(v.found.Suppressed) + "}\n")
	} else if v.found.Suppressed > 0 {
		fmt.Fprintf(v.w, "and %s more, not shown\n", count(v.found.Suppressed, "finding"))
	}
	return err
}

// line writes an envelope or a loop.
func (v *view) line(depth int, kind, id, text string) {
	if v.json {
		v.row(depth, kind, id)
		v.buf = append(v.buf, `,"name":`...)
		v.buf = record.AppendString(v.buf, text)
		v.buf = append(v.buf, '}')
		v.w.Write(v.buf)
		return
	}
	fmt.Fprintf(v.w, "%s%s %s  %s\n", strings.Repeat("  ", depth), kind, printable(id), printable(text))
}

func (v *view) row(depth int, kind, id string) {
	v.buf = v.buf[:0]
	if v.rows > 0 {
		v.buf = append(v.buf, ',')
	}
	v.rows++
	v.buf = append(v.buf, "\n{\"depth\":"...)
	v.buf = strconv.AppendInt(v.buf, int64(depth), 10)
	v.buf = append(v.buf, `,"kind":"`...)
	v.buf = append(v.buf, kind...)
	v.buf = append(v.buf, `","id":`...)
	v.buf = record.AppendString(v.buf, id)
}

// findings writes what was found at an offset.
func (v *view) findings(depth int, offset int64) {
	for _, d := range v.byOffset[offset] {
		if v.json {
			v.row(depth, "finding", d.Code.String())
			v.buf = append(v.buf, `,"finding":`...)
			v.buf = appendFinding(v.buf, d)
			v.buf = append(v.buf, '}')
			v.w.Write(v.buf)
			continue
		}
		word := "!"
		if d.Code.Severity() == diag.Warning {
			word = "?"
		}
		at := d.Designator()
		if d.Loop != "" {
			at = d.Loop + "/" + at
		}
		fmt.Fprintf(v.w, "%s%s %s %v: %s\n", strings.Repeat("  ", depth), word, at, d.Code, d.Message())
	}
	delete(v.byOffset, offset)
}

func (v *view) segment(s *edi.Set, ordinal int, mt guide.Match, seg *x12.Segment) {
	if mt.Opened != nil {
		v.enter(mt.Opened)
	} else if mt.Node != nil {
		v.leaveTo(mt.Node.Parent)
	}
	depth := 3 + len(v.open)
	if mt.Node == nil {
		if v.json {
			v.row(depth, "segment", seg.ID().String())
			v.buf = append(v.buf, `,"segment":`...)
			v.buf = strconv.AppendInt(v.buf, int64(ordinal), 10)
			v.buf = append(v.buf, `,"raw":`...)
			v.buf = record.AppendString(v.buf, seg.Raw())
			v.buf = append(v.buf, '}')
			v.w.Write(v.buf)
		} else {
			fmt.Fprintf(v.w, "%s%4d %s\n", strings.Repeat("  ", depth), ordinal, printable(string(seg.Raw())))
		}
	} else if v.json {
		v.segmentJSON(depth, ordinal, mt.Node, seg)
	} else {
		v.segmentText(depth, ordinal, mt.Node, seg)
	}
	v.findings(depth+1, seg.Offset)
}

// enter opens a loop below those around it that are open.
func (v *view) enter(loop *guide.Node) {
	v.leaveTo(loop.Parent)
	if loop.Parent == nil {
		return // the set itself
	}
	v.line(3+len(v.open), "loop", loop.Loop, loop.Name)
	v.open = append(v.open, loop)
}

func (v *view) leaveTo(loop *guide.Node) {
	for len(v.open) > 0 && v.open[len(v.open)-1] != loop {
		v.open = v.open[:len(v.open)-1]
	}
}

func (v *view) segmentText(depth, ordinal int, n *guide.Node, seg *x12.Segment) {
	pad := strings.Repeat("  ", depth)
	fmt.Fprintf(v.w, "%s%4d %s  %s\n", pad, ordinal, seg.ID(), n.Name)
	inspect.Elements(n, seg, func(e *guide.Element, value []byte, meaning string) {
		fmt.Fprintf(v.w, "%s       %-9s %-44s %s", pad, e.Designator, inspect.NameOf(e), printable(string(value)))
		if meaning != "" {
			fmt.Fprintf(v.w, "  (%s)", meaning)
		}
		v.w.WriteByte('\n')
	})
}

func (v *view) segmentJSON(depth, ordinal int, n *guide.Node, seg *x12.Segment) {
	v.row(depth, "segment", seg.ID().String())
	v.buf = append(v.buf, `,"name":`...)
	v.buf = record.AppendString(v.buf, n.Name)
	v.buf = append(v.buf, `,"segment":`...)
	v.buf = strconv.AppendInt(v.buf, int64(ordinal), 10)
	v.buf = append(v.buf, `,"offset":`...)
	v.buf = strconv.AppendInt(v.buf, seg.Offset, 10)
	v.buf = append(v.buf, `,"elements":[`...)
	first := true
	inspect.Elements(n, seg, func(e *guide.Element, value []byte, meaning string) {
		if !first {
			v.buf = append(v.buf, ',')
		}
		first = false
		v.buf = append(v.buf, `{"id":`...)
		v.buf = record.AppendString(v.buf, e.Designator)
		v.buf = append(v.buf, `,"name":`...)
		v.buf = record.AppendString(v.buf, inspect.NameOf(e))
		v.buf = append(v.buf, `,"value":`...)
		v.buf = record.AppendString(v.buf, value)
		if meaning != "" {
			v.buf = append(v.buf, `,"meaning":`...)
			v.buf = record.AppendString(v.buf, meaning)
		}
		v.buf = append(v.buf, '}')
	})
	v.buf = append(v.buf, "]}"...)
	v.w.Write(v.buf)
}
