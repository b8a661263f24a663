package reasons

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

func TestReasonsInIndonesian(t *testing.T) {
	w := New()
	for reason, want := range map[string]string{
		"": "",
		"the mail came back, there is no such mailbox":                                    "surel kembali: kotak surat itu tidak ada",
		"the mail came back, there is no such mailbox: 550 No such user: x":               "surel kembali: kotak surat itu tidak ada: 550 No such user: x",
		"given up after two days: the citizen's mailbox is full":                          "dihentikan setelah dua hari dicoba: kotak surat warga penuh",
		"given up after two days: may have arrived; the platform could not be asked: why": "dihentikan setelah dua hari dicoba: may have arrived; the platform could not be asked: why",
		"the attachments are larger than 20 MB":                                           "lampiran lebih besar dari 20 MB",
		"something new":                                                                   "something new",
	} {
		if got := w.In("id", reason); got != want {
			t.Errorf("%q: %q, want %q", reason, got, want)
		}
		if got := w.In("en", reason); got != reason {
			t.Errorf("%q in English: %q", reason, got)
		}
	}
}

// internal are reasons that no message of a citizen's has: they are about logins alone.
var internal = []string{"oauth"}

// Every reason that mail and dispatch know is in the table.
func TestEveryReasonOfMailHasItsWords(t *testing.T) {
	w := New()
	found := 0
	for _, root := range []string{"../../channels/email", "../../router/dispatch"} {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			if d.IsDir() && (d.Name() == internal[0] || d.Name() == "testdata") {
				return filepath.SkipDir
			}
			if d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return nil
			}
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
			if err != nil {
				return err
			}
			ast.Inspect(file, func(n ast.Node) bool {
				for _, reason := range reasonsOf(n) {
					found++
					plain := strings.NewReplacer("%d", "7", "%s", "x").Replace(reason)
					if w.In("id", strings.TrimSuffix(plain, ": ")) == strings.TrimSuffix(plain, ": ") {
						t.Errorf("%s: %q has no words", path, reason)
					}
				}
				return true
			})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if found < 50 {
		t.Errorf("only %d reasons are found", found)
	}
}

// reasonsOf are the reasons that a node of a source gives: channels.Errorf(kind, code, reason), a field or an assignment
// of the name Reason, and the last field of a rule.
func reasonsOf(n ast.Node) (all []string) {
	add := func(e ast.Expr) {
		if sum, ok := e.(*ast.BinaryExpr); ok {
			e = sum.X
		}
		if lit, ok := e.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			if s, err := strconv.Unquote(lit.Value); err == nil && strings.Contains(s, " ") && !strings.Contains(s, "token") && !strings.HasPrefix(s, ": ") {
				all = append(all, s)
			}
		}
	}
	named := func(e ast.Expr, name string) bool {
		switch e := e.(type) {
		case *ast.Ident:
			return e.Name == name
		case *ast.SelectorExpr:
			return e.Sel.Name == name
		}
		return false
	}
	switch n := n.(type) {
	case *ast.CallExpr:
		if named(n.Fun, "Errorf") && len(n.Args) > 2 {
			add(n.Args[2])
		}
	case *ast.KeyValueExpr:
		if named(n.Key, "Reason") {
			add(n.Value)
		}
	case *ast.AssignStmt:
		if named(n.Lhs[len(n.Lhs)-1], "Reason") {
			add(n.Rhs[len(n.Rhs)-1])
		}
	case *ast.CompositeLit:
		if n.Type == nil && len(n.Elts) == 7 {
			add(n.Elts[6])
		}
	}
	return all
}
