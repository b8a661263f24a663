// Package smtpsink starts Postfix's smtp-sink for a test: an SMTP server on a free port of loopback that takes every
// mail and keeps it in a file, or refuses, hangs up or stalls where it is told to. It needs Debian's postfix, whose
// own service need not run, and works as root and as an ordinary user.
package smtpsink

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/mail"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"tanggap/internal/loopback"
)

// patience is how long the server may take to start or to stop.
const patience = time.Minute

// Sink is a place for mails, and the server before it while one runs.
type Sink struct {
	program string
	dir     string
	at      string // host:port
	as      []string
	runs    int

	watch io.Closer // its end ends the server
	ended chan error
}

// Mail is what a client handed over up to the final dot.
type Mail struct {
	ReturnPath string   // "" is the null one
	To         []string // as in RCPT TO
	MessageID  string   // without brackets
	Raw        []byte   // header and text; lines end as files' do
}

// New finds smtp-sink and a port. Nothing listens there before Run. Where it is not installed the test fails: it is
// never skipped.
func New(t testing.TB) *Sink {
	t.Helper()
	s := &Sink{program: "/usr/sbin/smtp-sink"}
	if found, err := exec.LookPath("smtp-sink"); err == nil {
		s.program = found
	} else if _, err := os.Stat(s.program); err != nil {
		t.Fatal("smtp-sink is not installed (Debian: postfix)")
	}
	ports, err := loopback.Ports(1)
	if err != nil {
		t.Fatal(err)
	}
	s.at = fmt.Sprintf("127.0.0.1:%d", ports[0])
	// Not t.TempDir, which the user that the server becomes could not enter.
	if s.dir, err = os.MkdirTemp("", "smtp-sink"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		s.Stop()
		os.RemoveAll(s.dir)
	})
	if err := s.own(); err != nil {
		t.Fatalf("preparing for smtp-sink: %v", err)
	}
	return s
}

// own gives the folder to the user that the server runs as: root it refuses to be.
func (s *Sink) own() error {
	if os.Getuid() != 0 {
		return nil
	}
	nobody, err := user.Lookup("nobody")
	if err != nil {
		return err
	}
	uid, err := strconv.Atoi(nobody.Uid)
	if err != nil {
		return err
	}
	s.as = []string{"-u", "nobody"}
	return os.Chown(s.dir, uid, -1)
}

// URL is where it takes mail, with any login.
func (s *Sink) URL() string { return "smtp://" + s.at }

// Run starts the server with flags of smtp-sink(1), after the one before it has ended, and waits until it listens.
func (s *Sink) Run(flags ...string) error {
	s.Stop()
	s.runs++
	args := append(append(s.as, "-d", filepath.Join(s.dir, strconv.Itoa(s.runs), "mail.")), flags...)
	// The shell ends the server when its own input ends, so that a test that is killed leaves none behind.
	cmd := exec.Command("sh", append([]string{"-c", `"$@" </dev/null & server=$!; read -r _; kill "$server"; wait "$server"`, "sh", s.program}, append(args, s.at, "100")...)...)
	var said bytes.Buffer
	cmd.Stderr = &said
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
	for deadline := time.Now().Add(patience); ; time.Sleep(5 * time.Millisecond) { // another process's start has no event to wait for
		if conn, err := net.Dial("tcp", s.at); err == nil {
			conn.Close()
			return nil
		}
		if time.Now().After(deadline) {
			s.Stop()
			return fmt.Errorf("smtp-sink %s does not listen: %s", strings.Join(flags, " "), said.String())
		}
	}
}

// Stop ends the server with all its connections; the mails stay. Then connections are refused.
func (s *Sink) Stop() {
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

// Mails are those of all runs, or of the last one alone, in no order; also those that it then refused, or said nothing
// about.
func (s *Sink) Mails(last bool) ([]Mail, error) {
	run := "*"
	if last {
		run = strconv.Itoa(s.runs)
	}
	files, err := filepath.Glob(filepath.Join(s.dir, run, "mail.*"))
	if err != nil {
		return nil, err
	}
	var all []Mail
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			return nil, err
		}
		if len(b) == 0 {
			continue // begun at DATA, and never ended
		}
		m, err := parse(b)
		if err != nil {
			return nil, fmt.Errorf("%v in\n%s", err, b)
		}
		all = append(all, m)
	}
	return all, nil
}

// parse reads a file in the format of smtp-sink(1): fields of its own stand above the mail, the last of them Received.
func parse(b []byte) (Mail, error) {
	head, err := mail.ReadMessage(bytes.NewReader(b))
	if err != nil {
		return Mail{}, err
	}
	m := Mail{To: head.Header["X-Rcpt-Args"], MessageID: strings.Trim(head.Header.Get("Message-Id"), "<> ")}
	from, _, _ := strings.Cut(head.Header.Get("X-Mail-Args"), " ")
	m.ReturnPath = strings.Trim(from, "<>")
	for i, to := range m.To {
		to, _, _ = strings.Cut(to, " ")
		m.To[i] = strings.Trim(to, "<>")
	}
	_, rest, _ := bytes.Cut(b, []byte("\nReceived: "))
	for {
		_, after, found := bytes.Cut(rest, []byte("\n"))
		if rest = after; !found || len(rest) == 0 || rest[0] != '\t' && rest[0] != ' ' {
			break
		}
	}
	m.Raw = bytes.TrimSuffix(rest, []byte("\n"))
	return m, nil
}
