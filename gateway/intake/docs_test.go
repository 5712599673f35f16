package intake

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write docs/encounter-columns.md")

const docs = "../../docs/"

// columnDocument has all columns of a CSV file. Of lists it has the first item,
// of which there may be more.
func columnDocument() string {
	var b strings.Builder
	b.WriteString(`# Columns of encounters in CSV

What the columns of a CSV file may be; [encounters.md](encounters.md) says how rows become encounters. In italics is what a group of columns is about, in bold what such a group, or every encounter, cannot be without. A name with _1 is the first of a list: _2 and so on follow.

Written by ` + "`go test ./gateway/intake -update`" + `.

| column | what |
|---|---|
`)
	var visit func(n *node, done string)
	visit = func(n *node, done string) {
		for i, m := range n.members {
			name, about := done+m.name, m.about
			if m.list > 0 {
				name = done + m.item
				if m.name != rowList {
					name += "_1"
					about += fmt.Sprintf(" (to _%d)", m.list)
				}
			}
			switch {
			case n.short && i == 0:
			case m.typeName == "" || m.short:
				if m.form.kind == word {
					about += " " + words(m.form.words)
				}
				if m.required {
					name = "**" + name + "**"
				}
				fmt.Fprintf(&b, "| %s | %s |\n", name, about)
			default:
				fmt.Fprintf(&b, "| *%s_…* | *%s* |\n", name, strings.TrimSuffix(about, "."))
				visit(m, name+"_")
			}
		}
	}
	visit(description(), "")
	return b.String()
}

func words(v *vocabulary) string {
	if len(v.words) > 25 {
		return "`claimwire schema encounter` lists them."
	}
	return "`" + strings.Join(v.words, "` `") + "`"
}

// The document has every column, with what the schema says of it.
func TestDocumentHasTheColumns(t *testing.T) {
	const file = docs + "encounter-columns.md"
	if *update {
		if err := os.WriteFile(file, []byte(columnDocument()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(text) != columnDocument() {
		t.Error("the columns of docs/encounter-columns.md are not those of the fields: go test ./gateway/intake -update")
	}
}

// The examples of the document are encounters with nothing wrong, and the
// columns that its text names exist.
func TestDocumentExamples(t *testing.T) {
	text, err := os.ReadFile(docs + "encounters.md")
	if err != nil {
		t.Fatal(err)
	}
	examples := strings.Split(string(text), "```json\n")[1:]
	if len(examples) < 2 {
		t.Errorf("%d examples", len(examples))
	}
	for _, example := range examples {
		example, _, _ = strings.Cut(example, "```")
		it := readAll(t, []byte(example))[0]
		it.Claim(directory{})
		for _, f := range it.Findings {
			t.Errorf("the example %s: %s %v: %s", it.Encounter.ID, f.Field, f.Code, f.Message())
		}
	}
	_, csv, _ := strings.Cut(string(text), "## CSV")
	csv, _, _ = strings.Cut(csv, "\n## ")
	names := regexp.MustCompile("`([a-z]+_[a-z0-9_]+)`").FindAllStringSubmatch(csv, -1)
	cells := [][]byte{[]byte("id")}
	for _, n := range names {
		if n[1] != "line_" && n[1] != "line_procedure" {
			cells = append(cells, []byte(n[1]))
		}
	}
	if _, want := bindHeader(append(cells, []byte("line_procedure"))); want != "" || len(cells) < 6 {
		t.Errorf("%d columns in the text: %s", len(cells), want)
	}
}
