package claim

// words ties the codes of a type to the words of the JSON record, both ways.
type words struct {
	table [256]wordEntry // by hash, probed linearly
	list  []wordEntry    // in order
	codes map[string]string
}

type wordEntry struct{ code, word string }

// newWords makes a table of code, word, code, word, …
func newWords(pairs ...string) *words {
	w := &words{codes: map[string]string{}}
	for i := 0; i < len(pairs); i += 2 {
		w.put(pairs[i], pairs[i+1])
	}
	return w
}

// with is a copy in which one of the codes has another word.
func (w *words) with(code, word string) *words {
	c := &words{codes: map[string]string{}}
	for _, e := range w.list {
		if e.code == code {
			e.word = word
		}
		c.put(e.code, e.word)
	}
	return c
}

func (w *words) put(code, word string) {
	h := hashCode(code)
	for w.table[h].code != "" {
		h++
	}
	w.table[h] = wordEntry{code, word}
	w.list = append(w.list, wordEntry{code, word})
	w.codes[word] = code
}

// hashCode spreads codes of two or three characters; the index wraps by type.
func hashCode(code string) uint8 {
	h := uint32(0)
	for i := range len(code) {
		h = h*31 + uint32(code[i])
	}
	return uint8(h)
}

// word is the word of a code, or "".
func (w *words) word(code string) string {
	if len(code) > 3 {
		return ""
	}
	for h := hashCode(code); ; h++ {
		switch w.table[h].code {
		case code:
			return w.table[h].word
		case "":
			return ""
		}
	}
}

// code is the code of a word, or "".
func (w *words) code(word string) string { return w.codes[word] }
