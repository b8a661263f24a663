package dump

import (
	"bufio"
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"syscall"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"tanggap/migrations"
)

// ErrNotEmpty says that a database to be filled holds something already.
var ErrNotEmpty = errors.New("the database is not empty: take a new one")

// ErrFilled says that all was filled, and that what comes after that failed: a server that starts on the
// database does it.
var ErrFilled = errors.New("the database is filled, but")

// Filling is an empty database that is being filled, in one transaction.
type Filling struct {
	conn    *sql.Conn
	tx      *sql.Tx
	dialect string
	schema
}

// Fill brings an empty database to the version of the schema that was dumped, gives f the means to
// fill it, and brings it up to this program's schema. When f fails nothing is filled. It refuses a
// database that holds anything, that a server is using, or that is ahead of version, and a version that
// this program does not know (migrations.ErrNewer).
func Fill(ctx context.Context, rawURL string, version int64, f func(*Filling) error) error {
	unlock, err := lock(rawURL)
	if err != nil {
		return err
	}
	defer unlock()
	db, dialect, err := migrations.Open(rawURL)
	if err != nil {
		return err
	}
	defer db.Close()
	if err := prepare(ctx, db, dialect, version); err != nil {
		return err
	}
	if err := fill(ctx, db, dialect, f); err != nil {
		return err
	}
	if err := migrations.Up(ctx, db, dialect); err != nil {
		return fmt.Errorf("%w: %w", ErrFilled, err)
	}
	if _, err := db.ExecContext(ctx, `ANALYZE`); err != nil {
		return fmt.Errorf("%w: measuring the tables: %w", ErrFilled, err)
	}
	return nil
}

// lock keeps servers away from a file of SQLite, as a server keeps others away.
func lock(rawURL string) (func(), error) {
	path, isFile := strings.CutPrefix(rawURL, "sqlite:")
	if !isFile || path == "" {
		return func() {}, nil
	}
	file, err := os.OpenFile(path+".lock", os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("opening the database: %w", err)
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		file.Close()
		return nil, errors.New("opening the database: another process uses this file")
	}
	return func() { file.Close() }, nil
}

// prepare makes the schema of the version, in a database that has none, or has that one.
func prepare(ctx context.Context, db *sql.DB, dialect string, version int64) error {
	state, err := migrations.Status(ctx, db, dialect)
	switch {
	case err != nil:
		return err
	case version > state.Known:
		return fmt.Errorf("%w: %d, not %d", migrations.ErrNewer, version, state.Known)
	case state.Version > version:
		return fmt.Errorf("the database has schema %d already, and what is to fill it has %d: take a new database", state.Version, version)
	}
	tx, err := db.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return fmt.Errorf("reading the database: %w", err)
	}
	defer tx.Rollback()
	s, err := readSchema(ctx, tx, dialect)
	if err != nil {
		return fmt.Errorf("reading the database: %w", err)
	}
	for _, table := range s.tables {
		if state.Version == 0 {
			return fmt.Errorf("%w (it has a table %s)", ErrNotEmpty, table)
		}
		var used bool
		err := tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM `+quote(table)+`)`).Scan(&used)
		if err != nil {
			return fmt.Errorf("reading the database: %w", err)
		}
		if used && table != "meta" { // which has what a migration put there
			return fmt.Errorf("%w (there are rows in %s)", ErrNotEmpty, table)
		}
	}
	if err := tx.Rollback(); err != nil {
		return err
	}
	return migrations.UpTo(ctx, db, dialect, version)
}

func fill(ctx context.Context, db *sql.DB, dialect string, f func(*Filling) error) error {
	conn, err := db.Conn(ctx)
	if err != nil {
		return fmt.Errorf("filling the database: %w", err)
	}
	defer conn.Close()
	tx, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("filling the database: %w", err)
	}
	defer tx.Rollback()
	l := &Filling{conn: conn, tx: tx, dialect: dialect}
	if l.schema, err = readSchema(ctx, tx, dialect); err != nil {
		return fmt.Errorf("filling the database: %w", err)
	}
	for _, table := range l.tables { // what migrations put there comes from the dump
		if _, err := tx.ExecContext(ctx, "DELETE FROM "+quote(table)); err != nil {
			return fmt.Errorf("filling the database: %w", err)
		}
	}
	if err := f(l); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("filling the database: %w", err)
	}
	return nil
}

// Tables are those that the database has, in a fixed order.
func (l *Filling) Tables() []string { return l.tables }

// ReadTable is the inverse of WriteTable.
func (l *Filling) ReadTable(ctx context.Context, table string, r io.Reader) (n int64, err error) {
	n, err = l.readTable(ctx, table, r)
	if err != nil {
		return n, fmt.Errorf("filling table %s: %w", table, discreet(err))
	}
	return n, nil
}

func (l *Filling) readTable(ctx context.Context, table string, r io.Reader) (int64, error) {
	want, known := l.columns[table]
	if !known {
		return 0, errors.New("there is no such table in this schema")
	}
	lines := &lines{in: bufio.NewReaderSize(r, 64<<10)}
	if !lines.next() {
		return 0, cmpErr(lines.err, io.ErrUnexpectedEOF)
	}
	var columns []Column
	if err := json.Unmarshal(lines.line, &columns); err != nil {
		return 0, fmt.Errorf("its first line names no columns: %w", err)
	}
	if !slices.Equal(sorted(columns), sorted(want)) {
		return 0, errors.New("its columns are not those of this schema")
	}
	source := &source{lines: lines, columns: columns}
	if l.dialect == migrations.SQLite {
		return l.insert(ctx, table, source)
	}
	return l.copy(ctx, table, source)
}

func cmpErr(err, otherwise error) error {
	if err != nil {
		return err
	}
	return otherwise
}

func sorted(columns []Column) []Column {
	c := slices.Clone(columns)
	slices.SortFunc(c, func(a, b Column) int { return strings.Compare(a.Name, b.Name) })
	return c
}

func (l *Filling) insert(ctx context.Context, table string, s *source) (n int64, err error) {
	marks := strings.TrimSuffix(strings.Repeat("?, ", len(s.columns)), ", ")
	st, err := l.tx.PrepareContext(ctx, "INSERT INTO "+quote(table)+" ("+names(s.columns)+") VALUES ("+marks+")")
	if err != nil {
		return 0, err
	}
	defer st.Close()
	for ; s.Next(); n++ {
		values, err := s.Values()
		if err != nil {
			return n, err
		}
		if _, err := st.ExecContext(ctx, values...); err != nil {
			return n, err
		}
	}
	return n, s.Err()
}

// copy uses the connection of the transaction, by which PostgreSQL counts the rows to it.
func (l *Filling) copy(ctx context.Context, table string, s *source) (n int64, err error) {
	all := make([]string, len(s.columns))
	for i, c := range s.columns {
		all[i] = c.Name
	}
	err = l.conn.Raw(func(driver any) error {
		pg, ok := driver.(*stdlib.Conn)
		if !ok {
			return errors.New("the driver is another one")
		}
		n, err = pg.Conn().CopyFrom(ctx, pgx.Identifier{table}, all, s)
		return err
	})
	return n, err
}

// source reads rows from lines; it is a pgx.CopyFromSource.
type source struct {
	*lines
	columns []Column
}

// Next goes to the next row.
func (s *source) Next() bool { return s.next() }

// Values are the row's.
func (s *source) Values() ([]any, error) { return parseRow(s.columns, s.line) }

// Err is what ended the rows.
func (s *source) Err() error { return s.err }

// lines reads lines of any length.
type lines struct {
	in   *bufio.Reader
	line []byte
	err  error
}

func (l *lines) next() bool {
	l.line = l.line[:0]
	for l.err == nil {
		piece, err := l.in.ReadSlice('\n')
		l.line = append(l.line, piece...)
		switch {
		case err == nil:
			return true
		case errors.Is(err, bufio.ErrBufferFull):
		case errors.Is(err, io.EOF):
			if len(bytes.TrimSpace(l.line)) > 0 {
				l.err = io.ErrUnexpectedEOF
			}
			return false
		default:
			l.err = err
		}
	}
	return false
}
