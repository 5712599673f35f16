package gateway

import (
	"slices"
	"strings"
)

// Nearest gives those of a list that a misspelt word may have meant, nearest
// first, at most n. Case and punctuation do not count.
func Nearest(word string, list []string, n int) []string {
	type candidate struct {
		word     string
		distance int
	}
	w := letters(word)
	if w == "" {
		return nil
	}
	var near []candidate
	for _, s := range list {
		l := letters(s)
		d := distance(w, l)
		// One within the other is near, however much stands around it.
		if len(w) >= 3 && len(l) >= 3 && (strings.Contains(l, w) || strings.Contains(w, l)) {
			d = min(d, 1+max(len(l), len(w))/8)
		}
		// So do names that begin alike and go on differently.
		if samePrefix(w, l) >= 8 {
			d = min(d, 2+max(len(l), len(w))/8)
		}
		if d <= 1+max(len(w), len(l))/4 {
			near = append(near, candidate{s, d})
		}
	}
	slices.SortStableFunc(near, func(a, b candidate) int { return a.distance - b.distance })
	var words []string
	for _, c := range near[:min(n, len(near))] {
		words = append(words, c.word)
	}
	return words
}

func samePrefix(a, b string) int {
	n := 0
	for n < min(len(a), len(b)) && a[n] == b[n] {
		n++
	}
	return n
}

// letters keeps what counts when words are compared; long ones are cut, since
// the comparison takes time by the square.
func letters(s string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(s) {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			b.WriteRune(r)
		}
		if b.Len() == 64 {
			break
		}
	}
	return b.String()
}

// distance counts the letters to insert, remove, change or swap with their
// neighbour to make b of a.
func distance(a, b string) int {
	var before, last []int
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		before, last, row = last, row, make([]int, len(b)+1)
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
	}
	return row[len(b)]
}
