package migrations

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"strings"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
	_ "modernc.org/sqlite"             // the driver "sqlite"
)

// UpURL is Up for the database that a database.url of the configuration names.
func UpURL(ctx context.Context, rawURL string) error {
	db, dialect, err := Open(rawURL)
	if err != nil {
		return err
	}
	defer db.Close()
	return Up(ctx, db, dialect)
}

// Open opens the database that a database.url of the configuration names, sqlite:PATH or
// postgres://…, for migrating and for looking at it; nothing is dialled yet. The store has its own
// pools and settings. An error never holds the URL, which may hold a password.
func Open(rawURL string) (db *sql.DB, dialect string, err error) {
	path, isFile := strings.CutPrefix(rawURL, "sqlite:")
	switch {
	case isFile && path == "":
		return nil, "", errors.New("opening the database: sqlite: needs the path of a file")
	case isFile:
		dsn := "file:" + (&url.URL{Path: path}).EscapedPath() +
			"?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=foreign_keys(1)&_txlock=immediate"
		db, err = sql.Open("sqlite", dsn)
		dialect = SQLite
	case strings.HasPrefix(rawURL, "postgres://"), strings.HasPrefix(rawURL, "postgresql://"):
		db, err = sql.Open("pgx", rawURL)
		dialect = Postgres
	default:
		return nil, "", errors.New("opening the database: the URL is neither sqlite:PATH nor postgres://…")
	}
	if err != nil {
		return nil, "", fmt.Errorf("opening the database: %s", dialect)
	}
	return db, dialect, nil
}
