package tickets

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/jmoiron/sqlx"
)

// ErrNotFound says that there is no such ticket, message, token … or none that the caller may see.
var ErrNotFound = errors.New("not found")

// ErrStale says that the ticket changed after the caller looked at it.
var ErrStale = errors.New("changed meanwhile")

// Store is the shared store. It is safe for concurrent use.
type Store struct {
	dialect dialect
	read    *sqlx.DB // SQLite: a pool of readers; PostgreSQL: the one pool
	write   *sqlx.DB // SQLite: one connection, used by the writer goroutine alone
	ids     ids
	now     func() time.Time
	url     string

	writes   [person + 1]chan job  // of SQLite's writer
	prepared map[string]*sqlx.Stmt // SQLite: what is run for row after row, by its text; never changed
	arrivals chan arrival
	wake     [Workers]chan struct{} // hints that inbox rows wait
	dirty    chan struct{}          // a hint that outbox rows wait
	seen     accountTimes
	turns    [Workers]string       // where each worker's last walk along the senders ended
	planning [Workers]atomic.Int64 // an id before any that each worker's call of Process draws; 0 between calls

	stop   context.CancelFunc
	closed <-chan struct{}
	wg     sync.WaitGroup
	lock   *os.File
}

// Options of Open. The zero value is the live one.
type Options struct {
	Now      func() time.Time // the clock, for tests
	MaxConns int              // of PostgreSQL; 0 means 16
	// Beside opens a SQLite file beside the process that has it locked, for a command's few statements.
	// Such a Store must take no lease.
	Beside bool
}

// Open connects to a migrated database: sqlite:PATH or postgres://…. A SQLite file is locked against
// a second process. An error never holds the URL, which may hold a password.
func Open(ctx context.Context, rawURL string, o Options) (*Store, error) {
	s := &Store{
		now: o.Now, url: rawURL,
		writes:   [person + 1]chan job{make(chan job), make(chan job), make(chan job)},
		arrivals: make(chan arrival, 256),
		dirty:    make(chan struct{}, 1),
	}
	for i := range s.wake {
		s.wake[i] = make(chan struct{}, 1)
	}
	if s.now == nil {
		s.now = time.Now
	}
	s.ids.now = s.now
	var err error
	if path, ok := strings.CutPrefix(rawURL, "sqlite:"); ok {
		err = s.openSQLite(path, o.Beside)
	} else {
		err = s.openPostgres(rawURL, o.MaxConns)
	}
	if err != nil {
		return nil, fmt.Errorf("opening the database: %w", err)
	}
	run, stop := context.WithCancel(context.Background())
	s.stop, s.closed = stop, run.Done()
	if s.dialect == sqlite {
		s.wg.Go(func() { s.writeLoop(run) })
	}
	s.wg.Go(func() { s.receiveLoop(run) })
	if s.dialect == sqlite {
		err = s.prepareAll(ctx)
	}
	if err == nil {
		err = s.drawNode(ctx)
	}
	if err != nil {
		s.Close()
		return nil, fmt.Errorf("opening the database: %w", err)
	}
	return s, nil
}

func (s *Store) openSQLite(path string, beside bool) error {
	if path == "" {
		return errors.New("sqlite: needs the path of a file")
	}
	if !beside {
		lock, err := os.OpenFile(path+".lock", os.O_CREATE|os.O_RDWR, 0o600)
		if err != nil {
			return err
		}
		if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
			lock.Close()
			return errors.New("another process uses this file")
		}
		s.lock = lock
	}
	base := "file:" + (&url.URL{Path: path}).EscapedPath() +
		"?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=foreign_keys(1)" +
		"&_pragma=cache_size(-16000)&_pragma=wal_autocheckpoint(4000)&_txlock=immediate"
	s.dialect = sqlite
	var err error
	if s.write, err = sqlx.Open("sqlite", base); err != nil {
		return err
	}
	s.write.SetMaxOpenConns(1)
	// Readers come again to the same few pages: a large blob needs no cache of its own in each.
	if s.read, err = sqlx.Open("sqlite", base+"&_pragma=query_only(1)&_pragma=cache_size(-4000)"); err != nil {
		return err
	}
	s.read.SetMaxOpenConns(4)
	s.read.SetMaxIdleConns(4)
	return nil
}

func (s *Store) openPostgres(rawURL string, maxConns int) error {
	if !strings.HasPrefix(rawURL, "postgres://") && !strings.HasPrefix(rawURL, "postgresql://") {
		return errors.New("the URL is neither sqlite:PATH nor postgres://…")
	}
	config, err := pgx.ParseConfig(rawURL)
	if err != nil {
		return errors.New("the postgres URL cannot be read")
	}
	db := stdlib.OpenDB(*config)
	if maxConns <= 0 {
		maxConns = 16
	}
	db.SetMaxOpenConns(maxConns)
	db.SetMaxIdleConns(maxConns)
	db.SetConnMaxIdleTime(5 * time.Minute)
	s.dialect = postgres
	s.read = sqlx.NewDb(db, "pgx")
	s.write = s.read
	return nil
}

// prepareAll parses once what is run for row after row.
func (s *Store) prepareAll(ctx context.Context) error {
	s.prepared = map[string]*sqlx.Stmt{}
	var all []string
	for _, t := range tables() {
		all = append(all, t.insert[sqlite], t.update[sqlite])
	}
	for _, q := range append(all, liteReceive, liteWork) {
		st, err := s.write.PreparexContext(ctx, q)
		if err != nil {
			return err
		}
		s.prepared[q] = st
	}
	all = nil
	for _, l := range lookups() {
		all = append(all, l.lite)
	}
	for _, q := range all {
		st, err := s.read.PreparexContext(ctx, q)
		if err != nil {
			return err
		}
		s.prepared[q] = st
	}
	return nil
}

// drawNode takes the next node number, so that ids of concurrent processes differ.
func (s *Store) drawNode(ctx context.Context) error {
	return s.inTx(ctx, machine, func(x *tx) error {
		var n int64
		if err := x.get(&n, `UPDATE meta SET value = value + 1 WHERE name = 'node' RETURNING value`); err != nil {
			return fmt.Errorf("drawing a node number: %w", err)
		}
		s.ids.node = n & 0x3ff
		if s.lock == nil {
			return nil
		}
		// The file lock says that whoever held these leases is gone.
		_, err := x.exec(`UPDATE outbox SET lease_until = 0 WHERE done_at = 0 AND lease_until > 0`)
		if err == nil {
			_, err = x.exec(`UPDATE lease SET until = 0`)
		}
		return err
	})
}

// Close waits for what is under way and lets go of the database.
func (s *Store) Close() error {
	s.stop()
	s.wg.Wait()
	err := s.read.Close()
	if s.dialect == sqlite {
		err = errors.Join(err, s.write.Close())
	}
	if s.lock != nil {
		err = errors.Join(err, s.lock.Close())
	}
	return err
}

// Ping reports whether the database answers.
func (s *Store) Ping(ctx context.Context) error { return s.read.PingContext(ctx) }

// Wake is a hint, at most one a time, that inbox rows wait for the worker's Process.
func (s *Store) Wake(worker int) <-chan struct{} { return s.wake[worker] }

// Dirty is a hint, at most one a time, that outbox rows wait for dispatch.
func (s *Store) Dirty() <-chan struct{} { return s.dirty }

func hint(all ...chan struct{}) {
	for _, c := range all {
		select {
		case c <- struct{}{}:
		default:
		}
	}
}

// who says whose write it is. On SQLite people's go first, then what platforms wait to have
// acknowledged, then the rest.
type who int

const (
	machine who = iota
	platform
	person
)

type job struct {
	ctx  context.Context
	run  func(*tx) error
	done chan error
}

// inTx runs f in one write transaction: on SQLite through the one writer, on PostgreSQL on a
// connection of the pool, again when the database chose it as the victim of a deadlock.
func (s *Store) inTx(ctx context.Context, w who, f func(*tx) error) error {
	if s.dialect == postgres {
		for try := 1; ; try++ {
			err := s.runTx(ctx, f)
			if err == nil || !isRetriable(err) || try == 5 {
				return err
			}
		}
	}
	queue := s.writes[w]
	j := job{ctx: ctx, run: f, done: make(chan error, 1)}
	select {
	case queue <- j:
	case <-ctx.Done():
		return ctx.Err()
	case <-s.closed:
		return sql.ErrConnDone
	}
	return <-j.done
}

func (s *Store) writeLoop(ctx context.Context) {
	for {
		j, ok := s.nextWrite(ctx)
		if !ok {
			return
		}
		j.done <- s.runTx(j.ctx, j.run)
	}
}

// nextWrite is the first that waits of the most urgent, or else whichever comes.
func (s *Store) nextWrite(ctx context.Context) (j job, ok bool) {
	for w := person; w >= machine; w-- {
		select {
		case j = <-s.writes[w]:
			return j, true
		default:
		}
	}
	select {
	case j = <-s.writes[person]:
	case j = <-s.writes[platform]:
	case j = <-s.writes[machine]:
	case <-ctx.Done():
		return j, false
	}
	return j, true
}

func (s *Store) runTx(ctx context.Context, f func(*tx) error) error {
	t, err := s.write.BeginTxx(ctx, nil)
	if err != nil {
		return err
	}
	if err := f(&tx{Tx: t, ctx: ctx, dialect: s.dialect, prepared: s.prepared}); err != nil {
		_ = t.Rollback() // the first error is the one to tell
		return discreet(err)
	}
	return discreet(t.Commit())
}
