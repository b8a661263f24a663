package sheet

import (
	"errors"
	"io"
	"strings"

	"tanggap/internal/language"
)

// Normal is the normal form of a heading or a name: two that people take for the same have the same.
func Normal(name string) string { return strings.Join(language.Words(name), " ") }

// mostAbove is how many rows may stand above a heading: titles, dates, who printed it.
const mostAbove = 20

// Heading finds the row that names the columns: the one of the first rows in which score finds most, and at
// least something. It leaves the reader at the row below it. io.EOF where there is none.
func (r *Reader) Heading(score func(cells []string) int) (Row, error) {
	best, most := -1, 0
	var seen []Row
	for len(seen) < mostAbove {
		row, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return Row{}, err
		}
		if n := score(row.Cells); n > most {
			best, most = len(seen), n
		}
		seen = append(seen, row)
	}
	if best < 0 {
		r.ahead = seen
		return Row{}, io.EOF
	}
	r.ahead = seen[best+1:]
	return seen[best], nil
}
