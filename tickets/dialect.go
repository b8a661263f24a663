package tickets

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jmoiron/sqlx"
	sqlitedriver "modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// dialect is the database's; this file alone knows what differs: bulk writes, set lookups, row
// locks, and the errors that mean "taken" and "try again".
type dialect int

const (
	sqlite dialect = iota
	postgres
)

// tx is one transaction; its methods take statements with ? for parameters, on both databases.
type tx struct {
	*sqlx.Tx
	ctx      context.Context
	dialect  dialect
	prepared map[string]*sqlx.Stmt
}

// statement is one of those that the store keeps parsed.
func (x *tx) statement(q string) *sql.Stmt { return x.StmtContext(x.ctx, x.prepared[q].Stmt) }

func (d dialect) bind(q string) string {
	if d == sqlite {
		return q
	}
	return sqlx.Rebind(sqlx.DOLLAR, q)
}

// forUpdate locks the rows that a SELECT in a write transaction reads. SQLite has one writer.
func (d dialect) forUpdate() string {
	if d == postgres {
		return " FOR UPDATE"
	}
	return ""
}

func (x *tx) exec(q string, args ...any) (int64, error) {
	r, err := x.ExecContext(x.ctx, x.dialect.bind(q), args...)
	if err != nil {
		return 0, err
	}
	return r.RowsAffected()
}

func (x *tx) get(dest any, q string, args ...any) error {
	return x.GetContext(x.ctx, dest, x.dialect.bind(q), args...)
}

func (x *tx) all(dest any, q string, args ...any) error {
	return x.SelectContext(x.ctx, dest, x.dialect.bind(q), args...)
}

// isTaken reports a unique or primary key that is there already.
func isTaken(err error) bool {
	var pg *pgconn.PgError
	var lite *sqlitedriver.Error
	switch {
	case errors.As(err, &pg):
		return pg.Code == "23505"
	case errors.As(err, &lite):
		return lite.Code() == sqlite3.SQLITE_CONSTRAINT_UNIQUE || lite.Code() == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY
	}
	return false
}

// refused tells by which code the database refused a statement, and whether for what the statement
// holds: its values, or their size. All else (a lost connection, a full disk, a lock, a server that
// shuts down) is no message's fault.
func refused(err error) (code string, data bool) {
	var pg *pgconn.PgError
	var lite *sqlitedriver.Error
	switch {
	case errors.As(err, &pg) && len(pg.Code) == 5:
		switch pg.Code[:2] { // https://www.postgresql.org/docs/current/errcodes-appendix.html
		case "21", "22", "23", "44", "54":
			return pg.Code, true
		}
		return pg.Code, false
	case errors.As(err, &lite):
		switch lite.Code() & 0xff {
		case sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_TOOBIG, sqlite3.SQLITE_MISMATCH, sqlite3.SQLITE_RANGE:
			return strconv.Itoa(lite.Code()), true
		}
		return strconv.Itoa(lite.Code()), false
	}
	return "", false
}

// discreet makes an error of the server tell no value: PostgreSQL quotes what it refuses, and errors
// reach logs.
func discreet(err error) error {
	var pg *pgconn.PgError
	if !errors.As(err, &pg) {
		return err
	}
	pg.Detail, pg.Hint, pg.Where, pg.InternalQuery = "", "", "", ""
	switch pg.Code[:min(2, len(pg.Code))] {
	case "08", "25", "28", "3D", "3F", "40", "42", "53", "55", "57", "58": // of the server and the schema
	default:
		pg.Message = "the statement was refused"
	}
	return err
}

// takeTurns makes transactions that name the same thing wait for each other until they end. SQLite has
// one writer.
func (x *tx) takeTurns(names ...string) error {
	if x.dialect == sqlite {
		return nil
	}
	h := fnv.New64a()
	for _, name := range names {
		io.WriteString(h, name+"\x00")
	}
	_, err := x.ExecContext(x.ctx, `SELECT pg_advisory_xact_lock($1)`, int64(h.Sum64()))
	return err
}

// isRetriable reports a deadlock or a failed serialization: nothing was written.
func isRetriable(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && (pg.Code == "40P01" || pg.Code == "40001")
}

// table describes the columns of bulk writes: name and PostgreSQL type. The first is the key.
type table struct {
	name    string
	columns []column
	insert  [2]string // by dialect
	update  [2]string
	guard   string // a column that an update compares and counts up, "" for none
}

type column struct{ name, kind string }

// newTable reads "id bigint, account text, …". It is called for constants, once each.
func newTable(name, guard, columns string) *table {
	t := &table{name: name, guard: guard}
	for _, c := range strings.Split(columns, ",") {
		f := strings.Fields(c)
		t.columns = append(t.columns, column{f[0], f[1]})
	}
	names := t.names("")
	marks := strings.TrimSuffix(strings.Repeat("?, ", len(t.columns)), ", ")
	t.insert[sqlite] = fmt.Sprintf("INSERT INTO %s (%s) VALUES (%s)", name, names, marks)
	t.insert[postgres] = fmt.Sprintf("INSERT INTO %s (%s) SELECT * FROM %s", name, names, t.unnest())
	t.writeUpdates()
	return t
}

func (t *table) names(prefix string) string {
	var b strings.Builder
	for i, c := range t.columns {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(prefix + c.name)
	}
	return b.String()
}

func (t *table) unnest() string {
	parts := make([]string, len(t.columns))
	for i, c := range t.columns {
		parts[i] = "$" + strconv.Itoa(i+1) + "::" + c.kind + "[]"
	}
	return "unnest(" + strings.Join(parts, ", ") + ")"
}

func (t *table) writeUpdates() {
	key := t.columns[0].name
	var lite, pg []string
	for i, c := range t.columns[1:] {
		if c.name == t.guard {
			lite = append(lite, c.name+" = ?"+strconv.Itoa(i+2)+" + 1")
			pg = append(pg, c.name+" = u."+c.name+" + 1")
			continue
		}
		lite = append(lite, c.name+" = ?"+strconv.Itoa(i+2))
		pg = append(pg, c.name+" = u."+c.name)
	}
	t.update[sqlite] = fmt.Sprintf("UPDATE %s SET %s WHERE %s = ?1", t.name, strings.Join(lite, ", "), key)
	t.update[postgres] = fmt.Sprintf("UPDATE %s t SET %s FROM %s AS u(%s) WHERE t.%s = u.%s",
		t.name, strings.Join(pg, ", "), t.unnest(), t.names(""), key, key)
	if t.guard == "" {
		return
	}
	for i, c := range t.columns {
		if c.name == t.guard {
			t.update[sqlite] += fmt.Sprintf(" AND %s = ?%d", t.guard, i+1)
			t.update[postgres] += fmt.Sprintf(" AND t.%s = u.%s", t.guard, t.guard)
		}
	}
}

// insertAll writes rows, each in the order of the table's columns.
func (x *tx) insertAll(t *table, rows [][]any) error {
	_, err := x.bulk(t.insert[x.dialect], t, rows)
	if err != nil {
		return fmt.Errorf("writing %s: %w", t.name, err)
	}
	return nil
}

// updateAll changes rows by their key; ErrStale when a guarded one has moved on.
func (x *tx) updateAll(t *table, rows [][]any) error {
	n, err := x.bulk(t.update[x.dialect], t, rows)
	if err != nil {
		return fmt.Errorf("changing %s: %w", t.name, err)
	}
	if t.guard != "" && n != int64(len(rows)) {
		return fmt.Errorf("changing %s: %w", t.name, ErrStale)
	}
	return nil
}

// bulk runs a statement over rows: PostgreSQL takes them as one array per column, SQLite one by one
// through a prepared statement (there it is in-process, and measured faster than json_each or VALUES).
func (x *tx) bulk(q string, t *table, rows [][]any) (int64, error) {
	if len(rows) == 0 {
		return 0, nil
	}
	if x.dialect == postgres {
		r, err := x.ExecContext(x.ctx, q, arrays(t.columns, rows)...)
		if err != nil {
			return 0, err
		}
		return r.RowsAffected()
	}
	st := x.statement(q)
	var n int64
	for _, row := range rows {
		r, err := st.ExecContext(x.ctx, row...)
		if err != nil {
			return n, err
		}
		k, err := r.RowsAffected()
		if err != nil {
			return n, err
		}
		n += k
	}
	return n, nil
}

// arrays turns rows into one typed slice per column.
func arrays(columns []column, rows [][]any) []any {
	out := make([]any, len(columns))
	for i, c := range columns {
		switch c.kind {
		case "bigint", "smallint", "int":
			out[i] = gather[int64](rows, i)
		case "float8":
			out[i] = gather[float64](rows, i)
		case "boolean":
			out[i] = gather[bool](rows, i)
		case "bytea":
			out[i] = gather[[]byte](rows, i)
		default:
			out[i] = gather[string](rows, i)
		}
	}
	return out
}

func gather[T any](rows [][]any, i int) []T {
	s := make([]T, len(rows))
	for k, row := range rows {
		s[k] = row[i].(T)
	}
	return s
}

// lookup is a read of a few rows for each of many keys. one is the SELECT for a single key, with
// {1}, {2} … for the key's columns; its cost must not depend on how large tables grow, so it has an
// index and, where it can return several rows, a LIMIT.
type lookup struct {
	kinds []string
	one   string
	pg    string
	lite  string
}

func newLookup(kinds, one string) *lookup {
	l := &lookup{kinds: strings.Fields(kinds), one: one, lite: one}
	var arrays, names []string
	l.pg = one
	for i, kind := range l.kinds {
		n := strconv.Itoa(i + 1)
		arrays = append(arrays, "$"+n+"::"+kind+"[]")
		names = append(names, "k"+n)
		l.pg = strings.ReplaceAll(l.pg, "{"+n+"}", "k.k"+n)
		l.lite = strings.ReplaceAll(l.lite, "{"+n+"}", "?"+n)
	}
	l.pg = "SELECT k.n, x.* FROM unnest(" + strings.Join(arrays, ", ") + ") WITH ORDINALITY AS k(" +
		strings.Join(names, ", ") + ", n) CROSS JOIN LATERAL (" + l.pg + ") x ORDER BY k.n"
	return l
}

// row reads one row found into dest, and tells which key it was found for.
type row func(dest ...any) (key int, err error)

// each runs the lookup for keys and calls scan for every row found, in the order of the keys.
func (l *lookup) each(ctx context.Context, s *Store, keys [][]any, scan func(row) error) error {
	if len(keys) == 0 {
		return nil
	}
	if s.dialect == postgres {
		columns := make([]column, len(l.kinds))
		for i, k := range l.kinds {
			columns[i].kind = k
		}
		rows, err := s.read.QueryContext(ctx, l.pg, arrays(columns, keys)...)
		if err != nil {
			return discreet(err)
		}
		return drain(rows, func() error {
			return scan(func(dest ...any) (int, error) {
				var n int
				err := rows.Scan(append([]any{&n}, dest...)...)
				return n - 1, err
			})
		})
	}
	st := s.prepared[l.lite]
	if st == nil { // made for one question, as List's are
		var err error
		if st, err = s.read.PreparexContext(ctx, l.lite); err != nil {
			return err
		}
		defer st.Close()
	}
	for i, key := range keys {
		rows, err := st.QueryContext(ctx, key...)
		if err != nil {
			return err
		}
		err = drain(rows, func() error {
			return scan(func(dest ...any) (int, error) { return i, rows.Scan(dest...) })
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func drain(rows *sql.Rows, f func() error) error {
	defer rows.Close()
	for rows.Next() {
		if err := f(); err != nil {
			return err
		}
	}
	return discreet(rows.Err())
}
