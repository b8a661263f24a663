package ui

import (
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"text/template/parse"
)

// checkWords holds templates and catalogue to each other: every word that is used is there, with the
// values that it needs, and every word that is there is used.
func (u *UI) checkWords(bundles []Bundle) error {
	c := &checker{words: u.words, used: map[string]bool{}}
	for _, b := range bundles {
		names, err := fs.Glob(b.Files, "templates/*.html")
		if err != nil {
			return err
		}
		for _, name := range names {
			c.where = b.Name + "/" + name
			t, err := template.New("").Funcs(u.funcs(languages[0])).ParseFS(b.Files, name)
			if err != nil {
				return fmt.Errorf("reading %s: %w", c.where, err)
			}
			for _, one := range t.Templates() {
				if one.Tree != nil {
					c.walk(one.Tree.Root)
				}
			}
		}
	}
	for _, key := range slices.Sorted(maps.Keys(u.words.wanted)) {
		if u.words.byKey[key] == nil {
			c.fault("there is no word %s, which a bundle lists", key)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(u.words.byKey)) {
		if !c.used[key] && !u.words.wanted[key] {
			c.fault("the word %s is not used", key)
		}
	}
	return errors.Join(c.faults...)
}

type checker struct {
	words  *words
	where  string
	used   map[string]bool
	faults []error
}

func (c *checker) fault(format string, args ...any) {
	c.faults = append(c.faults, fmt.Errorf("checking the words: "+format, args...))
}

func (c *checker) walk(n parse.Node) {
	switch n := n.(type) {
	case *parse.ListNode:
		if n != nil {
			for _, each := range n.Nodes {
				c.walk(each)
			}
		}
	case *parse.ActionNode:
		c.walk(n.Pipe)
	case *parse.TemplateNode:
		c.walk(n.Pipe)
	case *parse.IfNode:
		c.branch(&n.BranchNode)
	case *parse.RangeNode:
		c.branch(&n.BranchNode)
	case *parse.WithNode:
		c.branch(&n.BranchNode)
	case *parse.PipeNode:
		if n != nil {
			for _, each := range n.Cmds {
				c.walk(each)
			}
		}
	case *parse.CommandNode:
		for _, each := range n.Args {
			c.walk(each)
		}
		if f, ok := n.Args[0].(*parse.IdentifierNode); ok && (f.Ident == "t" || f.Ident == "tf") {
			c.call(f.Ident, n.Args[1:])
		}
	}
}

func (c *checker) branch(n *parse.BranchNode) {
	c.walk(n.Pipe)
	c.walk(n.List)
	c.walk(n.ElseList)
}

func (c *checker) call(f string, args []parse.Node) {
	var key *parse.StringNode
	if len(args) > 0 {
		key, _ = args[0].(*parse.StringNode)
	}
	switch {
	case key == nil:
		c.fault("%s: %s wants its key written out", c.where, f)
	case f == "tf":
		if !c.words.family[key.Text] {
			c.fault("%s: there is no family %s", c.where, key.Text)
		}
	case c.words.byKey[key.Text] == nil:
		c.fault("%s: there is no word %s", c.where, key.Text)
	default:
		c.used[key.Text] = true
		var names []string
		for i := 1; i < len(args); i += 2 {
			if name, ok := args[i].(*parse.StringNode); ok {
				names = append(names, "{"+name.Text+"}")
			}
		}
		slices.Sort(names)
		if want := placeholders(c.words.byKey[key.Text][0]); !slices.Equal(names, want) {
			c.fault("%s: %s has the values %s, wants %s", c.where, key.Text, strings.Join(names, " "), strings.Join(want, " "))
		}
	}
}
