package tickets

import (
	"database/sql"
	"path/filepath"
	"testing"

	"tanggap/internal/dbtest"
	"tanggap/migrations"
)

// TestWhoseFaultARefusalIs asks the databases themselves.
func TestWhoseFaultARefusalIs(t *testing.T) {
	path := filepath.Join(t.TempDir(), "t.db")
	lite, err := sql.Open("sqlite", "file:"+path+"?_pragma=busy_timeout(1)&_txlock=immediate")
	if err != nil {
		t.Fatal(err)
	}
	defer lite.Close()
	post, _, err := migrations.Open(dbtest.New(t, dbtest.Postgres))
	if err != nil {
		t.Fatal(err)
	}
	defer post.Close()
	post.SetMaxOpenConns(1)
	for _, q := range []string{`CREATE TABLE k (id INTEGER PRIMARY KEY, a TEXT NOT NULL)`, `CREATE UNIQUE INDEX ka ON k (a)`} {
		for _, db := range []*sql.DB{lite, post} {
			if _, err := db.Exec(q); err != nil {
				t.Fatal(err)
			}
		}
	}
	holder, err := lite.Begin() // immediate: it has the write lock
	if err != nil {
		t.Fatal(err)
	}
	_, busy := lite.Exec(`INSERT INTO k VALUES (1, 'a')`)
	if err := holder.Rollback(); err != nil {
		t.Fatal(err)
	}
	refusal := func(db *sql.DB, q string, args ...any) error {
		t.Helper()
		_, err := db.Exec(q, args...)
		if err == nil {
			t.Fatalf("%s was taken", q)
		}
		return err
	}
	long := make([]byte, 9000) // no two letters alike enough to be packed
	for i, x := 0, uint32(1); i < len(long); i++ {
		x = x*1664525 + 1013904223
		long[i] = 'a' + byte(x>>24)%26
	}
	for name, tt := range map[string]struct {
		err  error
		data bool
	}{
		"sqlite, a lock":          {busy, false},
		"sqlite, no such table":   {refusal(lite, `INSERT INTO none VALUES (1)`), false},
		"sqlite, a null":          {refusal(lite, `INSERT INTO k VALUES (1, NULL)`), true},
		"postgres, a null":        {refusal(post, `INSERT INTO k VALUES (1, NULL)`), true},
		"postgres, a NUL":         {refusal(post, `INSERT INTO k VALUES (1, $1)`, "\x00"), true},
		"postgres, a long key":    {refusal(post, `INSERT INTO k VALUES (1, $1)`, string(long)), true},
		"postgres, no such table": {refusal(post, `INSERT INTO none VALUES (1)`), false},
		"postgres, its end":       {refusal(post, `SELECT pg_terminate_backend(pg_backend_pid())`), false},
		"no database at all":      {sql.ErrConnDone, false},
	} {
		if code, data := refused(tt.err); tt.err == nil || data != tt.data || data && code == "" {
			t.Errorf("%s: code %q, the data's fault: %v, want %v (%v)", name, code, data, tt.data, tt.err)
		}
	}
}
