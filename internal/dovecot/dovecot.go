// Package dovecot starts a real Dovecot for a test: IMAP with IDLE and LMTP delivery on free loopback
// ports, for one mailbox. It needs Debian's dovecot-imapd and dovecot-lmtpd, and works as root and as an
// ordinary user.
package dovecot

import (
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"tanggap/internal/loopback"
)

// The mailbox.
const (
	Address  = "pengaduan@kota.test"
	Password = "rahasia-kotak-surat"
)

// patience is how long the server may take to start or to stop.
const patience = time.Minute

// Server is a Dovecot that runs. It is safe for concurrent use.
type Server struct {
	dir        string
	imap, lmtp string // host:port
	introspect string // the URL that is asked about access tokens, "" to take passwords
	more       string // settings beyond our own

	mu    sync.Mutex
	watch io.Closer // its end ends the server
	ended chan error
}

// Start runs a Dovecot until the test ends. Without one installed the test fails: it is never skipped.
func Start(t testing.TB) *Server {
	t.Helper()
	return start(t, &Server{})
}

// StartWith runs one with settings beyond the usual, as lines of dovecot.conf: quota, further folders, TLS.
func StartWith(t testing.TB, settings string) *Server {
	t.Helper()
	return start(t, &Server{more: settings})
}

// StartTokens runs one that takes access tokens, by XOAUTH2 and OAUTHBEARER, and no passwords. What a token is
// worth it asks introspect, as RFC 7662 has it: the answer's username must be Address.
func StartTokens(t testing.TB, introspect string) *Server {
	t.Helper()
	return start(t, &Server{introspect: introspect})
}

func start(t testing.TB, s *Server) *Server {
	t.Helper()
	if _, err := exec.LookPath("dovecot"); err != nil {
		t.Fatal("dovecot is not installed (Debian: dovecot-imapd, dovecot-lmtpd)")
	}
	// Not t.TempDir: Dovecot's other users must reach it, and its sockets' paths must be short.
	dir, err := os.MkdirTemp("", "dovecot")
	if err != nil {
		t.Fatal(err)
	}
	s.dir = dir
	t.Cleanup(func() {
		s.Stop()
		os.RemoveAll(dir)
	})
	var last error
	for range 3 { // a port may be taken between being found free and being used
		if last = s.configure(); last == nil {
			if last = s.Run(); last == nil {
				return s
			}
		}
	}
	t.Fatalf("starting dovecot: %v", last)
	return nil
}

// IMAPURL is where the mailbox is read.
func (s *Server) IMAPURL() string { return "imap://" + s.imap + "/INBOX" }

// configure lays out the server's folder.
func (s *Server) configure() error {
	ports, err := loopback.Ports(2)
	if err != nil {
		return err
	}
	s.imap, s.lmtp = fmt.Sprintf("127.0.0.1:%d", ports[0]), fmt.Sprintf("127.0.0.1:%d", ports[1])
	who, err := identify()
	if err != nil {
		return err
	}
	for _, d := range []string{"", "run", "mail", "home"} {
		if err := os.MkdirAll(filepath.Join(s.dir, d), 0o755); err != nil {
			return err
		}
		if err := os.Chmod(filepath.Join(s.dir, d), 0o755); err != nil {
			return err
		}
	}
	for _, d := range []string{"mail", "home"} {
		if err := os.Chown(filepath.Join(s.dir, d), who.uid, who.gid); err != nil {
			return err
		}
	}
	users := fmt.Sprintf("%s:{PLAIN}%s\n", Address, Password)
	if err := os.WriteFile(filepath.Join(s.dir, "users"), []byte(users), 0o644); err != nil {
		return err
	}
	tokens := fmt.Sprintf("introspection_mode = post\nintrospection_url = %s\nusername_attribute = username\nactive_attribute = active\nactive_value = true\n", s.introspect)
	if err := os.WriteFile(filepath.Join(s.dir, "tokens"), []byte(tokens), 0o644); err != nil {
		return err
	}
	return os.WriteFile(s.conf(), []byte(s.settings(who, ports)), 0o644)
}

func (s *Server) conf() string { return filepath.Join(s.dir, "dovecot.conf") }

// settings is a configuration for Dovecot 2.3.
func (s *Server) settings(who identity, ports []int) string {
	mechanisms, passdb, known := "plain login", "driver = passwd-file\n  args = username_format=%u DIR/users", ""
	if s.introspect != "" {
		mechanisms, passdb = "xoauth2 oauthbearer", "driver = oauth2\n  mechanisms = xoauth2 oauthbearer\n  args = DIR/tokens"
		known = " allow_all_users=yes" // a provider has no list of them, and deliveries ask for one
	}
	passdb = strings.ReplaceAll(passdb, "DIR", s.dir)
	return strings.NewReplacer(
		"MECHANISMS", mechanisms, "PASSDB", passdb, "KNOWN", known,
		"DIR", s.dir, "USER", who.user, "GROUP", who.group, "LOGIN", who.login,
		"UID", fmt.Sprint(who.uid), "GID", fmt.Sprint(who.gid),
		"IMAP_PORT", fmt.Sprint(ports[0]), "LMTP_PORT", fmt.Sprint(ports[1]),
	).Replace(`# made for one test
base_dir = DIR/run
state_dir = DIR/run
log_path = DIR/log
listen = 127.0.0.1
protocols = imap lmtp
ssl = no
disable_plaintext_auth = no
auth_mechanisms = MECHANISMS
auth_failure_delay = 0
default_internal_user = USER
default_internal_group = GROUP
default_login_user = LOGIN
first_valid_uid = 0
mail_location = maildir:DIR/mail/%u
mail_uid = USER
mail_gid = GROUP
mail_fsync = never
mail_max_userip_connections = 100
passdb {
  PASSDB
}
userdb {
  driver = static
  args = uid=UID gid=GID home=DIR/home/%uKNOWN
}
service anvil {
  chroot =
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
service stats {
  chroot =
}
service imap-login {
  chroot =
  inet_listener imap {
    port = IMAP_PORT
  }
  inet_listener imaps {
    port = 0
  }
}
service lmtp {
  inet_listener lmtp {
    address = 127.0.0.1
    port = LMTP_PORT
  }
}
`) + s.more
}

// Run starts the server on the ports that it has, after Stop, and waits until it answers.
func (s *Server) Run() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	// The shell ends the server when its own input ends, so that a test that is killed leaves none behind.
	cmd := exec.Command("sh", "-c", `dovecot -F -c "$1" </dev/null & server=$!; read -r _; kill "$server"; wait "$server"`, "sh", s.conf())
	in, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	s.watch, s.ended = in, ended
	deadline := time.Now().Add(patience)
	for _, at := range []string{s.imap, s.lmtp} {
		for !greets(at) {
			if time.Now().After(deadline) {
				s.stop()
				return fmt.Errorf("dovecot does not answer: %s", s.lastWords())
			}
			time.Sleep(20 * time.Millisecond) // another process's start has no event to wait for
		}
	}
	return nil
}

// greets reports whether a server says something at an address.
func greets(at string) bool {
	conn, err := net.DialTimeout("tcp", at, time.Second)
	if err != nil {
		return false
	}
	defer conn.Close()
	conn.SetReadDeadline(time.Now().Add(2 * time.Second))
	n, err := conn.Read(make([]byte, 1))
	return n == 1 && err == nil
}

// lastWords are the end of the server's log.
func (s *Server) lastWords() string {
	b, err := os.ReadFile(filepath.Join(s.dir, "log"))
	if err != nil {
		return "no log"
	}
	return string(b[max(0, len(b)-600):])
}

// Stop ends the server with all its connections; the mailbox stays. Run starts it again.
func (s *Server) Stop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stop()
}

func (s *Server) stop() {
	if s.watch == nil {
		return
	}
	s.watch.Close()
	s.watch = nil
	select {
	case <-s.ended:
	case <-time.After(patience):
	}
}
