// Package tanggap_test holds the house to its plan: which package may import which, as data. Whatever
// the tables do not allow fails.
package tanggap_test

import (
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "tanggap/"

// may says which of our packages a package may import, beside what is below it in the table's words.
// A package that is not here has no place in the house yet.
var may = map[string][]string{
	// The ground: the contract and the store know nobody.
	"channels":          {},
	"channels/sms":      {"channels"},
	"internal/language": {},
	"tickets/clock":     {},
	"tickets":           {"tickets/clock", "internal/language"},
	"migrations":        {},
	"tickets/dump":      {"migrations"},
	"tickets/staff":     {"tickets"},
	"tickets/lessons":   {"tickets"},
	"tickets/learned":   {"tickets"},
	"tickets/triage":    {"tickets"},
	"tickets/history":   {"tickets"},
	"tickets/edits":     {"tickets"},
	"tickets/asked":     {"tickets"},
	"tickets/figures":   {"tickets"},
	"tickets/quality":   {"tickets"},
	"tickets/oncall":    {"tickets"},
	"tickets/pass":      {"tickets"},
	"tickets/breaker":   {"tickets"},
	"tickets/kept":      {"tickets"},
	"tickets/incidents": {"tickets"},
	"tickets/originals": {"tickets"},

	// Adapters know the contract, never each other, tickets or the router.
	"channels/telegram":        {"channels", "channels/telegram/update"},
	"channels/telegram/update": {"channels"},
	"channels/twilio":          {"channels", "channels/sms"},
	"channels/gateway":         {"channels", "channels/sms"},
	"channels/email":           {"channels", "channels/email/domain", "channels/email/fetch", "channels/email/letter", "channels/email/oauth", "channels/email/outgoing", "channels/email/survey", "channels/email/trust", "channels/email/wire"},
	"channels/email/domain":    {"channels"},
	"channels/email/survey":    {"channels", "channels/email/trust", "channels/email/wire"},
	"channels/email/letter":    {"channels"},
	"channels/email/oauth":     {"channels"},
	"channels/email/fetch":     {"channels", "channels/email/wire"},
	"channels/email/wire":      {"channels"},
	"channels/email/outgoing":  {},
	"channels/email/trust":     {},

	// The router is above them.
	"router/place":    {"internal/language"},
	"router/classify": {"internal/language"},
	"router/similar":  {"internal/language", "router/place"},
	"router":          {"channels", "tickets", "tickets/clock", "internal/language", "router/place", "router/classify", "router/similar"},
	"router/dispatch": {"channels", "channels/sms", "tickets", "tickets/clock", "internal/language", "router"},

	// Tests alone use it.
	"router/classify/classifytest": {"router/classify"},

	// The bot, the city packs and the web are above the router. The web never sees an adapter.
	"bot/command":  {"tickets", "internal/language"},
	"bot/words":    {},
	"bot":          {"bot/command", "bot/words", "channels", "channels/sms", "tickets", "tickets/incidents", "tickets/clock", "internal/language", "router", "router/place", "router/similar"},
	"bot/alert":    {"channels", "channels/sms", "tickets", "tickets/oncall", "router", "router/place"},
	"cities":       {"tickets/clock", "internal/language", "router", "router/place", "router/classify", "router/similar"},
	"cities/amend": {"tickets", "tickets/edits", "tickets/asked", "router", "cities"},
	"web/ui":       {"tickets", "tickets/clock", "internal/language", "router"},
	"web/discreet": {"tickets"},
	"web/original": {"channels/email/letter"},
	"web/reasons":  {},
	"web/api":      {"web/ui", "web/discreet", "channels", "channels/sms", "tickets", "tickets/clock", "internal/language", "router", "router/place", "bot", "cities"},
	"web/portal":   {"web/ui", "channels", "channels/sms", "tickets", "tickets/pass", "tickets/clock", "internal/language", "router", "router/place", "bot", "cities"},
	"web/rules":    {"web/ui", "tickets", "tickets/asked", "tickets/edits", "router", "bot", "cities", "cities/amend"},
	"web/console":  {"web/ui", "web/rules", "web/discreet", "web/original", "web/reasons", "channels", "channels/sms", "tickets", "tickets/breaker", "tickets/asked", "tickets/edits", "tickets/figures", "tickets/history", "tickets/incidents", "tickets/oncall", "tickets/originals", "tickets/quality", "tickets/staff", "tickets/triage", "tickets/clock", "internal/language", "router", "router/place", "router/similar", "bot", "cities", "cities/amend"},

	// The app wires, the command starts.
	"internal/config": {},
	"internal/blobs":  {},
	"internal/photo":  {},
	"internal/sheet":  {"internal/language"},
	"internal/lapor":  {"internal/sheet", "tickets", "tickets/history", "router"},
	"cities/lists":    {"cities", "internal/sheet", "router", "tickets", "tickets/staff"},
	"internal/backup": {"internal/blobs", "migrations", "tickets/dump"},
	"internal/app": {
		"channels", "channels/sms", "channels/telegram", "channels/twilio", "channels/gateway", "channels/email",
		"tickets", "tickets/breaker", "tickets/kept", "tickets/asked", "tickets/edits", "tickets/lessons", "tickets/learned", "tickets/history", "tickets/oncall", "tickets/originals", "tickets/pass", "tickets/staff", "tickets/figures", "tickets/quality", "tickets/incidents", "tickets/triage", "tickets/clock", "internal/language", "migrations", "internal/config", "internal/blobs",
		"channels/email/fetch", "channels/email/oauth",
		"router", "router/place", "router/classify", "router/similar", "router/dispatch", "bot", "bot/alert", "bot/command", "cities", "cities/amend",
		"internal/photo",
		"web/ui", "web/api", "web/portal", "web/console", "web/rules",
	},
	"cmd/tanggap": {
		"channels/email/fetch", "channels/email/oauth",
		"channels", "internal/app", "internal/backup", "internal/config", "internal/lapor", "internal/language", "internal/sheet", "migrations", "tickets", "tickets/breaker", "tickets/edits", "tickets/history", "tickets/oncall", "tickets/staff", "tickets/clock",
		"router", "router/place", "router/classify", "bot/alert", "cities", "cities/amend", "cities/lists",
	},

	// The demo, and the tests of the whole.
	"internal/demo": {"web/ui", "internal/app", "internal/config", "internal/blobs", "internal/sim", "channels", "channels/sms", "cities", "router", "bot", "tickets", "tickets/staff"},
	"internal/e2e":  {},

	// What tests stand on.
	"channels/channeltest":     {"channels"},
	"internal/browser":         {},
	"internal/sim":             {"channels", "channels/sms", "internal/loopback"},
	"internal/corpora":         {},
	"internal/dovecot":         {"internal/loopback"},
	"internal/kannel":          {"internal/loopback"},
	"internal/loopback":        {},
	"internal/smtpsink":        {"internal/loopback"},
	"internal/nameserver":      {},
	"internal/dbtest":          {"migrations", "internal/dbtest/postgres"},
	"internal/dbtest/postgres": {},
	"internal/dbtest/server":   {"internal/dbtest", "internal/dbtest/postgres"},
}

// onlyTests are packages for tests. internal/sim is also for the demo, which serve has no way to.
var onlyTests = []string{"channels/channeltest", "internal/browser", "internal/dbtest", "internal/dbtest/postgres", "internal/dovecot", "internal/kannel", "internal/loopback", "internal/nameserver", "internal/sim", "internal/smtpsink", "migrations"}

// wholeHouse are the packages whose tests may use everything: they test it from end to end.
var wholeHouse = []string{"bot", "internal/app", "internal/backup", "internal/demo", "internal/e2e", "cmd/tanggap", "internal/sim"}

// confined are libraries (by the beginning of their path) and where production code may import them.
var confined = map[string][]string{
	"github.com/jackc/pgx/":                {"tickets", "tickets/dump", "migrations", "internal/dbtest", "internal/dbtest/postgres"},
	"modernc.org/sqlite":                   {"tickets", "migrations"},
	"github.com/jmoiron/sqlx":              {"tickets"},
	"github.com/pressly/goose/":            {"migrations"},
	"github.com/go-telegram-bot-api/":      {"channels/telegram"},
	"github.com/twilio/twilio-go":          {"channels/twilio"},
	"github.com/emersion/go-imap/":         {"channels/email/wire", "internal/sim", "internal/dovecot"},
	"github.com/emersion/go-smtp":          {"internal/sim", "internal/dovecot"},
	"github.com/wneessen/go-mail":          {"channels/email/wire", "internal/sim"},
	"github.com/jhillyerd/enmime/":         {"channels/email/letter", "internal/sim"},
	"github.com/alecthomas/kong":           {"cmd/tanggap"},
	"github.com/xuri/excelize/":            {"internal/sheet"},
	"github.com/bep/imagemeta":             {"internal/photo"},
	"github.com/microcosm-cc/bluemonday":   {"web/original"},
	"golang.org/x/crypto/":                 {"tickets/staff"},
	"golang.org/x/term":                    {"cmd/tanggap"},
	"github.com/danielgtaylor/huma/":       {"web/api"},
	"github.com/prometheus/client_golang/": {"internal/app"},
	"github.com/chromedp/":                 {"internal/browser"},
	"testing":                              onlyTests,
}

// forbidden is imported nowhere: the root package of twilio-go takes a minute to build.
var forbidden = []string{"github.com/twilio/twilio-go", "github.com/rickar/cal/v2"}

// standardOnly are packages that use the standard library and ours, and nothing else.
var standardOnly = []string{"channels"}

// blank are the imports for effect that there may be.
var blank = map[string][]string{
	"github.com/jackc/pgx/v5/stdlib": {"tickets", "migrations"},
	"modernc.org/sqlite":             {"tickets", "migrations"},
	"time/tzdata":                    {"tickets/clock"},
	"image/gif":                      {"web/console"},
	"golang.org/x/image/webp":        {"web/console"},
}

// vague are names that say nothing of what is inside.
var vague = []string{"util", "utils", "common", "helper", "helpers", "model", "models", "type", "types", "base"}

// The limits of the house style: a file's in lines, those of a package in lines that hold code.
const (
	longestFile    = 400
	largestPackage = 4000
	largestAdapter = 900
)

// file is one source file of ours.
type file struct {
	dir, name string
	test      bool
	syntax    *ast.File
	lines     int
	code      int // lines that hold more than a comment
}

func (f file) path() string { return path.Join(f.dir, f.name) }

func sources(t *testing.T) []file {
	t.Helper()
	set := token.NewFileSet()
	var all []file
	err := filepath.WalkDir(".", func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && p != "." && (strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata" || d.Name() == "node_modules") {
			return filepath.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(p, ".go") || filepath.Dir(p) == "." {
			return nil
		}
		text, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		syntax, err := parser.ParseFile(set, p, text, parser.ParseComments)
		if err != nil {
			return err
		}
		all = append(all, file{
			dir: filepath.ToSlash(filepath.Dir(p)), name: d.Name(), test: strings.HasSuffix(p, "_test.go"),
			syntax: syntax, lines: set.File(syntax.FileStart).LineCount(),
			code: codeLines(text),
		})
		return nil
	})
	if err != nil || len(all) == 0 {
		t.Fatal(len(all), err)
	}
	return all
}

// codeLines counts the lines with a token on them.
func codeLines(text []byte) int {
	set := token.NewFileSet()
	f := set.AddFile("", set.Base(), len(text))
	var s scanner.Scanner
	s.Init(f, text, nil, 0)
	lines := map[int]bool{}
	for {
		pos, tok, lit := s.Scan()
		if tok == token.EOF {
			return len(lines)
		}
		if lit != "\n" { // a semicolon that the scanner put at a line's end
			for i := range strings.Count(lit, "\n") + 1 {
				lines[f.Line(pos)+i] = true
			}
		}
	}
}

func TestImportsRunOneWay(t *testing.T) {
	for _, f := range sources(t) {
		if _, known := may[f.dir]; !known {
			t.Errorf("%s: the package has no place in the table of deps_test.go", f.path())
			continue
		}
		for _, spec := range f.syntax.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				t.Fatal(err)
			}
			if ours, ok := strings.CutPrefix(imported, module); ok {
				if !mayUse(f, ours) {
					t.Errorf("%s imports %s", f.path(), imported)
				}
			} else if why := foreign(f, imported); why != "" {
				t.Errorf("%s imports %s: %s", f.path(), imported, why)
			}
			if spec.Name != nil && spec.Name.Name == "." {
				t.Errorf("%s imports %s with a dot", f.path(), imported)
			}
			if spec.Name != nil && spec.Name.Name == "_" && imported != "embed" && !slices.Contains(blank[imported], f.dir) {
				t.Errorf("%s imports %s for its effect", f.path(), imported)
			}
		}
	}
}

func mayUse(f file, ours string) bool {
	if slices.Contains(may[f.dir], ours) {
		return true
	}
	if !f.test {
		isDemo := f.dir == "cmd/tanggap" && strings.HasPrefix(f.name, "demo")
		return isDemo && (ours == "internal/demo" || ours == "internal/sim")
	}
	return ours == f.dir || slices.Contains(onlyTests, ours) || slices.Contains(wholeHouse, f.dir)
}

// foreign says why a package that is not ours may not be imported here, "" where it may.
func foreign(f file, imported string) string {
	if slices.Contains(forbidden, imported) {
		return "nobody may"
	}
	if f.test {
		return ""
	}
	first, _, _ := strings.Cut(imported, "/")
	if strings.Contains(first, ".") && slices.Contains(standardOnly, f.dir) {
		return "the package uses the standard library only"
	}
	for prefix, where := range confined {
		isIt := imported == strings.TrimSuffix(prefix, "/") || strings.HasPrefix(imported, strings.TrimSuffix(prefix, "/")+"/")
		if isIt && !slices.Contains(where, f.dir) && !(prefix == "testing" && imported != "testing") {
			return "only these may: " + strings.Join(where, ", ")
		}
	}
	return ""
}

func TestTableHasNoCycleAndNoAdapterAboveTheWeb(t *testing.T) {
	for from := range may {
		if reaches(from, from, map[string]bool{}) {
			t.Errorf("the table lets %s import itself by way of others", from)
		}
		if strings.HasPrefix(from, "web/") {
			for _, adapter := range []string{"channels/telegram", "channels/twilio", "channels/gateway", "channels/email"} {
				if reaches(from, adapter, map[string]bool{}) {
					t.Errorf("the table lets %s reach %s", from, adapter)
				}
			}
		}
	}
}

func reaches(from, to string, seen map[string]bool) bool {
	for _, next := range may[from] {
		if next == to {
			return true
		}
		if !seen[next] {
			seen[next] = true
			if reaches(next, to, seen) {
				return true
			}
		}
	}
	return false
}

func TestPackagesHaveNames(t *testing.T) {
	for _, f := range sources(t) {
		if slices.Contains(vague, path.Base(f.dir)) || slices.Contains(vague, f.syntax.Name.Name) {
			t.Errorf("%s: package %s says nothing of what is inside", f.path(), f.syntax.Name.Name)
		}
	}
}

func TestSizes(t *testing.T) {
	total := map[string]int{}
	for _, f := range sources(t) {
		if f.test {
			continue
		}
		if f.lines > longestFile {
			t.Errorf("%s has %d lines, want at most %d: split it by noun", f.path(), f.lines, longestFile)
		}
		total[f.dir] += f.code
	}
	for _, dir := range slices.Sorted(maps.Keys(total)) {
		limit := largestPackage
		if slices.Contains([]string{"channels/telegram", "channels/twilio", "channels/gateway", "channels/email"}, dir) {
			limit = largestAdapter
		}
		if total[dir] > limit {
			t.Errorf("%s has %d lines of code, want at most %d", dir, total[dir], limit)
		}
	}
}

func TestNoInitAndNoPackageState(t *testing.T) {
	byDir := map[string][]file{}
	for _, f := range sources(t) {
		if !f.test {
			byDir[f.dir] = append(byDir[f.dir], f)
		}
	}
	for _, files := range byDir {
		vars := map[string]bool{}
		for _, f := range files {
			packageVars(t, f, vars)
		}
		for _, f := range files {
			assignments(t, f, vars)
		}
	}
}

// packageVars collects the variables of a file and refuses those that can only be state.
func packageVars(t *testing.T, f file, vars map[string]bool) {
	t.Helper()
	for _, decl := range f.syntax.Decls {
		switch d := decl.(type) {
		case *ast.FuncDecl:
			if d.Recv == nil && d.Name.Name == "init" {
				t.Errorf("%s has an init function", f.path())
			}
		case *ast.GenDecl:
			if d.Tok != token.VAR {
				continue
			}
			for _, spec := range d.Specs {
				v := spec.(*ast.ValueSpec)
				for _, name := range v.Names {
					vars[name.Name] = name.Name != "_"
				}
				embedded := strings.Contains(comments(d.Doc)+comments(v.Doc), "//go:embed")
				if len(v.Values) == 0 && !embedded {
					t.Errorf("%s: %s has no value: package state", f.path(), v.Names[0].Name)
				}
				if v.Type != nil && isLock(v.Type) {
					t.Errorf("%s: %s is package state", f.path(), v.Names[0].Name)
				}
			}
		}
	}
}

func comments(g *ast.CommentGroup) string {
	if g == nil {
		return ""
	}
	var s strings.Builder
	for _, c := range g.List {
		s.WriteString(c.Text + "\n")
	}
	return s.String()
}

func isLock(e ast.Expr) bool {
	sel, ok := e.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	pkg, ok := sel.X.(*ast.Ident)
	return ok && (pkg.Name == "sync" || pkg.Name == "atomic")
}

// assignments refuses functions that change a variable of the package.
func assignments(t *testing.T, f file, vars map[string]bool) {
	t.Helper()
	changed := func(e ast.Expr) {
		if name := root(e); name != nil && vars[name.Name] && isPackageLevel(f, name) {
			t.Errorf("%s: a function changes %s: package state", f.path(), name.Name)
		}
	}
	ast.Inspect(f.syntax, func(n ast.Node) bool {
		switch s := n.(type) {
		case *ast.AssignStmt:
			if s.Tok != token.DEFINE {
				for _, e := range s.Lhs {
					changed(e)
				}
			}
		case *ast.IncDecStmt:
			changed(s.X)
		case *ast.CallExpr:
			if fn, ok := s.Fun.(*ast.Ident); ok && (fn.Name == "delete" || fn.Name == "clear") && len(s.Args) > 0 {
				changed(s.Args[0])
			}
		}
		return true
	})
}

// root is x of x, x.f, x[i] and *x.
func root(e ast.Expr) *ast.Ident {
	for {
		switch x := e.(type) {
		case *ast.Ident:
			return x
		case *ast.SelectorExpr:
			e = x.X
		case *ast.IndexExpr:
			e = x.X
		case *ast.StarExpr:
			e = x.X
		case *ast.ParenExpr:
			e = x.X
		default:
			return nil
		}
	}
}

// isPackageLevel is whether a name means the package's variable: the parser resolves local names, and
// those of the file's own top level, and leaves the package's other files open.
func isPackageLevel(f file, name *ast.Ident) bool {
	return name.Obj == nil || f.syntax.Scope.Lookup(name.Name) == name.Obj
}

func TestTheRulesRefuse(t *testing.T) {
	for _, tt := range []struct {
		file     file
		imported string
		allowed  bool
	}{
		{file{dir: "channels/email", name: "poll.go"}, "channels", true},
		{file{dir: "channels/email", name: "poll.go"}, "channels/twilio", false},
		{file{dir: "channels/email", name: "poll.go"}, "tickets", false},
		{file{dir: "channels/email", name: "poll_test.go", test: true}, "channels/channeltest", true},
		{file{dir: "channels/email", name: "poll.go"}, "channels/channeltest", false},
		{file{dir: "web/api", name: "routes.go"}, "channels/telegram", false},
		{file{dir: "tickets", name: "store.go"}, "router", false},
		{file{dir: "cmd/tanggap", name: "serve.go"}, "internal/sim", false},
		{file{dir: "cmd/tanggap", name: "demo.go"}, "internal/sim", true},
	} {
		if got := mayUse(tt.file, tt.imported); got != tt.allowed {
			t.Errorf("%s may import %s: %v, want %v", tt.file.path(), tt.imported, got, tt.allowed)
		}
	}
	for _, tt := range []struct {
		dir, imported string
		allowed       bool
	}{
		{"channels", "net/http", true},
		{"channels", "golang.org/x/text/unicode/norm", false},
		{"channels/twilio", "github.com/twilio/twilio-go/client", true},
		{"channels/twilio", "github.com/twilio/twilio-go", false},
		{"bot", "github.com/twilio/twilio-go/client", false},
		{"bot", "github.com/jackc/pgx/v5", false},
		{"tickets", "testing", false},
		{"tickets", "testing/fstest", true},
	} {
		if got := foreign(file{dir: tt.dir, name: "x.go"}, tt.imported) == ""; got != tt.allowed {
			t.Errorf("%s may import %s: %v, want %v", tt.dir, tt.imported, got, tt.allowed)
		}
	}
}
