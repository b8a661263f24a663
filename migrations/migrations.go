// Package migrations holds the schema of both databases and brings a database up to it.
//
// The files of the two folders have equal numbers and slugs. They only go forward: what an older
// program still reads is first expanded, and contracted in a later release.
package migrations

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"slices"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/database"
	"github.com/pressly/goose/v3/lock"
)

//go:embed sqlite/*.sql postgres/*.sql
var files embed.FS

// The dialects, as Up and Status take them and Open returns them.
const (
	SQLite   = "sqlite"
	Postgres = "postgres"
)

// table is where goose notes what it has applied.
const table = "goose_db_version"

// tableExists asks the catalogue for a table on the search path.
const (
	tableExistsSQLite   = `SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?)`
	tableExistsPostgres = `SELECT to_regclass($1) IS NOT NULL`
)

// ErrNewer says that the database was written by a newer program than this one.
var ErrNewer = errors.New("the database has a newer schema than this program knows")

// State is how far a database has come.
type State struct {
	Version int64       // the newest migration that the database has, 0 for an empty one
	Known   int64       // the newest that this program has
	Pending []Migration // what Up would apply, in order
}

// Migration names one step of the schema.
type Migration struct {
	Version int64
	Slug    string // NNNN_slug
}

// Up applies what is pending, each migration in its own transaction. It refuses with ErrNewer a
// database that is ahead of this program. On PostgreSQL processes that start together take turns.
func Up(ctx context.Context, db *sql.DB, dialect string) error {
	known, err := list(dialect)
	if err != nil {
		return err
	}
	return UpTo(ctx, db, dialect, known[len(known)-1].Version)
}

// UpTo is Up as far as a version, so that a database can be filled with what an older program wrote.
func UpTo(ctx context.Context, db *sql.DB, dialect string, version int64) error {
	s, err := Status(ctx, db, dialect)
	if err != nil {
		return err
	}
	if s.Version > s.Known {
		return fmt.Errorf("migrating: %w: %d, not %d", ErrNewer, s.Version, s.Known)
	}
	p, err := provider(db, dialect)
	if err != nil {
		return err
	}
	if _, err := p.UpTo(ctx, version); err != nil {
		return fmt.Errorf("migrating: %w", err)
	}
	return nil
}

// Status reads how far the database has come, and writes nothing.
func Status(ctx context.Context, db *sql.DB, dialect string) (State, error) {
	known, err := list(dialect)
	if err != nil {
		return State{}, err
	}
	applied, err := applied(ctx, db, dialect)
	if err != nil {
		return State{}, fmt.Errorf("reading the schema's version: %w", err)
	}
	var s State
	if len(applied) > 0 {
		s.Version = slices.Max(applied)
	}
	for _, m := range known {
		s.Known = max(s.Known, m.Version)
		if !slices.Contains(applied, m.Version) {
			s.Pending = append(s.Pending, m)
		}
	}
	return s, nil
}

// Fingerprint is equal for equal migrations of the dialect, in 16 hexadecimal digits.
func Fingerprint(dialect string) (string, error) {
	names, err := fs.Glob(files, dialect+"/*.sql")
	if err != nil {
		return "", err
	}
	h := sha256.New()
	for _, name := range names {
		body, err := files.ReadFile(name)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(h, "%s %d\n", name, len(body))
		h.Write(body)
	}
	return hex.EncodeToString(h.Sum(nil)[:8]), nil
}

func provider(db *sql.DB, dialect string) (*goose.Provider, error) {
	d, err := gooseDialect(dialect)
	if err != nil {
		return nil, err
	}
	sub, err := fs.Sub(files, dialect)
	if err != nil {
		return nil, err
	}
	opts := []goose.ProviderOption{
		goose.WithDisableGlobalRegistry(true),
		goose.WithSlog(slog.New(slog.DiscardHandler)),
	}
	if dialect == Postgres {
		// One try a second for ten minutes: a long migration on another node is waited for.
		locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 600))
		if err != nil {
			return nil, err
		}
		opts = append(opts, goose.WithSessionLocker(locker))
	}
	p, err := goose.NewProvider(d, db, sub, opts...)
	if err != nil {
		return nil, fmt.Errorf("reading the migrations: %w", err)
	}
	return p, nil
}

func gooseDialect(dialect string) (goose.Dialect, error) {
	switch dialect {
	case SQLite:
		return goose.DialectSQLite3, nil
	case Postgres:
		return goose.DialectPostgres, nil
	}
	return "", fmt.Errorf("migrating: no such dialect %q", dialect)
}

// list is what this program has, in order.
func list(dialect string) ([]Migration, error) {
	names, err := fs.Glob(files, dialect+"/*.sql")
	if err != nil {
		return nil, err
	}
	var all []Migration
	for _, name := range names {
		version, err := goose.NumericComponent(name)
		if err != nil {
			return nil, fmt.Errorf("reading the migrations: %w", err)
		}
		all = append(all, Migration{Version: version, Slug: name[len(dialect)+1 : len(name)-len(".sql")]})
	}
	return all, nil
}

func applied(ctx context.Context, db *sql.DB, dialect string) ([]int64, error) {
	d, err := gooseDialect(dialect)
	if err != nil {
		return nil, err
	}
	store, err := database.NewStore(d, table)
	if err != nil {
		return nil, err
	}
	query := tableExistsSQLite
	if dialect == Postgres {
		query = tableExistsPostgres
	}
	var exists bool
	if err := db.QueryRowContext(ctx, query, table).Scan(&exists); err != nil || !exists {
		return nil, err
	}
	rows, err := store.ListMigrations(ctx, db)
	if err != nil {
		return nil, err
	}
	var versions []int64
	for _, r := range rows {
		if r.IsApplied && r.Version > 0 {
			versions = append(versions, r.Version)
		}
	}
	return versions, nil
}
