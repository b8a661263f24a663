// Package postgres starts a PostgreSQL server of its own for tests: on a temporary folder and a unix
// socket, as a user that is not root, gone when the process that started it ends, however it ends.
package postgres

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// Install is the advice to give where there is no server to start.
const Install = "PostgreSQL 15 or newer is needed: apt-get install postgresql (or brew install postgresql), or set TANGGAP_TEST_POSTGRES to the URL of a server that may be written to"

// minVersion is the oldest server that tanggap supports.
const minVersion = 15

// Server is a running server.
type Server struct {
	URL string // of its maintenance database, as a superuser

	pipe io.Closer // the watchdog ends the server when this closes
	cmd  *exec.Cmd
}

// Options says how to run it.
type Options struct {
	// Durable leaves fsync on, as a city's server has it: for measuring, and for tests that pull the plug.
	Durable bool
}

// watchdog runs the server until its standard input ends, which the kernel sees to when the starter
// dies; then it stops the server and removes the folder. The starter cannot do that itself after a
// kill -9 or a panic in a test.
const watchdog = `
bin=$1 dir=$2; shift 2
"$bin/postgres" -D "$dir/data" -k "$dir" "$@" </dev/null >>"$dir/log" 2>&1 &
pid=$!
read -r _
kill -INT $pid 2>/dev/null
wait $pid
rm -rf "$dir"
`

// Start makes a fresh server and waits until it answers.
func Start(ctx context.Context, o Options) (*Server, error) {
	bin, err := find()
	if err != nil {
		return nil, err
	}
	who, err := unprivileged()
	if err != nil {
		return nil, err
	}
	dir, err := folder(who)
	if err != nil {
		return nil, fmt.Errorf("starting PostgreSQL: %w", err)
	}
	s, err := start(ctx, bin, dir, who, o)
	if err != nil {
		os.RemoveAll(dir)
		return nil, fmt.Errorf("starting PostgreSQL: %w", err)
	}
	return s, nil
}

// Stop ends the server and waits until its folder is gone.
func (s *Server) Stop() error {
	s.pipe.Close()
	return s.cmd.Wait()
}

func start(ctx context.Context, bin, dir string, who *syscall.Credential, o Options) (*Server, error) {
	// An ICU locale, unlike C: a text key that lacks its COLLATE "C" then sorts as it would in a city.
	initdb := exec.CommandContext(ctx, filepath.Join(bin, "initdb"), "-D", filepath.Join(dir, "data"), "-U", "tanggap",
		"--auth=trust", "--encoding=UTF8", "--locale=C", "--locale-provider=icu", "--icu-locale=id", "--no-sync", "--no-instructions")
	initdb.Dir = dir
	initdb.SysProcAttr = attributes(who)
	if out, err := initdb.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("initdb: %w: %s", err, lastLine(string(out)))
	}
	args := []string{"-c", watchdog, "watchdog", bin, dir}
	for _, s := range settings(o) {
		args = append(args, "-c", s)
	}
	cmd := exec.Command("/bin/sh", args...)
	cmd.Dir = dir
	cmd.SysProcAttr = attributes(who)
	pipe, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		pipe.Close()
		return nil, err
	}
	s := &Server{URL: socketURL(dir), pipe: pipe, cmd: cmd}
	if err := s.await(ctx); err != nil {
		log, _ := os.ReadFile(filepath.Join(dir, "log"))
		s.Stop()
		return nil, fmt.Errorf("%w: %s", err, lastLine(string(log)))
	}
	return s, nil
}

func settings(o Options) []string {
	s := []string{
		"listen_addresses=", "unix_socket_permissions=0700", "max_connections=400", "shared_buffers=128MB",
		"timezone=UTC", "log_min_messages=warning", "log_statement=none", "wal_level=minimal", "max_wal_senders=0",
		"max_wal_size=2GB",
	}
	if !o.Durable {
		s = append(s, "fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum=off")
	}
	return s
}

// await polls until the server takes a connection; it has no way to call back.
func (s *Server) await(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		conn, err := pgx.Connect(ctx, s.URL)
		if err == nil {
			return conn.Close(ctx)
		}
		select {
		case <-ctx.Done():
			return errors.New("no answer within a minute")
		case <-tick.C:
		}
	}
}

func socketURL(dir string) string {
	u := url.URL{
		Scheme: "postgres", User: url.User("tanggap"), Path: "/postgres",
		RawQuery: url.Values{"host": {dir}, "sslmode": {"disable"}}.Encode(),
	}
	return u.String()
}

// folder makes the server's own. A socket's path may have 107 bytes, so a deep TMPDIR is passed over.
func folder(who *syscall.Credential) (string, error) {
	parent := os.TempDir()
	if len(parent) > 60 {
		parent = "/tmp"
	}
	dir, err := os.MkdirTemp(parent, "tanggap-pg-")
	if err != nil {
		return "", err
	}
	if who != nil {
		if err := os.Chown(dir, int(who.Uid), int(who.Gid)); err != nil {
			return "", err
		}
	}
	return dir, nil
}

// attributes keeps the server out of the terminal's process group: a Ctrl-C must not end the
// watchdog before the server.
func attributes(who *syscall.Credential) *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Credential: who}
}

// unprivileged is whom the server runs as: nil for ourselves, and another where we are root, which
// the server refuses.
func unprivileged() (*syscall.Credential, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err := strconv.ParseUint(u.Uid, 10, 32)
		if err != nil {
			continue
		}
		gid, err := strconv.ParseUint(u.Gid, 10, 32)
		if err != nil {
			continue
		}
		return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
	}
	return nil, errors.New("starting PostgreSQL: it refuses to run as root, and there is no user postgres or nobody")
}

// find is the folder of the newest server's programs: distributions keep initdb out of PATH.
func find() (string, error) {
	var dirs []string
	for _, pattern := range []string{
		"/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql@*/bin",
		"/usr/local/opt/postgresql@*/bin", "/usr/local/pgsql/bin", "/usr/lib/postgresql*/bin",
	} {
		found, _ := filepath.Glob(pattern)
		dirs = append(dirs, found...)
	}
	if path, err := exec.LookPath("initdb"); err == nil {
		dirs = append(dirs, filepath.Dir(path))
	}
	best, newest := "", 0
	for _, dir := range dirs {
		out, err := exec.Command(filepath.Join(dir, "postgres"), "--version").Output()
		if err != nil {
			continue
		}
		if v := major(string(out)); v >= minVersion && v > newest {
			best, newest = dir, v
		}
	}
	if best == "" {
		return "", errors.New(Install)
	}
	return best, nil
}

// major reads "postgres (PostgreSQL) 15.8 (Debian …)".
func major(version string) int {
	_, v, _ := strings.Cut(version, ") ")
	n := 0
	for _, c := range v {
		if c < '0' || c > '9' {
			break
		}
		n = n*10 + int(c-'0')
	}
	return n
}

func lastLine(s string) string {
	last := ""
	for sc := bufio.NewScanner(strings.NewReader(s)); sc.Scan(); {
		if line := strings.TrimSpace(sc.Text()); line != "" {
			last = line
		}
	}
	return last
}
