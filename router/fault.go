package router

import (
	"errors"
	"fmt"
	"strings"
)

// Why a pattern cannot be read: the Code of a PatternFault.
const (
	PatternEmpty = "empty" // it has no words
	PatternSides = "sides" // " + " stands in it twice
	PatternSet   = "set"   // it names a set that there is not
	PatternWord  = "word"  // something in it is no word, or several
)

// PatternFault is what is wrong with a pattern.
type PatternFault struct {
	Pattern string // as it was written; "" in a member of a set
	Code    string
	Word    string // that is at fault, of the last two codes
}

// Error says it.
func (f PatternFault) Error() string {
	text := map[string]string{
		PatternEmpty: "no words", PatternSides: "more than two sides", PatternSet: "unknown set " + f.Word, PatternWord: fmt.Sprintf("%q is not one word", f.Word),
	}[f.Code]
	if f.Pattern == "" {
		return text
	}
	return fmt.Sprintf("pattern %q: %s", f.Pattern, text)
}

// CheckPatterns finds what is wrong with patterns of a category or an agency, by their place in the list.
func (c *City) CheckPatterns(sources []string) map[int]PatternFault {
	v := newVocabulary()
	for name := range c.vocabulary.symbols {
		if strings.HasPrefix(name, "<") {
			v.symbol(name)
		}
	}
	faults := map[int]PatternFault{}
	for i, source := range sources {
		_, err := v.parse(source)
		if fault := (PatternFault{}); errors.As(err, &fault) {
			faults[i] = fault
		}
	}
	return faults
}
