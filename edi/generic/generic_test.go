package generic

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"claimwire/edi/guide"
	"claimwire/edi/record"
	"claimwire/edi/x12"
)

// gather takes the segments out of a record, in order, as text.
func gather(t *testing.T, content []any, loops int) (list []string) {
	if loops > 12 {
		t.Fatal("loops without end")
	}
	for _, item := range content {
		m := item.(map[string]any)
		if m["loop"] != nil {
			list = append(list, gather(t, m["content"].([]any), loops+1)...)
			continue
		}
		var elements []string
		for _, e := range m["elements"].([]any) {
			elements = append(elements, text(e))
		}
		list = append(list, strings.TrimRight(m["segment"].(string)+"*"+strings.Join(elements, "*"), "*"))
	}
	return list
}

func text(e any) string {
	switch e := e.(type) {
	case []any:
		var parts []string
		for _, c := range e {
			parts = append(parts, c.(string))
		}
		return strings.Join(parts, ":")
	case map[string]any:
		var parts []string
		for _, c := range e["repetitions"].([]any) {
			parts = append(parts, text(c))
		}
		return strings.Join(parts, "^")
	}
	return fmt.Sprint(e)
}

// Any set of any guide is given whole, in its order, a level a record.
func TestEverySegmentIsGiven(t *testing.T) {
	guides, err := guide.All()
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range guides {
		t.Run(g.ID+"/"+g.Set, func(t *testing.T) {
			for seed := range uint64(20) {
				s := g.Generate(seed, guide.GenerateOptions{Optional: 0.6, Repeats: 2, Segments: 400})
				for _, known := range []bool{true, false} {
					var got, want []string
					levels, records := 0, 0
					m := NewMapper(g, func(r *Record) {
						var v struct {
							Loop    string
							Level   map[string]string
							Content []any
						}
						b := r.AppendJSON(nil)
						if err := json.Unmarshal(b, &v); err != nil {
							t.Fatalf("%v: %s", err, b)
						}
						records++
						if v.Level != nil {
							levels++
						}
						got = append(got, gather(t, v.Content, 0)...)
					})
					if !known {
						m.g = nil
					}
					m.Begin(record.Source{}, nil)
					hl := 0
					for i := range s.Segments {
						seg := &s.Segments[i]
						if seg.Node.Segment.String() == "HL" {
							hl++
						}
						line := strings.TrimRight(seg.Node.Segment.String()+"*"+strings.Join(seg.Values, "*"), "*")
						if !strings.HasPrefix(line, "ST*") && !strings.HasPrefix(line, "SE*") {
							want = append(want, line)
						}
						mt := guide.Match{Node: seg.Node}
						if seg.Node.Parent.Children[0] == seg.Node {
							mt.Opened = seg.Node.Parent
						}
						if !known {
							mt = guide.Match{}
						}
						m.Segment(mt, x12.ParseSegment([]byte(line), x12.DefaultDelimiters), i+1)
					}
					m.End()
					if strings.Join(got, "\n") != strings.Join(want, "\n") {
						t.Fatalf("seed %d: got\n%s\nwant\n%s", seed, strings.Join(got, "\n"), strings.Join(want, "\n"))
					}
					if known && levels != hl || !known && records != 1 {
						t.Errorf("seed %d: %d levels of %d, %d records", seed, levels, hl, records)
					}
				}
			}
		})
	}
}

// A level without end is given in pieces.
func TestRecordsAreBounded(t *testing.T) {
	records, longest, segments := 0, 0, 0
	m := NewMapper(nil, func(r *Record) {
		b := r.AppendJSON(nil)
		if !json.Valid(b) || r.Continued != (records > 0) {
			t.Fatalf("record %d, continued %v", records, r.Continued)
		}
		records++
		longest = max(longest, len(b))
		segments += strings.Count(string(b), `"segment":"EB"`)
	})
	m.Begin(record.Source{}, nil)
	seg := x12.ParseSegment([]byte("EB*1*IND*30*HM*GOLD PLAN*27*500*.2*****"), x12.DefaultDelimiters)
	for i := range 50000 {
		m.Segment(guide.Match{}, seg, i+2)
	}
	m.End()
	if records < 3 || longest > maxRecord+64<<10 || segments != 50000 {
		t.Errorf("%d records, the longest of %d bytes, %d segments", records, longest, segments)
	}
}
