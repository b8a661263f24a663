package dbtest

import (
	"context"
	"database/sql"
	"strings"
)

// Reader reads rows, as a tickets.Store does.
type Reader interface {
	Rows(ctx context.Context, scan func(*sql.Rows) error, query string, args ...any) error
}

// Lines is the last column of what a statement returns, a line each: of EXPLAIN, the plan.
func Lines(ctx context.Context, r Reader, text string, args ...any) (string, error) {
	var lines []string
	err := r.Rows(ctx, func(rows *sql.Rows) error {
		names, err := rows.Columns()
		if err != nil {
			return err
		}
		cells := make([]any, len(names))
		var last sql.NullString
		for i := range cells {
			cells[i] = new(any)
		}
		cells[len(cells)-1] = &last
		err = rows.Scan(cells...)
		lines = append(lines, last.String)
		return err
	}, text, args...)
	return strings.Join(lines, "\n"), err
}
