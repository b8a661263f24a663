// Package dbtest gives every test a migrated database of its own, on SQLite and on PostgreSQL.
//
// The PostgreSQL server is the one that TANGGAP_TEST_POSTGRES names (internal/dbtest/server starts one
// for a whole run of go test), else one that the test process starts and ends for itself. Where there
// is none to start the test fails: it is never skipped. TANGGAP_TEST_DURABLE=1 leaves fsync on.
package dbtest

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"tanggap/internal/dbtest/postgres"
	"tanggap/migrations"
)

// The databases that tests run on, as New takes them and Each names its subtests.
const (
	SQLite   = migrations.SQLite
	Postgres = migrations.Postgres
)

// Environment that the package reads.
const (
	EnvServer  = "TANGGAP_TEST_POSTGRES" // URL of a server's maintenance database, as one who may create databases
	EnvDurable = "TANGGAP_TEST_DURABLE"  // "1": the server that we start keeps fsync on
)

// Each runs f as the subtests "sqlite" and "postgres", each with the URL of a fresh migrated database,
// of the shape that database.url in the configuration has.
func Each(t *testing.T, f func(t *testing.T, url string)) {
	t.Helper()
	for _, dialect := range []string{SQLite, Postgres} {
		t.Run(dialect, func(t *testing.T) { f(t, New(t, dialect)) })
	}
}

// Both is Each with the databases at the same time, for a test that waits more than it works. What f uses and did
// not make itself, it shares with its other run. It returns when both have ended.
func Both(t *testing.T, f func(t *testing.T, url string)) {
	t.Helper()
	t.Run("both", func(t *testing.T) {
		for _, dialect := range []string{SQLite, Postgres} {
			t.Run(dialect, func(t *testing.T) {
				t.Parallel()
				f(t, New(t, dialect))
			})
		}
	})
}

// EachB is Each for benchmarks.
func EachB(b *testing.B, f func(b *testing.B, url string)) {
	b.Helper()
	for _, dialect := range []string{SQLite, Postgres} {
		b.Run(dialect, func(b *testing.B) { f(b, New(b, dialect)) })
	}
}

// New is the URL of a fresh migrated database, which is gone after the test. Cleanups that the caller
// registers later, such as closing a store, run before that.
func New(tb testing.TB, dialect string) string {
	tb.Helper()
	var url string
	var err error
	switch dialect {
	case SQLite:
		url, err = newSQLite(tb.TempDir())
	case Postgres:
		url, err = newPostgres(tb)
	default:
		err = fmt.Errorf("no such database %q", dialect)
	}
	if err != nil {
		tb.Fatalf("a database for the test: %v", err)
	}
	return url
}

// Empty is New for a database that nothing was done to yet.
func Empty(tb testing.TB, dialect string) string {
	tb.Helper()
	if dialect == SQLite {
		return "sqlite:" + filepath.Join(tb.TempDir(), "empty.db")
	}
	url, err := newFrom(tb, "template0")
	if err != nil {
		tb.Fatalf("a database for the test: %v", err)
	}
	return url
}

// migrated is the content of a migrated SQLite file, made once a process.
var migrated = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "tanggap-sqlite-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "template.db")
	db, dialect, err := migrations.Open("sqlite:" + path)
	if err != nil {
		return nil, err
	}
	err = migrations.Up(context.Background(), db, dialect)
	// Closing the last connection brings the write-ahead log into the file.
	if closed := db.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return nil, err
	}
	return os.ReadFile(path)
})

func newSQLite(dir string) (string, error) {
	content, err := migrated()
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "tanggap.db")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		return "", err
	}
	return "sqlite:" + path, nil
}

// server is the one that the process uses. One that we start lives as long as the process; it is
// held here, since the collector would close the pipe of a forgotten one, and so end it.
var server = sync.OnceValues(func() (*postgres.Server, error) {
	if url := os.Getenv(EnvServer); url != "" {
		return &postgres.Server{URL: url}, nil
	}
	return postgres.Start(context.Background(), postgres.Options{Durable: os.Getenv(EnvDurable) == "1"})
})

// random is a name that no other process makes.
func random(prefix string) string {
	return prefix + strings.ToLower(rand.Text()[:16])
}
