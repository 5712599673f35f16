package inspect

import (
	"fmt"
	"strconv"

	"claimwire/edi/guide"
	"claimwire/edi/x12"
)

// Elements visits every value of a segment, composites by component.
func Elements(n *guide.Node, seg *x12.Segment, visit func(e *guide.Element, value []byte, meaning string)) {
	d := seg.Delimiters()
	for i := 1; i <= seg.Len() && i <= len(n.Elements); i++ {
		value, e := seg.Element(i), &n.Elements[i-1]
		if len(value) == 0 {
			continue
		}
		if len(e.Components) == 0 {
			visit(e, value, meaningOf(e, value))
			continue
		}
		for more := true; more; {
			var one []byte
			if d.Repetition != 0 {
				one, value, more = x12.NextComponent(value, d.Repetition)
			} else {
				one, more = value, false
			}
			for k, again := 0, true; again && k < len(e.Components); k++ {
				var part []byte
				part, one, again = x12.NextComponent(one, d.Component)
				if len(part) > 0 {
					visit(&e.Components[k], part, meaningOf(&e.Components[k], part))
				}
			}
		}
	}
}

// count is a number with its noun.
func count(n int, noun string) string {
	if n == 1 {
		return fmt.Sprintf("%d %s", n, noun)
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// printable keeps control characters of a file away from a terminal.
func printable(s string) string {
	q := strconv.Quote(s)
	return q[1 : len(q)-1]
}

// before is a text after something, or nothing.
func before(sep, s string) string {
	if s == "" {
		return ""
	}
	return sep + s
}
