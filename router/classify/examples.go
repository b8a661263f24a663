package classify

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Example is a report whose label is known.
type Example struct {
	Label string
	Text  string
}

// longLine is how many bytes a line of examples may have.
const longLine = 1 << 20

// ReadExamples reads lines of a label, a tab and a text. A further tab is part of the text; empty lines
// and those that begin with "#" are skipped. An error names the line, and quotes nothing of it.
func ReadExamples(r io.Reader) ([]Example, error) {
	var out []Example
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, longLine)
	number := 0
	for lines.Scan() {
		number++
		line := strings.TrimSuffix(lines.Text(), "\r")
		if number == 1 {
			line = strings.TrimPrefix(line, "\ufeff")
		}
		if strings.TrimSpace(line) == "" || line[0] == '#' {
			continue
		}
		label, text, ok := strings.Cut(line, "\t")
		if label = strings.TrimSpace(label); !ok || label == "" {
			return nil, fmt.Errorf("reading examples: line %d is no label, tab and text", number)
		}
		out = append(out, Example{label, strings.TrimSpace(text)})
	}
	if err := lines.Err(); errors.Is(err, bufio.ErrTooLong) {
		return nil, fmt.Errorf("reading examples: line %d has more than %d bytes", number+1, longLine)
	} else if err != nil {
		return nil, fmt.Errorf("reading examples: line %d: %w", number+1, err)
	}
	if len(out) == 0 {
		return nil, errors.New("reading examples: there are none")
	}
	return out, nil
}
