package migrations

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestBothDialectsHaveTheSameMigrations(t *testing.T) {
	sqlite, err := list(SQLite)
	if err != nil {
		t.Fatal(err)
	}
	postgres, err := list(Postgres)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(sqlite, postgres); diff != "" {
		t.Errorf("sqlite and postgres differ in numbers or slugs (-sqlite +postgres):\n%s", diff)
	}
	slug := regexp.MustCompile(`^\d{4}_[a-z0-9_]+$`)
	for i, m := range sqlite {
		if m.Version != int64(i+1) || !slug.MatchString(m.Slug) {
			t.Errorf("migration %d is %q: want NNNN_slug, numbered from 0001 without a gap", i+1, m.Slug)
		}
	}
}

func TestMigrationsOnlyGoForward(t *testing.T) {
	names, err := fs.Glob(files, "*/*.sql")
	if err != nil || len(names) == 0 {
		t.Fatal(names, err)
	}
	for _, name := range names {
		body, err := files.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(string(body), "-- +goose Up\n") {
			t.Errorf("%s does not begin with -- +goose Up", name)
		}
		if strings.Contains(string(body), "+goose Down") {
			t.Errorf("%s has a way back", name)
		}
	}
}

func TestUpMigratesAndIsRepeatable(t *testing.T) {
	db, dialect, err := Open("sqlite:" + filepath.Join(t.TempDir(), "a b?c%20#.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	ctx := context.Background()

	before, err := Status(ctx, db, dialect)
	if err != nil {
		t.Fatal(err)
	}
	if before.Version != 0 || before.Known == 0 || len(before.Pending) != int(before.Known) {
		t.Errorf("status of an empty database = %+v", before)
	}
	var tables int
	if err := db.QueryRow(`SELECT count(*) FROM sqlite_master`).Scan(&tables); err != nil || tables != 0 {
		t.Errorf("Status left %d tables behind, %v", tables, err)
	}
	for range 2 {
		if err := Up(ctx, db, dialect); err != nil {
			t.Fatal(err)
		}
	}
	after, err := Status(ctx, db, dialect)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(State{Version: before.Known, Known: before.Known}, after); diff != "" {
		t.Errorf("status after Up (-want +got):\n%s", diff)
	}
}

func TestUpRefusesANewerSchema(t *testing.T) {
	db, dialect, err := Open("sqlite:" + filepath.Join(t.TempDir(), "t.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	ctx := context.Background()
	if err := Up(ctx, db, dialect); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec(`INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, 1)`); err != nil {
		t.Fatal(err)
	}
	if err := Up(ctx, db, dialect); !errors.Is(err, ErrNewer) {
		t.Errorf("Up = %v, want ErrNewer", err)
	}
}

func TestOpenTellsNoSecret(t *testing.T) {
	for _, u := range []string{"sqlite:", "mysql://u:hush@h/d", "", "postgres://u:hush@h:bad port/d"} {
		db, _, err := Open(u)
		if err == nil {
			// pgx parses at the first dial: that error must keep the secret too.
			err = db.Ping()
			db.Close()
		}
		if err == nil {
			t.Errorf("Open(%q) and Ping succeeded", u)
			continue
		}
		if strings.Contains(err.Error(), "hush") {
			t.Errorf("error of %q tells the password: %v", u, err)
		}
	}
}
