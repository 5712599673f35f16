package intake

// Field is a member of an encounter, as a form that people fill in needs to know
// it: the same description that the schema is made from.
type Field struct {
	Name     string
	About    string
	Kind     string // text, amount, number, day, yes_no, word, pointer or hour; empty: an object
	Max      int    // characters of a text
	Choices  []string
	Required bool
	List     int      // most items of a list; 0: it is none
	Short    bool     // an item of the list may be written as its first member alone
	Only     []string // kinds of encounter that have it; empty: all
	Members  []*Field // of an object, or of the objects of a list
}

// Describe gives the members of an encounter.
func Describe() *Field { return description().field() }

var kindNames = map[formKind]string{plain: "text", amount: "amount", quantity: "number", day: "day", yesNo: "yes_no", word: "word", pointer: "pointer", hour: "hour"}

func (n *node) field() *Field {
	f := &Field{Name: n.name, About: n.about, Required: n.required, List: n.list, Short: n.short}
	for i, name := range []string{"professional", "institutional", "dental"} {
		if n.kinds>>i&1 == 1 {
			f.Only = append(f.Only, name)
		}
	}
	if n.typeName != "" {
		for _, m := range n.members {
			f.Members = append(f.Members, m.field())
		}
		return f
	}
	f.Kind = kindNames[n.form.kind]
	if n.form.kind == plain {
		f.Max = n.form.limit()
	}
	if n.form.kind == word {
		f.Choices = n.form.words.words
	}
	return f
}
