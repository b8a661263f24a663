package dbtest

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"tanggap/migrations"
)

// lockTemplate is the advisory lock under which a template is made, once for all test processes.
const lockTemplate = 0x74616e67676170

// patience bounds the making and dropping of one database on a busy machine.
const patience = 2 * time.Minute

func newPostgres(tb testing.TB) (string, error) {
	tb.Helper()
	migrated, err := template()
	if err != nil {
		return "", err
	}
	return newFrom(tb, migrated)
}

func newFrom(tb testing.TB, template string) (string, error) {
	tb.Helper()
	s, err := server()
	if err != nil {
		return "", err
	}
	maintenance := s.URL
	name := random("t_")
	if err := clone(maintenance, name, template); err != nil {
		return "", err
	}
	tb.Cleanup(func() {
		if err := execute(maintenance, `DROP DATABASE IF EXISTS `+name+` WITH (FORCE)`); err != nil {
			tb.Errorf("dropping the test's database: %v", err)
		}
	})
	return onDatabase(maintenance, name)
}

// clone copies the template, trying again while an autovacuum or a connection that is closing holds it.
func clone(maintenance, name, template string) error {
	const inUse = "55006"
	var err error
	for range 20 {
		err = execute(maintenance, `CREATE DATABASE `+name+` TEMPLATE `+template)
		if pg, ok := errors.AsType[*pgconn.PgError](err); !ok || pg.Code != inUse {
			return err
		}
	}
	return err
}

// template is the name of the migrated template. It holds the migrations' fingerprint, so that a
// server that outlives a change of them has one for each.
var template = sync.OnceValues(func() (string, error) {
	s, err := server()
	if err != nil {
		return "", err
	}
	maintenance := s.URL
	print, err := migrations.Fingerprint(migrations.Postgres)
	if err != nil {
		return "", err
	}
	name := "template_" + print
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	conn, err := pgx.Connect(ctx, maintenance)
	if err != nil {
		return "", err
	}
	defer conn.Close(ctx) // and with the connection goes the lock
	if _, err := conn.Exec(ctx, `SELECT pg_advisory_lock($1)`, int64(lockTemplate)); err != nil {
		return "", err
	}
	var exists bool
	if err := conn.QueryRow(ctx, `SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)`, name).Scan(&exists); err != nil || exists {
		return name, err
	}
	// Only a finished template gets the name: a process may die half way.
	half := random("half_")
	if _, err := conn.Exec(ctx, `CREATE DATABASE `+half); err != nil {
		return "", err
	}
	if err := migrate(ctx, maintenance, half); err != nil {
		return "", fmt.Errorf("migrating the template: %w", err)
	}
	_, err = conn.Exec(ctx, `ALTER DATABASE `+half+` RENAME TO `+name)
	return name, err
})

func migrate(ctx context.Context, maintenance, name string) error {
	u, err := onDatabase(maintenance, name)
	if err != nil {
		return err
	}
	db, dialect, err := migrations.Open(u)
	if err != nil {
		return err
	}
	defer db.Close()
	return migrations.Up(ctx, db, dialect)
}

func execute(server, statement string) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	conn, err := pgx.Connect(ctx, server)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, statement)
	return err
}

// onDatabase is the URL with another database's name.
func onDatabase(server, name string) (string, error) {
	u, err := url.Parse(server)
	if err != nil {
		return "", err
	}
	u.Path = "/" + name
	return u.String(), nil
}
