package guide

import (
	"strings"

	"claimwire/edi/diag"
	"claimwire/edi/x12"
)

// Usage is what a guide says of a loop, segment or element.
type Usage byte

// The three usages of the guides.
const (
	Required    Usage = 'R'
	Situational Usage = 'S'
	NotUsed     Usage = 'N'
)

// String gives the guides' word.
func (u Usage) String() string {
	switch u {
	case Required:
		return "required"
	case Situational:
		return "situational"
	}
	return "not used"
}

// Guide is one implementation guide of one transaction set, compiled. It is
// immutable and shared.
type Guide struct {
	File       string // that it was read from, in its folder
	ID         string // "005010X222A1"
	Set        string // ST01, "837"
	Functional string // GS01, "HC"
	Version    string // of the dictionary, "005010"
	Title      string
	Aliases    []string // other GS08 values that name the same guide
	Sources    []string // what it was read from
	Added      bool     // by Add, not of the binary
	Partial    bool     // rests on fewer than two independent sources

	Dictionary *Dictionary
	Nodes      []*Node // every node of the expanded tree; Nodes[i].Index == i
	Root       *Node   // the loop from ST to SE

	tables
}

// Node is a place in the expanded tree of a guide: a loop, or a segment in a
// loop. Loop 2300 under the subscriber and under the patient are two nodes.
type Node struct {
	Index  int
	Parent *Node
	Max    int  // how often it may repeat; 0: no bound
	IsLoop bool // and no segment

	// What is asked of every segment stands together, in two cache lines: a set
	// walks through hundreds of nodes.
	first    bool        // the segment that opens its loop
	marked   bool        // a required use of the same position stands before it in the guide
	control  bool        // ST or SE: its values are judged by x12.Reader
	unsure   bool        // only one source says that it stands here
	hl       bool        // HL, or a loop that begins with it
	claimAt  int8        // element that names the claim; 0: none
	count    int8        // element that counts from 1 within the loop above (LX01)
	state    int32       // see tables
	hlAbove  int32       // index of the nearest HL loop above an HL loop; -1: none
	required uint32      // elements that must be there, a bit each
	tests    []valueTest // of a segment: checks, for clean
	notes    []syntaxNote
	keys     []keyTest

	Loop     string        // the loop's own id, or the id of the loop around the segment
	Segment  x12.SegmentID // of a loop: the segment that opens it
	Name     string        // our label
	Usage    Usage
	Position int       // within the parent; uses that share one may come in any order
	Children []*Node   // of a loop, in order
	Elements []Element // of a segment, in order; index 0 is element 1

	checks []elementCheck
	needed int     // elements up to the last required one, which are looked at even when the segment is shorter
	groups [][]int // of a loop: children by position, as indexes into Children
}

// Element is one element of a segment use, or a component of a composite.
type Element struct {
	Designator string // "CLM05-1"
	Name       string
	Usage      Usage
	Number     string // data element, "98"; of a composite, "C023"
	Type       Type
	Min, Max   int
	Repeat     int      // how often it may repeat; 1 unless the guide says more
	Codes      []string // printed in the guide; empty: any value
	CodeSet    string   // list kept by others: "states", "pos"
	Key        bool
	Components []Element // of a composite
}

// nameOf is what a finding calls a segment of this use, or an element of it. Of
// what is missing the finding says the name as what is wanted.
func (n *Node) nameOf(code diag.Code, element, component int) string {
	if code == codeElementMissing || code == codeElementMissing+100 || element > len(n.Elements) {
		return ""
	}
	return n.called(element, component)
}

// called is the name of the segment or of an element of it.
func (n *Node) called(element, component int) string {
	if element == 0 {
		return n.Name
	}
	e := &n.Elements[element-1]
	name := e.Name
	if component > 0 && component <= len(e.Components) {
		name = e.Components[component-1].Name
	}
	if name == "" {
		return n.Name
	}
	return n.Name + ": " + strings.ToLower(name[:1]) + name[1:]
}

// IsLevel says whether a loop is a level of the hierarchy (it begins with HL).
func (n *Node) IsLevel() bool { return n.IsLoop && n.hl }

// Within says whether the node is the loop, or stands in it or below it.
func (n *Node) Within(loop *Node) bool { return n == loop || within(n, loop) }
