package x12

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"

	"claimwire/edi/diag"
)

// The header segments of the test files, without terminator.
const (
	testISA = "ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *261015*0930*^*00501*000000101*0*T*:"
	testGS  = "GS*HC*SENDER*RECEIVER*20261015*0930*101*X*005010X222A1"
	testTA1 = "TA1*000000100*261014*0930*A*000"
)

// whole is a small, valid file.
const whole = `ISA~GS~ST*837*0001*005010X222A1~BHT*0019*00*1*20261015*0930*CH~SE*3*0001~GE*1*101~IEA*1*000000101~`

// fill writes out ISA~, GS~ and TA1~ of a test file, and leaves out its line
// breaks and what indents it.
func fill(s string) string {
	lines := strings.Split(s, "\n")
	for i := range lines {
		lines[i] = strings.TrimLeft(lines[i], "\t")
	}
	s = strings.Join(lines, "")
	for _, h := range []string{testISA, testGS, testTA1} {
		id, _, _ := strings.Cut(h, "*")
		for _, before := range []string{"~", "⟧", "¦"} {
			for range 2 { // the second time for those that follow one another
				s = strings.ReplaceAll(s, before+id+"~", before+h+"~")
			}
		}
		if strings.HasPrefix(s, id+"~") {
			s = h + s[len(id):]
		}
	}
	return strings.ReplaceAll(s, "¦", "")
}

// A mark in a test file says that a finding is expected where it stands:
//
//	IEA*⟦E1031⟧2*000000101~
//
// in that segment, at that element (none when it stands before the identifier),
// with the ordinal that the segment has in its set. What is not so is said:
// ⟦E1207 id=SE ordinal=3⟧.
type mark struct {
	code    string
	id      string
	offset  int64
	element int
	ordinal int
}

func (m mark) String() string {
	return fmt.Sprintf("%s %s element %d, ordinal %d, offset %d", m.code, m.id, m.element, m.ordinal, m.offset)
}

func unmark(t *testing.T, s string) (string, []mark) {
	t.Helper()
	var out strings.Builder
	var marks []mark
	segment, element, ordinal := 0, 0, 0
	var open []int // marks of this segment whose id is still to be read
	for len(s) > 0 {
		if text, rest, ok := strings.Cut(s, "⟧"); ok && strings.HasPrefix(s, "⟦") {
			w := strings.Fields(strings.TrimPrefix(text, "⟦"))
			m := mark{code: w[0], offset: int64(segment), element: element, ordinal: ordinal}
			for _, w := range w[1:] {
				key, value, _ := strings.Cut(w, "=")
				n, _ := strconv.Atoi(value)
				switch key {
				case "id":
					m.id = value
					if value == "none" {
						m.id = " "
					}
				case "ordinal":
					m.ordinal = n
				case "element":
					m.element = n
				case "offset":
					m.offset += int64(n)
				default:
					t.Fatalf("mark %q", text)
				}
			}
			if m.id == "" {
				open = append(open, len(marks))
			}
			marks = append(marks, m)
			s = rest
			continue
		}
		c := s[0]
		s = s[1:]
		out.WriteByte(c)
		switch c {
		case '*':
			element++
		case '~':
			text := out.String()[segment:]
			id, _, _ := strings.Cut(strings.TrimSuffix(text, "~"), "*")
			for _, i := range open {
				marks[i].id = id
				if id == "ST" && marks[i].ordinal == 0 {
					marks[i].ordinal = 1
				}
			}
			open = open[:0]
			segment, element = out.Len(), 0
			switch {
			case id == "ST":
				ordinal = 2
			case id == "SE" || id == "GE" || id == "IEA":
				ordinal = 0
			case ordinal > 0:
				ordinal++
			}
		}
	}
	for i := range marks {
		marks[i].id = strings.TrimSpace(marks[i].id)
	}
	return out.String(), marks
}

func found(l *diag.List) []mark {
	var out []mark
	for _, d := range l.Items {
		out = append(out, mark{d.Code.String(), d.SegmentID, d.Offset, d.Element, d.Segment})
	}
	return out
}

func same(got, want []mark) bool {
	if len(got) != len(want) {
		return false
	}
	left := append([]mark(nil), want...)
next:
	for _, g := range got {
		for i, w := range left {
			if g == w {
				left = append(left[:i], left[i+1:]...)
				continue next
			}
		}
		return false
	}
	return true
}

// drain reads a file to its end and checks what holds of every file: every
// Start has its End, and ordinals count.
func drain(t testing.TB, rd *Reader) (events []string) {
	t.Helper()
	var open []EventKind
	ordinal := 0
	for rd.Next() {
		name := ""
		if seg := rd.Segment(); seg != nil {
			name = seg.ID().String()
		}
		if rd.Synthetic() != (rd.Segment() == nil) {
			t.Fatalf("event %d: synthetic %v, segment %v", rd.Event(), rd.Synthetic(), rd.Segment())
		}
		events = append(events, eventNames[rd.Event()]+":"+name)
		switch e := rd.Event(); e {
		case InterchangeStart, GroupStart, SetStart:
			if len(open) != map[EventKind]int{InterchangeStart: 0, GroupStart: 1, SetStart: 2}[e] {
				t.Fatalf("event %s inside %v", eventNames[e], open)
			}
			open = append(open, e)
			ordinal = 0
			if e == SetStart {
				ordinal = 1
			}
		case InterchangeEnd, GroupEnd, SetEnd:
			want := map[EventKind]EventKind{InterchangeEnd: InterchangeStart, GroupEnd: GroupStart, SetEnd: SetStart}[e]
			if len(open) == 0 || open[len(open)-1] != want {
				t.Fatalf("event %s inside %v", eventNames[e], open)
			}
			open = open[:len(open)-1]
			if e == SetEnd {
				ordinal++
			}
		case Body:
			if len(open) != 3 {
				t.Fatalf("body inside %v", open)
			}
			ordinal++
		case Stray, InterchangeAck:
			if len(open) == 3 || len(open) == 0 {
				t.Fatalf("%s inside %v", eventNames[e], open)
			}
		}
		if rd.Ordinal() < ordinal {
			t.Fatalf("ordinal %d, at least %d expected", rd.Ordinal(), ordinal)
		}
		ordinal = rd.Ordinal()
		if rd.Event() == SetEnd {
			ordinal = 0
		}
		if (rd.Interchange() == nil) || (rd.Group() != nil) != (len(open) >= 2 || rd.Event() == GroupEnd) ||
			(rd.Set() != nil) != (len(open) == 3 || rd.Event() == SetEnd) {
			t.Fatalf("event %s: interchange %v, group %v, set %v", eventNames[rd.Event()], rd.Interchange(), rd.Group(), rd.Set())
		}
	}
	if rd.Event() != EndOfFile || len(open) != 0 && rd.Err() == nil {
		t.Fatalf("at the end: event %d, open %v", rd.Event(), open)
	}
	return events
}

var eventNames = map[EventKind]string{
	InterchangeStart: "interchange", InterchangeAck: "ack", GroupStart: "group", SetStart: "set", Body: "body",
	Stray: "stray", SetEnd: "/set", GroupEnd: "/group", InterchangeEnd: "/interchange",
}

func TestReaderFindings(t *testing.T) {
	const set = "ST*837*0001*005010X222A1~BHT*0019~SE*3*0001~"
	tests := []struct{ name, file string }{
		{"whole", whole},
		{"two interchanges", whole + strings.Replace(fill(whole), "000000101", "000000102", 2)},
		{"acks and groups", "ISA~TA1~TA1~GS~" + set + "GE*1*101~IEA*1*000000101~"},
		{"acks only", "ISA~TA1~IEA*0*000000101~"},
		{"leading zeros in numbers", "ISA~GS~ST*837*0001~SE*02*0001~GE*001*000101~IEA*00001*000000101~"},
		{"padding after the end", whole + "\r\n \x1a"},
		{"4010", strings.Replace(fill(whole), "*^*00501*", "*U*00401*", 1)},
		{"000602", strings.Replace(fill(whole), "*00501*", "*00602*", 1)},

		{"guide in ST03 only", strings.Replace(fill(whole), "X*005010X222A1~", "X*005010~", 1)},
		{"indented", strings.ReplaceAll(fill(whole), "~", "~\r\n \u0009 ")},

		{"empty file", "⟦E1001 id=ISA⟧"},
		{"blank file", "⟦E1001 id=ISA offset=3⟧   "},
		{"prose", "⟦E1001 id=ISA⟧Dear partner, the LISA file is attached.\n"},
		{"prose before", "⟦E1002 id=none⟧Dear partner, the LISA file is attached. ISA*~¦" + whole},
		{"prose between", whole + "⟦E1002 id=none⟧PAGE 2\n~¦" + strings.Replace(fill(whole), "000000101", "000000102", 2)},
		{"prose after", whole + "⟦E1002 id=none⟧That was all."},
		{"mark of byte order", "⟦E1003 id=none⟧\xEF\xBB\xBF¦" + whole},
		{"mark of byte order only", "⟦E1001 id=ISA offset=3⟧⟦E1003 id=none⟧\xEF\xBB\xBF"},
		{"group without interchange", "⟦E1001 id=ISA⟧GS~" + set + "GE*1*101~"},

		{"IEA01", "ISA~GS~" + set + "GE*1*101~IEA*⟦E1031⟧2*000000101~"},
		{"IEA01 text", "ISA~GS~" + set + "GE*1*101~IEA*⟦E1031⟧ONE*000000101~"},
		{"IEA01 empty", "ISA~GS~" + set + "GE*1*101~IEA*⟦E1031⟧*000000101~"},
		{"IEA02", "ISA~GS~" + set + "GE*1*101~IEA*1*⟦E1032⟧000000102~"},
		{"IEA02 short", "ISA~GS~" + set + "GE*1*101~IEA*1*⟦E1032⟧101~"},
		{"IEA bare", "ISA~GS~" + set + "GE*1*101~IEA⟦E1031 element=1⟧⟦E1032 element=2⟧~"},
		{"IEA03", "ISA~GS~" + set + "GE*1*101~IEA*1*000000101*⟦E1034⟧1~"},
		{"IEA missing at the end", "ISA~GS~" + set + "GE*1*101~⟦E1033 id=IEA⟧"},
		{"IEA missing before ISA", "ISA~GS~" + set + "GE*1*101~⟦E1033 id=IEA⟧" + strings.Replace(fill(whole), "000000101", "000000102", 2)},
		{"ISA in a set", "ISA~GS~ST*837*0001~BHT*0019~⟦E1033 id=IEA ordinal=0⟧" + strings.Replace(fill(whole), "000000101", "000000102", 2)},
		{"ISA repeated", whole + strings.Replace(fill(whole), "*000000101*", "*⟦E1035⟧000000101*", 1)},
		{"ISA repeated by another sender", whole + strings.Replace(fill(whole), "SENDER ", "OTHER  ", 1)},
		{"last terminator missing", strings.TrimSuffix(fill(whole), "IEA*1*000000101~") + "⟦E1036 id=IEA⟧IEA*1*000000101\n"},
		{"empty interchange", "ISA~⟦E1037⟧IEA*0*000000101~"},
		{"empty interchanges", "ISA~⟦E1037⟧IEA*0*000000101~" + strings.Replace(testISA, "0101*", "0102*", 1) + "~⟦E1037⟧IEA*0*000000102~"},
		{"segment before GS", "ISA~⟦E1038⟧REF*EI*1~REF*EI*2~GS~" + set + "GE*1*101~IEA*1*000000101~"},
		{"segment after GE", "ISA~GS~" + set + "GE*1*101~⟦E1038⟧REF*EI*1~IEA*1*000000101~"},
		{"TA1 after a group", "ISA~GS~" + set + "GE*1*101~⟦E1039⟧TA1~IEA*1*000000101~"},
		{"TA1 in a group", "ISA~GS~⟦E1039⟧TA1~" + set + "GE*1*101~IEA*1*000000101~"},
		{"TA1 elements", "ISA~TA1*⟦E1040⟧1*⟦E1040⟧261314*⟦E1040⟧2460*⟦E1040⟧B*⟦E1040⟧032*⟦E1040⟧~IEA*0*000000101~"},
		{"empty segment", "ISA~⟦E1042 id=none⟧~GS~" + set + "GE*1*101~IEA*1*000000101~"},

		{"cut in a segment", "ISA~GS~ST*837*0001~BHT*0019~⟦E1008 id=NM1 ordinal=3⟧NM1*85*2*PRAI"},
		{"cut in the trailer of a set", "ISA~GS~ST*837*0001~BHT*0019~⟦E1008 id=SE ordinal=3⟧SE*3*00"},
		{"cut after a segment", "ISA~GS~ST*837*0001~BHT*0019~⟦E1008 id=IEA ordinal=3⟧"},
		{"cut after a set", "ISA~GS~" + set + "⟦E1008 id=IEA⟧"},
		{"cut in ISA", "⟦E1008 id=ISA⟧ISA*00*          *00*    "},
		{"cut in GS", "ISA~⟦E1008 id=GS⟧GS*HC*SEND"},

		{"GS01", "ISA~GS*⟦E1101⟧ZZ*SENDER*RECEIVER*20261015*0930*101*X*005010X222A1~" + set + "GE*1*101~IEA*1*000000101~"},
		{"GS02 to GS05", "ISA~GS*HC*⟦E1102⟧A*⟦E1103⟧0123456789ABCDEF*⟦E1104⟧20260229*⟦E1105⟧24*101*X*005010X222A1~" + set + "GE*1*101~IEA*1*000000101~"},
		{"GS06 and GS07", "ISA~GS*HC*SENDER*RECEIVER*20261015*0930*⟦E1106⟧1234567890*⟦E1107⟧T*005010X222A1~" + set + "GE*1*1234567890~IEA*1*000000101~"},
		{"GS08", "ISA~GS*HC*SENDER*RECEIVER*20261015*0930*101*X*⟦E1108⟧5010~" + set + "GE*1*101~IEA*1*000000101~"},
		{"GS09", "ISA~GS*HC*SENDER*RECEIVER*20261015*0930*101*X*005010X222A1*⟦E1109⟧1~" + set + "GE*1*101~IEA*1*000000101~"},
		{"GS of another kind", "ISA~GS*⟦E1101⟧HP*SENDER*RECEIVER*20261015*0930*101*X*005010X222A1~" + set + "ST*837*0002*005010X222A1~SE*2*0002~GE*2*101~IEA*1*000000101~"},
		{"GE01", "ISA~GS~" + set + "GE*⟦E1111⟧2*101~IEA*1*000000101~"},
		{"GE02", "ISA~GS~" + set + "GE*1*⟦E1112⟧102~IEA*1*000000101~"},
		{"GE03", "ISA~GS~" + set + "GE*1*101*⟦E1114⟧1~IEA*1*000000101~"},
		{"GE missing before IEA", "ISA~GS~" + set + "⟦E1113 id=GE⟧IEA*1*000000101~"},
		{"GE missing before GS", "ISA~GS~" + set + "⟦E1113 id=GE⟧GS*HC*SENDER*RECEIVER*20261015*0930*102*X*005010X222A1~" + set + "GE*1*102~IEA*2*000000101~"},
		{"SE and GE missing", "ISA~GS~ST*837*0001~BHT*0019~⟦E1113 id=GE ordinal=0⟧IEA*1*000000101~⟧"[:len("ISA~GS~ST*837*0001~BHT*0019~⟦E1113 id=GE ordinal=0⟧IEA*1*000000101~")]},
		{"GS repeated", "ISA~GS~" + set + "GE*1*101~" + strings.Replace(testGS, "*101*", "*⟦E1115⟧101*", 1) + "~" + set + "GE*1*101~IEA*2*000000101~"},
		{"GE twice", "ISA~GS~" + set + "GE*1*101~⟦E1116⟧GE*1*101~IEA*1*000000101~"},
		{"empty group", "ISA~GS~⟦E1117⟧GE*0*101~IEA*1*000000101~"},
		{"GS missing", "ISA~⟦E1118 id=GS ordinal=0⟧" + set + "GE*1*101~IEA*1*000000101~"},
		{"second GS missing", "ISA~GS~" + set + "GE*1*101~⟦E1118 id=GS ordinal=0⟧" + set + "GE*1*102~IEA*2*000000101~"},

		{"ST01", "ISA~GS~ST*⟦E1201⟧83*0001~SE*2*0001~GE*1*101~IEA*1*000000101~"},
		{"ST02", "ISA~GS~ST*837*⟦E1202⟧001~SE*2*001~GE*1*101~IEA*1*000000101~"},
		{"ST03", "ISA~GS~ST*837*0001*⟦E1203⟧005010X223A2~SE*2*0001~ST*837*0002*005010X223A2~SE*2*0002~GE*2*101~IEA*1*000000101~"},
		{"SE01", "ISA~GS~ST*837*0001~BHT*0019~SE*⟦E1205⟧4*0001~GE*1*101~IEA*1*000000101~"},
		{"SE02", "ISA~GS~ST*837*0001~BHT*0019~SE*3*⟦E1206⟧1~GE*1*101~IEA*1*000000101~"},
		{"SE missing before GE", "ISA~GS~ST*837*0001~BHT*0019~⟦E1207 id=SE⟧GE*1*101~IEA*1*000000101~"},
		{"SE missing before ST", "ISA~GS~ST*837*0001~BHT*0019~⟦E1207 id=SE⟧ST*837*0002~SE*2*0002~GE*2*101~IEA*1*000000101~"},
		{"set of another kind", "ISA~GS~ST*⟦E1209⟧835*0001~SE*2*0001~GE*1*101~IEA*1*000000101~"},
		{"ST repeated", "ISA~GS~" + set + "ST*837*⟦E1210⟧0001~SE*2*0001~GE*2*101~IEA*1*000000101~"},
		{"ST numbers in any order", "ISA~GS~ST*837*0005~SE*2*0005~ST*837*0003~SE*2*0003~ST*837*0004~SE*2*0004~ST*837*0006~SE*2*0006~ST*837*⟦E1210⟧0004~SE*2*0004~GE*5*101~IEA*1*000000101~"},
		{"SE twice", "ISA~GS~" + set + "⟦E1211⟧SE*3*0001~GE*1*101~IEA*1*000000101~"},
		{"ST missing", "ISA~GS~⟦E1212 id=ST⟧BHT*0019~HL*1~SE*3*0001~" + strings.ReplaceAll(set, "0001", "0002") + "GE*2*101~IEA*1*000000101~"},
		{"ST and SE missing", "ISA~GS~⟦E1212 id=ST⟧BHT*0019~HL*1~GE*1*101~IEA*1*000000101~"},
		{"segment after SE", "ISA~GS~" + set + "⟦E1212 id=ST⟧REF*EI*1~GE*1*101~IEA*1*000000101~"},
		{"terminator twice in a set", "ISA~GS~ST*837*0001~⟦E1214 id=none⟧~BHT*0019~SE*3*0001~GE*1*101~IEA*1*000000101~"},
		{"BIN of a wrong length", "ISA~GS~ST*837*0001~BIN*⟦E1215⟧5*ABC~SE*3*0001~GE*1*101~IEA*1*000000101~"},
		{"BDS of a wrong length", "ISA~GS~ST*837*0001~BDS*ASC*⟦E1215⟧5*ABC~SE*3*0001~GE*1*101~IEA*1*000000101~"},
		{"BIN longer than the file", "ISA~GS~ST*837*0001~⟦E1008 id=BIN⟧BIN*99999999*ABC~SE*3*0001~GE*1*101~IEA*1*000000101~"},

		{"ISA elements", isaWith(1, "⟦E1011⟧99", 3, "⟦E1013⟧99", 5, "⟦E1015⟧XX", 6, "⟦E1016⟧               ", 7, "⟦E1017⟧XX", 8,
			"⟦E1018⟧               ", 9, "⟦E1019⟧260230", 10, "⟦E1020⟧1260", 13, "⟦E1023⟧00000010A", 14, "⟦E1024⟧2", 15, "⟦E1025⟧t") +
			"~GS~" + set + "GE*1*101~IEA*1*00000010A~"},
		{"ISA11 of version 00401", isaWith(11, "⟦E1043⟧U") + "~GS~" + set + "GE*1*101~IEA*1*000000101~"},
		{"ISA11 a letter", isaWith(11, "⟦E1021⟧X") + "~GS~" + set + "GE*1*101~IEA*1*000000101~"},
		{"ISA11 of an old version", isaWith(11, "⟦E1021⟧^", 12, "00401") + "~GS~" + set + "GE*1*101~IEA*1*000000101~"},
		{"ISA12", isaWith(12, "⟦E1022⟧00510") + "~GS~" + set + "GE*1*101~IEA*1*000000101~"},
		{"ISA16 a letter", isaWith(16, "⟦E1026⟧A") + "~GS~" + set + "GE*1*101~IEA*1*000000101~"},
		{"ISA16 missing", isaWith(16, "⟦E1026⟧") + "~GS~" + set + "GE*1*101~IEA*1*000000101~"},
		{"ISA11 is ISA16", isaWith(11, "⟦E1007⟧:") + "~GS~" + set + "GE*1*101~IEA*1*000000101~"},
		{"ISA06 one short", isaWith(6, "⟦E1016⟧SENDER        ") + "~GS~" + set + "GE*1*101~IEA*1*000000101~"},
		{"ISA02 one too long", isaWith(2, "⟦E1012⟧           ") + "~GS~" + set + "GE*1*101~IEA*1*000000101~"},
		{"ISA13 short", isaWith(13, "⟦E1023⟧101") + "~GS~" + set + "GE*1*101~IEA*1*101~"},
		{"ISA13 short, then indented", isaWith(13, "⟦E1023⟧101") + "~\r\n  " + testGS + "~" + set + "GE*1*101~IEA*1*101~"},
		{"ISA collapsed", "⟦E1005 element=0⟧" + isaWith(2, "", 4, "", 6, "SENDER", 8, "RECEIVER") + "~GS~" + set + "GE*1*101~IEA*1*000000101~"},
		{"ISA with an element too many", "⟦E1006⟧" + isaWith(4, "          *") + "~GS~" + set + "GE*1*101~IEA*1*000000101~"},
		{"ISA with an element too few", "⟦E1006⟧" + strings.Replace(testISA, "*T*", "*", 1) + "~GS~" + set + "GE*1*101~IEA*1*000000101~"},
		{"IEA runs into the next ISA", strings.TrimSuffix(fill(whole), "IEA*1*000000101~") + "⟦E1036 id=IEA⟧IEA*1*000000101" +
			strings.Replace(fill(whole), "000000101", "000000102", 2)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			file, want := unmark(t, fill(tt.file))
			for _, way := range waysToRead([]byte(file)) {
				var l diag.List
				drain(t, NewReader(way.scanner(), &l))
				if got := found(&l); !same(got, want) {
					t.Fatalf("%s: found\n  %v\nwant\n  %v\nin %s", way.name, got, want, file)
				}
				for _, d := range l.Items {
					if _, ok := diag.Lookup(d.Code); !ok || d.Message() == "" || strings.Contains(d.Message(), "{") {
						t.Errorf("%v has no message: %q", d.Code, d.Message())
					}
				}
			}
		})
	}
}

func isaWith(pairs ...any) string {
	e := strings.Split(testISA, "*")
	for i := 0; i < len(pairs); i += 2 {
		e[pairs[i].(int)] = pairs[i+1].(string)
	}
	return strings.Join(e, "*")
}

// Findings tell the envelopes, what stood there and what should.
func TestReaderFinding(t *testing.T) {
	file := fill("ISA~GS~ST*837*0001~BHT*0019~SE*4*0001~GE*1*101~IEA*1*000000101~")
	var l diag.List
	drain(t, NewReader(NewBytesScanner([]byte(file)), &l))
	want := diag.Diagnostic{
		Pos: diag.Pos{Offset: int64(strings.Index(file, "SE*")), Interchange: "000000101", Group: "101", Transaction: "0001",
			Segment: 3, SegmentID: "SE", Element: 1},
		Code: codeSECount, Got: "4", Want: "3",
	}
	if len(l.Items) != 1 || l.Items[0] != want {
		t.Fatalf("got %+v\nwant %+v", l.Items, want)
	}
}

func TestReaderEnvelopes(t *testing.T) {
	file := strings.Replace(fill("ISA~TA1~GS~ST*837*0001*005010X222A1~BHT*0019~SE*3*0001~GE*1*101~IEA*1*000000101~"), "*0*T*", "*1*T*", 1)
	rd := NewReader(NewBytesScanner([]byte(file)), &diag.List{})
	for rd.Next() && rd.Event() != Body {
	}
	ic := Interchange{
		Control: "000000101", SenderQualifier: "ZZ", Sender: "SENDER", ReceiverQualifier: "ZZ", Receiver: "RECEIVER",
		AuthorizationQualifier: "00", SecurityQualifier: "00", Date: "261015", Time: "0930", Version: "00501", Usage: "T",
		AckRequested: true, Delimiters: DefaultDelimiters,
	}
	group := Group{Control: "101", FunctionalID: "HC", Sender: "SENDER", Receiver: "RECEIVER", Date: "20261015", Time: "0930",
		Agency: "X", Version: "005010X222A1", Offset: int64(strings.Index(file, "GS*"))}
	set := Set{Control: "0001", ID: "837", Reference: "005010X222A1", Offset: int64(strings.Index(file, "ST*"))}
	if *rd.Interchange() != ic || *rd.Group() != group || *rd.Set() != set {
		t.Errorf("got %+v\n%+v\n%+v", *rd.Interchange(), *rd.Group(), *rd.Set())
	}
	if p := rd.Pos(); p != (diag.Pos{Offset: int64(strings.Index(file, "BHT")), Interchange: "000000101", Group: "101",
		Transaction: "0001", Segment: 2, SegmentID: "BHT"}) {
		t.Errorf("Pos %+v", p)
	}
}

func TestReaderEvents(t *testing.T) {
	tests := []struct{ file, want string }{
		{whole, "interchange:ISA group:GS set:ST body:BHT /set:SE /group:GE /interchange:IEA"},
		{"ISA~TA1~GS~ST*837*0001~", "interchange:ISA ack:TA1 group:GS set:ST /set: /group: /interchange:"},
		{"ISA~GS~ST*837*0001~GS~XX~GE*1*101~IEA*2*000000101~", "interchange:ISA group:GS set:ST /set: /group: group:GS stray:XX /group:GE /interchange:IEA"},
		{"ISA~ST*837*0001~BHT~SE*3*0001~IEA*1*000000101~", "interchange:ISA group: set:ST body:BHT /set:SE /group: /interchange:IEA"},
		{"ISA~GS~ST*837*0001~BHT~" + whole, "interchange:ISA group:GS set:ST body:BHT /set: /group: /interchange: interchange:ISA group:GS set:ST body:BHT /set:SE /group:GE /interchange:IEA"},
	}
	for _, tt := range tests {
		for _, way := range waysToRead([]byte(fill(tt.file))) {
			if got := strings.Join(drain(t, NewReader(way.scanner(), &diag.List{})), " "); got != tt.want {
				t.Errorf("%s: %s\ngot  %s\nwant %s", way.name, tt.file, got, tt.want)
			}
		}
	}
}

// A finding about an envelope comes between its Start and its End.
func TestReaderFindingsComeInside(t *testing.T) {
	file := fill("ISA*¦00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *261015*9930*^*00501*000000101*0*T*:~" +
		"GS*HC*SENDER*RECEIVER*20261015*9930*101*X*005010X222A1~ST*837*1~SE*3*1~GE*2*101~IEA*2*000000101~")
	var open []string
	got := ""
	rd := NewReader(NewBytesScanner([]byte(file)), diag.ReporterFunc(func(d diag.Diagnostic) {
		got += fmt.Sprintf("%v in %v\n", d.Code, open)
	}))
	for rd.Next() {
		switch rd.Event() {
		case InterchangeStart, GroupStart, SetStart:
			open = append(open, eventNames[rd.Event()])
		case InterchangeEnd, GroupEnd, SetEnd:
			open = open[:len(open)-1]
		}
	}
	want := "E1020 in [interchange]\nE1105 in [interchange group]\nE1202 in [interchange group set]\n" +
		"E1205 in [interchange group set]\nE1111 in [interchange group]\nE1031 in [interchange]\n"
	if got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

// Every example of the catalogue that is ours says exactly its code.
func TestCatalogueExamples(t *testing.T) {
	base := readBase(t)
	shown := 0
	for _, e := range diag.Entries() {
		if e.Code.SNIP() != 1 || e.Code.Level() > diag.LevelSet {
			continue
		}
		for i, ex := range append(append([]diag.Example(nil), e.Bad...), e.Good...) {
			if ex.Base != "837p" {
				continue // package edi runs those of the other documents
			}
			var l diag.List
			drain(t, NewReader(NewBytesScanner(edit(t, base, ex)), &l))
			var got []string
			for _, d := range l.Items {
				got = append(got, d.Code.String())
			}
			want := ""
			if i < len(e.Bad) {
				want = e.Code.String()
				shown++
			}
			if strings.Join(got, " ") != want {
				t.Errorf("%v: %q: found %v", e.Code, ex.Replace, got)
			}
		}
	}
	if shown < 40 {
		t.Errorf("%d examples", shown)
	}
}

func readBase(t *testing.T) []byte {
	t.Helper()
	base, err := os.ReadFile("../../testdata/base/837p.edi")
	if err != nil {
		t.Fatal(err)
	}
	return base
}

// edit does what an example of the catalogue says.
func edit(t *testing.T, base []byte, ex diag.Example) []byte {
	t.Helper()
	if ex.Find == "" {
		return base
	}
	lines := bytes.Split(base, []byte("\n"))
	for i, line := range lines {
		if !bytes.HasPrefix(line, []byte(ex.Find)) {
			continue
		}
		lines[i] = nil
		if ex.Replace != "" {
			lines[i] = []byte(ex.Replace + "~")
		}
		return bytes.Join(lines, []byte("\n"))
	}
	t.Fatalf("nothing begins with %q", ex.Find)
	return nil
}

// All codes that this package can raise stand in the catalogue, and the
// catalogue has none besides.
func TestCatalogueIsComplete(t *testing.T) {
	source, err := os.ReadFile("envelope.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range diag.Entries() {
		if e.Code.SNIP() != 1 || e.Code.Level() > diag.LevelSet {
			continue
		}
		of := e.Code
		if of > codeISA && of <= codeISA+16 {
			of = codeISA
		}
		if of > codeGS && of <= codeGS+8 {
			of = codeGS
		}
		if !strings.Contains(string(source), fmt.Sprintf("diag.Code = %d\n", of)) {
			t.Errorf("%v: nothing raises it", e.Code)
		}
		if e.Severity == diag.Error && e.TA1+e.AK9+e.IK5 == "" {
			t.Errorf("%v: no acknowledgment says it", e.Code)
		}
		if e.Message == "" || e.Fix == "" {
			t.Errorf("%v: nothing said", e.Code)
		}
	}
	for _, line := range strings.Split(string(source), "\n") {
		_, n, ok := strings.Cut(line, "diag.Code = ")
		if code, err := strconv.Atoi(n); ok && err == nil && code != int(codeISA) && code != int(codeGS) {
			if _, ok := diag.Lookup(diag.Code(code)); !ok {
				t.Errorf("E%d is not in the catalogue", code)
			}
		}
	}
}
