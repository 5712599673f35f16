package edi_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// The arrows of the house: which of our packages a package may import. Left
// may import right, and what right may import. A package that is not listed
// may import none of ours. Tests may import anything.
//
// edi/explain and edi/record were added to the house later: docs/decisions.md.
var arrows = map[string][]string{
	"edi/diag":    {},
	"edi/money":   {},
	"edi/record":  {},
	"edi/explain": {"edi/diag"},
	"edi/codes":   {},
	"edi/x12":     {"edi/diag"},
	"edi/guide":   {"edi/x12", "edi/codes", "edi/diag"},

	"edi/party":  {"edi/x12", "edi/money", "edi/record", "edi/diag"},
	"edi/adjust": {"edi/x12", "edi/money", "edi/record", "edi/diag"},

	"edi/claim":   {"edi/guide", "edi/x12", "edi/party", "edi/adjust", "edi/money", "edi/record", "edi/diag"},
	"edi/remit":   {"edi/guide", "edi/x12", "edi/party", "edi/adjust", "edi/money", "edi/record", "edi/diag", "edi/explain"},
	"edi/status":  {"edi/guide", "edi/x12", "edi/party", "edi/adjust", "edi/money", "edi/record", "edi/diag", "edi/explain"},
	"edi/attach":  {"edi/guide", "edi/x12", "edi/party", "edi/adjust", "edi/money", "edi/record", "edi/diag", "edi/explain"},
	"edi/generic": {"edi/guide", "edi/x12", "edi/record"},

	"edi/pair": {"edi/claim", "edi/remit", "edi/money"},

	"edi/drg": {"edi/codes", "edi/diag", "edi/record"},
	"edi/mce": {"edi/codes", "edi/diag", "edi/record"},
	"edi/rule": {"edi/claim", "edi/remit", "edi/status", "edi/codes", "edi/drg", "edi/mce", "edi/money", "edi/diag",
		"edi/x12", "edi/party", "edi/adjust", "edi/record"},
	"edi/ack": {"edi/claim", "edi/status", "edi/guide", "edi/x12", "edi/party", "edi/money", "edi/record", "edi/diag", "edi/explain"},
	"edi":     {"edi/*"},
	// It reads files with the engine, and shows them.
	"edi/inspect": {"edi", "edi/*"},

	"partners":   {"edi", "edi/*"},
	"partners/*": {"partners", "edi", "edi/*"},
	// The simulated payer needs a server, and may not reach into the gateway.
	"partners/simulate": {"partners", "partners/sftpd", "edi", "edi/*"},

	"gateway":                {"partners", "partners/*", "edi", "edi/*"},
	"gateway/*":              {"gateway", "partners", "partners/*", "edi", "edi/*"},
	"gateway/api":            {"gateway/access"},
	"gateway/web":            {"gateway/access"},
	"gateway/client":         {"gateway/api"},
	"gateway/store/sqlite":   {"gateway/store"},
	"gateway/store/postgres": {"gateway/store"},

	"cmd/*": {"testdata", "gateway", "gateway/*", "partners", "partners/*", "edi", "edi/*"},
}

// Packages of tests alone: they may use what they test.
var testPackages = []string{"gateway/store/storetest", "gateway/export/exporttest"}

// TestArrows keeps the imports of every package to the arrows.
func TestArrows(t *testing.T) {
	for pkg, files := range packages(t) {
		if slices.Contains(testPackages, pkg) {
			continue
		}
		allowed := allowedImports(pkg)
		for _, f := range files {
			for _, imp := range f.imports {
				of, ours := strings.CutPrefix(imp, "claimwire/")
				if ours && !matchAny(allowed, of) {
					t.Errorf("%s: %s may not import %s", f.name, pkg, of)
				}
			}
		}
	}
}

// allowedImports joins the rows that name a package, exactly or by pattern.
func allowedImports(pkg string) []string {
	var list []string
	for row, right := range arrows {
		if row == pkg || strings.HasPrefix(pkg, "gateway/") && row == "gateway/*" ||
			strings.HasPrefix(pkg, "partners/") && row == "partners/*" || strings.HasPrefix(pkg, "cmd/") && row == "cmd/*" {
			list = append(list, right...)
		}
	}
	return list
}

func matchAny(patterns []string, pkg string) bool {
	for _, p := range patterns {
		if p == pkg {
			return true
		}
		if base, ok := strings.CutSuffix(p, "/*"); ok && strings.HasPrefix(pkg, base+"/") {
			return true
		}
	}
	return false
}

// TestEdiIsPure keeps clock, disk, network, SQL and logs out of edi: bytes in,
// values and diagnostics out. Tests may use them.
func TestEdiIsPure(t *testing.T) {
	banned := []string{"os", "os/exec", "os/signal", "os/user", "io/ioutil", "path/filepath", "net", "net/http", "log", "log/slog", "syscall", "plugin",
		"database/sql", "runtime/cgo", "C"}
	bannedUnder := []string{"net/", "log/", "database/", "internal/"}
	clock := []string{"Now", "Since", "Until", "Sleep", "After", "AfterFunc", "Tick", "NewTimer", "NewTicker", "Local"}
	// What only measures is safe anywhere; views over bytes live in one small
	// file of a package, which says how long they last.
	measures := []string{"Sizeof", "Alignof", "Offsetof"}
	for pkg, files := range packages(t) {
		if pkg != "edi" && !strings.HasPrefix(pkg, "edi/") {
			continue
		}
		viewsIn := ""
		for _, f := range files {
			for _, imp := range f.imports {
				switch {
				case slices.Contains(banned, imp), slices.ContainsFunc(bannedUnder, func(p string) bool { return strings.HasPrefix(imp, p) }):
					t.Errorf("%s imports %s", f.name, imp)
				case strings.Contains(imp, ".") && !strings.HasPrefix(imp, "claimwire/"):
					t.Errorf("%s imports another module: %s", f.name, imp)
				}
			}
			ast.Inspect(f.tree, func(n ast.Node) bool {
				sel, ok := n.(*ast.SelectorExpr)
				if !ok {
					return true
				}
				x, ok := sel.X.(*ast.Ident)
				switch {
				case !ok:
				case x.Name == "time" && slices.Contains(f.imports, "time") && slices.Contains(clock, sel.Sel.Name):
					t.Errorf("%s: time.%s: edi has no clock", f.set.Position(sel.Pos()), sel.Sel.Name)
				case x.Name == "unsafe" && !slices.Contains(measures, sel.Sel.Name):
					if viewsIn != "" && viewsIn != f.name {
						t.Errorf("%s: unsafe.%s, and %s has such views already: keep them in one file", f.set.Position(sel.Pos()), sel.Sel.Name, viewsIn)
					}
					viewsIn = f.name
				}
				return true
			})
		}
	}
}

// TestRootIsTidy keeps the root of the repository to what the user fixed and
// what every repository has.
func TestRootIsTidy(t *testing.T) {
	fixed := []string{"cmd", "edi", "gateway", "partners", "testdata", "docs", "go.mod", "go.sum", "README.md", "LICENSE", "NOTICE"}
	built := []string{"claimwire", "dist"} // ignored by git
	entries, err := os.ReadDir("..")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		name := e.Name()
		if strings.HasPrefix(name, ".") || slices.Contains(fixed, name) || slices.Contains(built, name) ||
			strings.HasSuffix(name, ".test") || strings.HasSuffix(name, ".prof") {
			continue
		}
		t.Errorf("%s does not belong at the root", name)
	}
}

// source is one Go file that is not a test.
type source struct {
	name    string // from the root: "edi/x12/scanner.go"
	set     *token.FileSet
	tree    *ast.File
	imports []string
}

// packages parses every Go file of the module that is not a test, by package.
func packages(t *testing.T) map[string][]source {
	t.Helper()
	list := map[string][]source{}
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if n := d.Name(); n == "testdata" || len(n) > 2 && n[0] == '.' {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		rel, err := filepath.Rel("..", path)
		if err != nil {
			return err
		}
		set := token.NewFileSet()
		tree, err := parser.ParseFile(set, path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		f := source{name: filepath.ToSlash(rel), set: set, tree: tree}
		for _, imp := range tree.Imports {
			p, err := strconv.Unquote(imp.Path.Value)
			if err != nil {
				return fmt.Errorf("%s: %w", path, err)
			}
			f.imports = append(f.imports, p)
		}
		pkg := filepath.ToSlash(filepath.Dir(rel))
		list[pkg] = append(list[pkg], f)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(list) < 10 {
		t.Fatalf("only %d packages found", len(list))
	}
	return list
}
