// Package dump writes a whole database as lines of JSON, and fills an empty one from them. It takes
// tables and columns from the database's own catalogue, and what it wrote from SQLite fills PostgreSQL
// as well, and the other way round.
package dump

import (
	"bufio"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"tanggap/migrations"
)

// Kind is what a column holds, by the same name on both databases.
type Kind string

// The kinds. JSON has bytes as base64 and all else as it is; NULL is null.
const (
	Integer Kind = "integer"
	Real    Kind = "real"
	Text    Kind = "text"
	Boolean Kind = "boolean"
	Bytes   Kind = "bytes"
)

// Column is one column of a table.
type Column struct {
	Name string `json:"name"`
	Kind Kind   `json:"kind"`
}

// transient are tables whose rows mean nothing on another day: who holds which work, who is signed in, a code of ten minutes.
// They are left out.
var transient = []string{"lease", "session", "sign_in_link", "portal_code"}

// versions is where the schema's version is noted; a restored database gets it by being migrated.
const versions = "goose_db_version"

// catalogue asks for every column of every table, as table, column, type, in a fixed order. PostgreSQL's
// is of the schema that unqualified names mean.
var catalogue = map[string]string{
	migrations.SQLite: `SELECT m.name, c.name, c.type FROM sqlite_master m JOIN pragma_table_info(m.name) c
		WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' ORDER BY m.name, c.cid`,
	migrations.Postgres: `SELECT c.table_name::text, c.column_name::text, c.data_type::text FROM information_schema.columns c
		JOIN information_schema.tables t ON t.table_schema = c.table_schema AND t.table_name = c.table_name
		WHERE c.table_schema = current_schema() AND t.table_type = 'BASE TABLE' ORDER BY c.table_name COLLATE "C", c.ordinal_position`,
}

// kinds of columns, by what the catalogues call them.
var kinds = map[string]Kind{
	"integer": Integer, "bigint": Integer, "smallint": Integer,
	"real": Real, "double precision": Real,
	"text": Text, "boolean": Boolean,
	"blob": Bytes, "bytea": Bytes,
}

// schema is what the database holds: columns by table, and the tables in order.
type schema struct {
	tables  []string
	columns map[string][]Column
}

func readSchema(ctx context.Context, tx *sql.Tx, dialect string) (schema, error) {
	s := schema{columns: map[string][]Column{}}
	rows, err := tx.QueryContext(ctx, catalogue[dialect])
	if err != nil {
		return s, err
	}
	defer rows.Close()
	for rows.Next() {
		var table, name, typ string
		if err := rows.Scan(&table, &name, &typ); err != nil {
			return s, err
		}
		if table == versions || slices.Contains(transient, table) {
			continue
		}
		kind, known := kinds[strings.ToLower(typ)]
		if !known {
			return s, fmt.Errorf("column %s of table %s has the type %s, which a backup does not know", name, table, typ)
		}
		if s.columns[table] == nil {
			s.tables = append(s.tables, table)
		}
		s.columns[table] = append(s.columns[table], Column{name, kind})
	}
	return s, rows.Err()
}

// Snapshot is one unchanging view of a database that others write to.
type Snapshot struct {
	tx *sql.Tx
	schema
	// Version is how far the schema has come.
	Version int64
	// Dialect is migrations.SQLite or migrations.Postgres.
	Dialect string
}

// Read gives f a view of the database as it is at this moment, in one transaction that only reads; who
// writes meanwhile does not wait. The database needs no server, and may have an older schema than this
// program. A file of SQLite that is not there is an error.
func Read(ctx context.Context, rawURL string, f func(*Snapshot) error) error {
	if path, isFile := strings.CutPrefix(rawURL, "sqlite:"); isFile {
		if _, err := os.Stat(path); err != nil {
			return fmt.Errorf("reading the database: %w", err)
		}
	}
	db, dialect, err := migrations.Open(rawURL)
	if err != nil {
		return err
	}
	defer db.Close()
	o := &sql.TxOptions{ReadOnly: true}
	if dialect == migrations.Postgres {
		o.Isolation = sql.LevelRepeatableRead // SQLite's readers have nothing less
	}
	tx, err := db.BeginTx(ctx, o)
	if err != nil {
		return fmt.Errorf("reading the database: %w", err)
	}
	defer tx.Rollback()
	s := &Snapshot{tx: tx, Dialect: dialect}
	if s.schema, err = readSchema(ctx, tx, dialect); err != nil {
		return fmt.Errorf("reading the database: %w", err)
	}
	if !slices.Contains(s.tables, "ticket") {
		return errors.New("reading the database: it holds no tables of tanggap")
	}
	if err := tx.QueryRowContext(ctx, `SELECT max(version_id) FROM `+versions).Scan(&s.Version); err != nil {
		return fmt.Errorf("reading the schema's version: %w", err)
	}
	return f(s)
}

// Tables are those that WriteTable takes, in a fixed order.
func (s *Snapshot) Tables() []string { return s.tables }

// WriteTable writes a table: a line with its columns, and a line for each row, an array of values.
func (s *Snapshot) WriteTable(ctx context.Context, table string, w io.Writer) (n int64, err error) {
	n, err = s.writeTable(ctx, s.columns[table], table, w)
	if err != nil {
		return n, fmt.Errorf("reading table %s: %w", table, err)
	}
	return n, nil
}

func (s *Snapshot) writeTable(ctx context.Context, columns []Column, table string, w io.Writer) (n int64, err error) {
	out := bufio.NewWriterSize(w, 64<<10)
	head, err := json.Marshal(columns)
	if err != nil {
		return 0, err
	}
	out.Write(append(head, '\n'))
	rows, err := s.tx.QueryContext(ctx, "SELECT "+names(columns)+" FROM "+quote(table))
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	values, targets := make([]any, len(columns)), make([]any, len(columns))
	for i := range values {
		targets[i] = &values[i]
	}
	var line []byte
	for ; rows.Next(); n++ {
		if err := rows.Scan(targets...); err != nil {
			return n, err
		}
		if line, err = appendRow(line[:0], columns, values); err != nil {
			return n, err
		}
		if _, err := out.Write(line); err != nil {
			return n, err
		}
	}
	if err := rows.Err(); err != nil {
		return n, err
	}
	return n, out.Flush()
}

// Files calls f with the hash of each file that a row names as stored, once each. f must not use the
// snapshot.
func (s *Snapshot) Files(ctx context.Context, f func(hash string) error) error {
	rows, err := s.tx.QueryContext(ctx, `SELECT DISTINCT sha256 FROM attachment WHERE state = 'stored' AND sha256 <> '' ORDER BY sha256`)
	if err != nil {
		return fmt.Errorf("reading the names of files: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var hash string
		if err := rows.Scan(&hash); err != nil {
			return fmt.Errorf("reading the names of files: %w", err)
		}
		if err := f(hash); err != nil {
			return err
		}
	}
	return rows.Err()
}

func quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

func names(columns []Column) string {
	all := make([]string, len(columns))
	for i, c := range columns {
		all[i] = quote(c.Name)
	}
	return strings.Join(all, ", ")
}
