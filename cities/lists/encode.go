package lists

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// widest is how long a line of a pack's file gets, in letters.
const widest = 140

// pair is a key with its value, as the files of packs are written.
func pair(key string, value any) []string {
	one := key + " = " + encoded(value)
	list, ok := value.([]any)
	if !ok || len(one) <= widest {
		return []string{one}
	}
	lines := []string{key + " = ["}
	row := " "
	for i, x := range list {
		item := " " + encoded(x)
		if i < len(list)-1 {
			item += ","
		}
		if len(row)+len(item) > widest && row != " " {
			lines, row = append(lines, row), " "
		}
		row += item
	}
	return append(lines, row, "]")
}

// encoded is a value as TOML. The keys of a table stand in the order of a pack's files.
func encoded(value any) string {
	switch v := value.(type) {
	case string:
		return quoted(v)
	case []any:
		var parts []string
		for _, x := range v {
			parts = append(parts, encoded(x))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case map[string]any:
		var parts []string
		for _, key := range sorted(v) {
			parts = append(parts, key+" = "+encoded(v[key]))
		}
		return "{ " + strings.Join(parts, ", ") + " }"
	}
	return fmt.Sprint(value)
}

func sorted(table map[string]any) []string {
	order := []string{"id", "en", "value", "unit", "source", "example"}
	var keys []string
	for key := range table {
		keys = append(keys, key)
	}
	slices.SortFunc(keys, func(a, b string) int {
		i, j := slices.Index(order, a), slices.Index(order, b)
		if i == j {
			return strings.Compare(a, b)
		}
		return i - j
	})
	return keys
}

// quoted is a text between quotation marks; what no screen shows is written as a number.
func quoted(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case !unicode.IsPrint(r):
			fmt.Fprintf(&b, `\U%08X`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}
