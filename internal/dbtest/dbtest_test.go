package dbtest

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tanggap/migrations"
)

func TestEachDatabaseIsMigrated(t *testing.T) {
	seen := map[string]bool{}
	Each(t, func(t *testing.T, url string) {
		db, dialect, err := migrations.Open(url)
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		seen[dialect] = true
		state, err := migrations.Status(context.Background(), db, dialect)
		if err != nil {
			t.Fatal(err)
		}
		if state.Version == 0 || state.Version != state.Known {
			t.Errorf("state = %+v, want all migrations applied", state)
		}
	})
	if diff := cmp.Diff(map[string]bool{SQLite: true, Postgres: true}, seen); diff != "" {
		t.Errorf("databases that ran (-want +got):\n%s", diff)
	}
}

func TestDatabasesAreApart(t *testing.T) {
	for _, dialect := range []string{SQLite, Postgres} {
		t.Run(dialect, func(t *testing.T) {
			one, other := New(t, dialect), New(t, dialect)
			write(t, one, `CREATE TABLE mine (a INTEGER)`)
			write(t, other, `CREATE TABLE mine (a INTEGER)`)
		})
	}
}

func TestDatabaseIsDroppedWhileConnected(t *testing.T) {
	var url string
	t.Run("uses it", func(t *testing.T) {
		url = New(t, Postgres)
		db, _, err := migrations.Open(url)
		if err != nil {
			t.Fatal(err)
		}
		if err := db.Ping(); err != nil {
			t.Fatal(err)
		}
	})
	db, _, err := migrations.Open(url)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.Ping(); err == nil {
		t.Error("the database is still there after its test")
	}
}

func BenchmarkEach(b *testing.B) {
	EachB(b, func(b *testing.B, url string) {
		db, _, err := migrations.Open(url)
		if err != nil {
			b.Fatal(err)
		}
		defer db.Close()
		for b.Loop() {
			if _, err := db.Exec(`SELECT 1`); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func write(t *testing.T, url, statement string) {
	t.Helper()
	db, _, err := migrations.Open(url)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(statement); err != nil {
		t.Fatal(err)
	}
}

func BenchmarkNew(b *testing.B) {
	for _, dialect := range []string{SQLite, Postgres} {
		b.Run(dialect, func(b *testing.B) {
			for b.Loop() {
				New(b, dialect)
			}
		})
	}
}
