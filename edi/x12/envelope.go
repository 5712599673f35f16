package x12

import (
	"bytes"
	"strconv"
	"strings"

	"claimwire/edi/diag"
)

// Codes of the interchange. Those of the elements of the ISA are
// codeISA + element: 1013 is ISA03.
const (
	codeNoInterchange  diag.Code = 1001
	codeForeignData    diag.Code = 1002
	codeByteOrderMark  diag.Code = 1003
	codeUTF16          diag.Code = 1004
	codeISALength      diag.Code = 1005
	codeISAElements    diag.Code = 1006
	codeDelimiters     diag.Code = 1007
	codePrematureEnd   diag.Code = 1008
	codeISA            diag.Code = 1010
	codeIEACount       diag.Code = 1031
	codeIEAControl     diag.Code = 1032
	codeIEAMissing     diag.Code = 1033
	codeIEAElements    diag.Code = 1034
	codeISARepeated    diag.Code = 1035
	codeIEAEnd         diag.Code = 1036
	codeNothingInside  diag.Code = 1037
	codeOutsideGroup   diag.Code = 1038
	codeTA1Place       diag.Code = 1039
	codeTA1            diag.Code = 1040
	codeTooLongOutside diag.Code = 1041
	codeEmptyOutside   diag.Code = 1042
	codeNoRepetition   diag.Code = 1043
	codeISAOld         diag.Code = 1044
)

// Codes of the functional group. Those of the elements of the GS are codeGS +
// element.
const (
	codeGS          diag.Code = 1100
	codeGSElements  diag.Code = 1109
	codeGECount     diag.Code = 1111
	codeGEControl   diag.Code = 1112
	codeGEMissing   diag.Code = 1113
	codeGEElements  diag.Code = 1114
	codeGSRepeated  diag.Code = 1115
	codeGEWithoutGS diag.Code = 1116
	codeGroupEmpty  diag.Code = 1117
	codeGSMissing   diag.Code = 1118
)

// Codes of the transaction set.
const (
	codeSTID          diag.Code = 1201
	codeSTControl     diag.Code = 1202
	codeSTReference   diag.Code = 1203
	codeSECount       diag.Code = 1205
	codeSEControl     diag.Code = 1206
	codeSEMissing     diag.Code = 1207
	codeSTFunctional  diag.Code = 1209
	codeSTRepeated    diag.Code = 1210
	codeSEWithoutST   diag.Code = 1211
	codeSTMissing     diag.Code = 1212
	codeTooLongInSet  diag.Code = 1213
	codeEmptyInSet    diag.Code = 1214
	codePayloadLength diag.Code = 1215
)

// functionalIDs says which transaction sets a functional group (GS01) may
// hold: those of health care, and the acknowledgments.
var functionalIDs = []struct{ id, sets string }{
	{"HC", "837"}, {"HP", "835"}, {"HR", "276"}, {"HN", "277"}, {"HS", "270"}, {"HB", "271"},
	{"HI", "278"}, {"PI", "275"}, {"BE", "834"}, {"RA", "820"}, {"FA", "997 999"}, {"AG", "824"},
}

// versionFunctionals says which GS01 go with a guide (the part of GS08 from X
// on, three digits), to tell whether GS01 or ST01 is the wrong one of the two.
var versionFunctionals = map[string]string{
	"X222": "HC", "X223": "HC", "X224": "HC", "X221": "HP", "X212": "HR HN", "X213": "HN",
	"X214": "HN", "X313": "HN", "X279": "HS HB", "X217": "HI", "X210": "PI", "X211": "PI",
	"X314": "PI", "X220": "BE", "X218": "RA", "X306": "RA", "X231": "FA", "X230": "FA",
	"X186": "AG", "X096": "HC", "X097": "HC", "X098": "HC", "X091": "HP", "X092": "HS HB",
	"X093": "HR HN", "X094": "HI", "X095": "BE", "X061": "RA",
}

// The codes of the ISA: the standard's, but for ISA05 and ISA07, whose list is
// long and of which the guides allow these.
var (
	authorizationQualifiers = []string{"00", "01", "02", "03", "04", "05", "06"}
	securityQualifiers      = []string{"00", "01"}
	partnerQualifiers       = []string{"01", "14", "20", "27", "28", "29", "30", "33", "ZZ"}
	yesOrNo                 = []string{"0", "1"}
	usages                  = []string{"P", "T"}
	ackCodes                = []string{"A", "E", "R"}
)

// lastTA1Note is the highest TA105.
const lastTA1Note = 31

func newInterchange(seg *Segment) *Interchange {
	text := string(seg.Raw())
	e := func(i int) string { return strings.Trim(cutText(text, seg, i), " ") }
	return &Interchange{
		AuthorizationQualifier: e(1), Authorization: e(2),
		SecurityQualifier: e(3), Security: e(4),
		SenderQualifier: e(5), Sender: e(6),
		ReceiverQualifier: e(7), Receiver: e(8),
		Date: e(9), Time: e(10), Version: e(12), Control: controlOf(seg),
		AckRequested: e(14) == "1", Usage: e(15),
		Delimiters: seg.Delimiters(), Offset: seg.Offset,
	}
}

func newGroup(seg *Segment) *Group {
	text := string(seg.Raw())
	e := func(i int) string { return cutText(text, seg, i) }
	return &Group{
		FunctionalID: e(1), Sender: e(2), Receiver: e(3), Date: e(4), Time: e(5),
		Control: e(6), Agency: e(7), Version: e(8), Offset: seg.Offset,
	}
}

func newSet(seg *Segment) *Set {
	text := string(seg.Raw())
	e := func(i int) string { return cutText(text, seg, i) }
	return &Set{ID: e(1), Control: e(2), Reference: e(3), Offset: seg.Offset}
}

// cutText is element i of a segment as a part of its text, so that one string
// serves all elements.
func cutText(text string, seg *Segment, i int) string {
	if i > seg.Len() {
		return ""
	}
	from, to := seg.bounds(i)
	return text[from-seg.start : to-seg.start]
}

// controlOf finds the control number of an ISA, also where it has lost
// elements or has some too many.
func controlOf(seg *Segment) string {
	if seg.Len() != len(isaWidths) {
		for i := seg.Len(); i > 8; i-- {
			if v := seg.Element(i); len(v) == isaWidths[12] && allDigits(v) {
				return string(v)
			}
		}
	}
	return string(bytes.Trim(seg.Element(13), " "))
}

// checkISA checks the elements of the ISA, its widths first: where several are
// wrong, padding was lost on the way, which is one fault.
func (r *Reader) checkISA(seg *Segment) {
	if n := seg.Len(); n != len(isaWidths) {
		r.report(codeISAElements, 0, strconv.Itoa(n), strconv.Itoa(len(isaWidths)))
		return
	}
	wrong, which := 0, 0
	for i, width := range isaWidths {
		if len(seg.Element(i+1)) != width {
			wrong++
			which = i + 1
		}
	}
	switch {
	case wrong > 1:
		r.report(codeISALength, 0, strconv.Itoa(len(seg.Raw())+1), strconv.Itoa(isaLength))
		return
	case wrong == 1:
		r.isa(seg, which, strconv.Itoa(isaWidths[which-1])+" characters")
	}
	width := func(i int) bool { return len(seg.Element(i)) == isaWidths[i-1] }
	list := func(i int, codes []string) {
		if width(i) && !among(seg.Element(i), codes) {
			r.isa(seg, i, oneOf(codes))
		}
	}
	text := func(i int) {
		if v := seg.Element(i); width(i) && (!isText(v) || bytes.IndexByte(v, seg.delims.Element) >= 0) {
			r.isa(seg, i, "printable characters")
		}
	}
	id := func(i int) {
		text(i)
		if v := seg.Element(i); width(i) && len(bytes.Trim(v, " ")) == 0 {
			r.isa(seg, i, "an id, padded with blanks to 15 characters")
		}
	}
	list(1, authorizationQualifiers)
	text(2)
	list(3, securityQualifiers)
	text(4)
	list(5, partnerQualifiers)
	id(6)
	list(7, partnerQualifiers)
	id(8)
	if v := seg.Element(9); width(9) && !ValidDate(v) {
		r.isa(seg, 9, "a date YYMMDD")
	}
	if v := seg.Element(10); width(10) && !ValidTime(v) {
		r.isa(seg, 10, "a time HHMM")
	}
	if v := seg.Element(12); width(12) && !knownVersion(v) {
		if allDigits(v) && string(v) < "00401" && string(v) >= "00200" {
			r.report(codeISAOld, 12, string(v), "00401 or later, such as 00501")
		} else {
			r.isa(seg, 12, "a version, such as 00501")
		}
	}
	r.checkRepetition(seg)
	if v := seg.Element(13); width(13) && !allDigits(v) {
		r.isa(seg, 13, "9 digits")
	} else if width(13) && !r.firstISA(seg) {
		r.report(codeISARepeated, 13, string(v), "")
	}
	list(14, yesOrNo)
	list(15, usages)
	d := seg.delims
	switch {
	case !width(16):
	case !canDelimit(d.Component):
		r.isa(seg, 16, "a separator: neither letter, digit nor blank")
	case d.Component == d.Element || d.Component == d.Segment:
		r.report(codeDelimiters, 16, string(seg.Element(16)), "")
	}
}

// knownVersion says whether the standard has published this version of the
// envelope: 00401 to 00406, 00501 to 00505, 00601 to 00606 and so on. They
// differ in nothing that is looked at here but ISA11.
func knownVersion(v []byte) bool {
	return string(v[:2]) == "00" && v[2] >= '4' && v[2] <= '8' && v[3] == '0' && v[4] >= '1' && v[4] <= '6'
}

// checkRepetition checks ISA11: the standards identifier U before version
// 00402, the repetition separator since.
func (r *Reader) checkRepetition(seg *Segment) {
	v, version := seg.Element(11), seg.Element(12)
	if len(v) != 1 || len(version) != isaWidths[11] || !allDigits(version) {
		return
	}
	d := seg.delims
	switch {
	case string(version) < "00402":
		if v[0] != 'U' {
			r.isa(seg, 11, "U")
		}
	case v[0] == 'U': // taken over from the versions before, and then no repetitions
		r.report(codeNoRepetition, 11, "U", "")
	case !canDelimit(v[0]):
		r.isa(seg, 11, "a separator: neither letter, digit nor blank")
	case v[0] == d.Component || v[0] == d.Element || v[0] == d.Segment:
		r.report(codeDelimiters, 11, string(v), "")
	}
}

// isa reports an element of the ISA; each has its code.
func (r *Reader) isa(seg *Segment, element int, want string) {
	r.numberless[levelInterchange] = r.numberless[levelInterchange] || element == 13
	r.report(codeISA+diag.Code(element), element, string(seg.Element(element)), want)
}

// maxInterchanges bounds how many interchanges of a file are remembered.
const maxInterchanges = 1 << 16

// firstISA says whether ISA13 is new between these partners in this file.
func (r *Reader) firstISA(seg *Segment) bool {
	key := string(seg.Element(13)) + string(seg.Element(5)) + string(seg.Element(6)) +
		string(seg.Element(7)) + string(seg.Element(8))
	if _, seen := r.seenInterchanges[key]; seen {
		return false
	}
	if len(r.seenInterchanges) < maxInterchanges {
		r.seenInterchanges[key] = struct{}{}
		r.lastInterchange = key
	}
	return true
}

func (r *Reader) checkIEA(seg *Segment) {
	if seg.Unterminated() {
		if len(seg.Element(2)) < len(r.ic.Control) {
			r.report(codePrematureEnd, 0, "", "IEA")
			return
		}
		r.report(codeIEAEnd, 0, "", "")
	}
	if seg.Len() > 2 {
		r.report(codeIEAElements, 3, "", "2")
	}
	if n, ok := count(seg.Element(1)); !ok || n != r.groups && !r.bodyless {
		r.report(codeIEACount, 1, string(seg.Element(1)), strconv.Itoa(r.groups))
	} else if r.groups+r.acks == 0 && !r.bodyless {
		r.report(codeNothingInside, 0, "", "")
	}
	if string(seg.Element(2)) != r.ic.Control && !r.numberless[levelInterchange] {
		r.report(codeIEAControl, 2, string(seg.Element(2)), r.ic.Control)
	}
}

func (r *Reader) checkTA1(seg *Segment) {
	ta1 := func(i int, ok bool, want string) {
		if !ok {
			r.report(codeTA1, i, string(seg.Element(i)), want)
		}
	}
	v := seg.Element(1)
	ta1(1, len(v) == 9 && allDigits(v), "9 digits")
	v = seg.Element(2)
	ta1(2, len(v) == 6 && ValidDate(v), "a date YYMMDD")
	v = seg.Element(3)
	ta1(3, len(v) == 4 && ValidTime(v), "a time HHMM")
	ta1(4, among(seg.Element(4), ackCodes), oneOf(ackCodes))
	v = seg.Element(5)
	note, ok := count(v)
	ta1(5, ok && len(v) == 3 && note <= lastTA1Note, "a note code, 000 to 031")
	if seg.Len() > 5 {
		ta1(6, false, "no more than 5 elements")
	}
}

func (r *Reader) checkGS(seg *Segment) {
	gs := func(i int, ok bool, want string) {
		if !ok {
			r.report(codeGS+diag.Code(i), i, string(seg.Element(i)), want)
		}
	}
	if setsOf(r.group.FunctionalID) == "" {
		r.functional = true
		ids := make([]string, len(functionalIDs))
		for i, f := range functionalIDs {
			ids[i] = f.id
		}
		gs(1, false, oneOf(ids))
	}
	for i := 2; i <= 3; i++ {
		v := seg.Element(i)
		gs(i, len(v) >= 2 && len(v) <= 15 && isText(v), "2 to 15 characters")
	}
	v := seg.Element(4)
	gs(4, len(v) == 8 && ValidDate(v), "a date CCYYMMDD")
	gs(5, ValidTime(seg.Element(5)), "a time HHMM, HHMMSS or HHMMSSDD")
	v = seg.Element(6)
	if ok := len(v) <= 9 && allDigits(v); !ok {
		r.numberless[levelGroup] = true
		gs(6, false, "1 to 9 digits")
	} else if !r.seenGroups.add(v) {
		r.report(codeGSRepeated, 6, string(v), "")
	}
	gs(7, string(seg.Element(7)) == "X", "X")
	v = seg.Element(8)
	gs(8, len(v) >= 6 && len(v) <= 12 && allDigits(v[:6]), "version, release and guide, such as 005010X222A1")
	if seg.Len() > 8 {
		r.report(codeGSElements, 9, "", "8")
	}
}

func (r *Reader) checkGE(seg *Segment) {
	if seg.Len() > 2 {
		r.report(codeGEElements, 3, "", "2")
	}
	n, ok := count(seg.Element(1))
	switch {
	case r.stray && n == r.sets+1: // a set that has lost its ST and its SE
	case !ok || n != r.sets:
		r.report(codeGECount, 1, string(seg.Element(1)), strconv.Itoa(r.sets))
	case r.sets == 0 && !r.stray:
		r.report(codeGroupEmpty, 0, "", "")
	}
	// These are N0: leading zeros say nothing.
	if v := seg.Element(2); !sameNumber(v, r.group.Control) && !r.numberless[levelGroup] {
		r.report(codeGEControl, 2, string(v), r.group.Control)
	}
}

func (r *Reader) checkST(seg *Segment) {
	set, group := r.set, r.group
	switch f := functionalOf(set.ID); {
	case f == "":
		if !r.functional || len(set.ID) != 3 || !allDigits(seg.Element(1)) {
			r.report(codeSTID, 1, set.ID, "the identifier of a transaction set, such as 837")
		}
	case r.functional || f == group.FunctionalID:
	case strings.Contains(functionalsOfVersion(group.Version), f):
		r.functional = true // GS08 and ST01 agree: it is GS01 that is wrong
		p := r.envelopes()
		p.Offset, p.SegmentID, p.Transaction, p.Element = group.Offset, "GS", "", 1
		r.reportAt(p, codeGS+1, group.FunctionalID, f)
	default:
		r.report(codeSTFunctional, 1, set.ID, setsOf(group.FunctionalID))
	}
	v := seg.Element(2)
	if len(v) < 4 || len(v) > 9 || !isText(v) {
		r.numberless[levelSet] = true
		r.report(codeSTControl, 2, set.Control, "4 to 9 characters")
	} else if !r.seenSets.add(v) {
		r.report(codeSTRepeated, 2, set.Control, "")
	}
	// A GS08 without a guide, as in 997 and 999, leaves the guide to ST03.
	if ref := set.Reference; ref != "" && len(group.Version) > 6 && ref != group.Version && ref != r.reference {
		r.reference = ref
		r.report(codeSTReference, 3, ref, group.Version)
	}
}

func (r *Reader) checkSE(seg *Segment) {
	if n, ok := count(seg.Element(1)); !ok || n != r.ordinal && !r.lost {
		r.report(codeSECount, 1, string(seg.Element(1)), strconv.Itoa(r.ordinal))
	}
	if string(seg.Element(2)) != r.set.Control && !r.numberless[levelSet] {
		r.report(codeSEControl, 2, string(seg.Element(2)), r.set.Control)
	}
}

// setsOf lists the transaction sets of a functional id, "" when it is unknown.
func setsOf(functional string) string {
	for _, f := range functionalIDs {
		if f.id == functional {
			return f.sets
		}
	}
	return ""
}

// functionalOf is the functional id of a transaction set, "" when it is unknown.
func functionalOf(set string) string {
	if len(set) != 3 {
		return ""
	}
	for _, f := range functionalIDs {
		if strings.Contains(f.sets, set) {
			return f.id
		}
	}
	return ""
}

// functionalsOfVersion lists the functional ids that a GS08 goes with.
func functionalsOfVersion(version string) string {
	if len(version) < 10 {
		return ""
	}
	return versionFunctionals[version[6:10]]
}

// count reads a count or a number of at most nine digits.
func count(b []byte) (int, bool) {
	if len(b) > 9 || !allDigits(b) {
		return 0, false
	}
	n := 0
	for _, c := range b {
		n = 10*n + int(c-'0')
	}
	return n, true
}

func sameNumber(b []byte, s string) bool {
	return string(bytes.TrimLeft(b, "0")) == strings.TrimLeft(s, "0") && len(b) > 0
}

func isText(b []byte) bool {
	for _, c := range b {
		if c < ' ' || c > '~' {
			return false
		}
	}
	return true
}

func among(v []byte, codes []string) bool {
	for _, c := range codes {
		if string(v) == c {
			return true
		}
	}
	return false
}

// oneOf says a choice in words: "P or T".
func oneOf(codes []string) string {
	n := len(codes) - 1
	return strings.Join(codes[:n], ", ") + " or " + codes[n]
}

// numberSet remembers control numbers. Those that go up by one, as most do,
// take no memory.
type numberSet struct {
	low, high int // the run, when width is not 0
	width     int
	others    map[string]struct{}
}

// maxNumbers bounds how many control numbers outside the run are remembered.
const maxNumbers = 1 << 17

func (s *numberSet) clear() {
	s.width = 0
	clear(s.others)
}

// add is false when the number has been added before.
func (s *numberSet) add(b []byte) bool {
	if _, seen := s.others[string(b)]; seen {
		return false
	}
	if n, ok := count(b); ok {
		switch {
		case s.width == 0:
			s.low, s.high, s.width = n, n, len(b)
			return true
		case len(b) == s.width && n >= s.low && n <= s.high:
			return false
		case len(b) == s.width && n == s.high+1:
			s.high = n
			return true
		}
	}
	if s.others == nil {
		s.others = make(map[string]struct{})
	}
	if len(s.others) < maxNumbers {
		s.others[string(b)] = struct{}{}
	}
	return true
}
