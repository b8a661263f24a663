package wire

import (
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"

	"tanggap/channels"
)

// conversation is an SMTP server that does as its script says, and writes down what it hears.
type conversation struct {
	hello string            // lines of the answer to EHLO beyond the first, in between
	says  map[string]string // answers to commands by their beginning; "." ends a message

	mu      sync.Mutex
	heard   []string
	message bool
}

func (c *conversation) answer(l string) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.message && l != "." {
		return ""
	}
	c.message = false
	c.heard = append(c.heard, l)
	for begins, says := range c.says {
		if strings.HasPrefix(l, begins) {
			return says + "\r\n"
		}
	}
	switch {
	case strings.HasPrefix(l, "EHLO"):
		return "250-hello\r\n" + c.hello + "250 HELP\r\n"
	case l == "DATA":
		c.message = true
		return "354 go on\r\n"
	}
	return "250 done\r\n"
}

// transfer hands a mail over to the server of the script.
func transfer(t *testing.T, c *conversation, to string, raw []byte, paths ...string) error {
	t.Helper()
	s := server(t, "smtp://"+speak(t, nil, "220 ready\r\n", c.answer), "smtp")
	s.Username = ""
	conn, err := s.Submit(t.Context(), "kota.test")
	if err != nil {
		return err
	}
	defer conn.Quit()
	return conn.Transfer(to, raw, paths...)
}

func TestTransfer(t *testing.T) {
	const letter, budi = "Subject: x\r\n\r\n.titik\r\n", "budi@kampung.test"
	for _, c := range []struct {
		name  string
		hello string
		says  map[string]string
		to    string
		kind  channels.ErrorKind // "" is taken
		heard string
	}{
		{"taken", "", nil, budi, "", "EHLO kota.test|MAIL FROM:<>|RCPT TO:<budi@kampung.test>|DATA|."},
		{"taken in other words", "", map[string]string{".": "251 will forward"}, budi, "", "EHLO kota.test|MAIL FROM:<>|RCPT TO:<budi@kampung.test>|DATA|."},
		{"no null path", "", map[string]string{"MAIL FROM:<>": "550 5.7.60 not you"}, budi, "", "EHLO kota.test|MAIL FROM:<>|MAIL FROM:<kami@kota.test>|RCPT TO:<budi@kampung.test>|DATA|."},
		{"no path at all", "", map[string]string{"MAIL FROM": "550 5.7.60 not you"}, budi, channels.Suspended, "EHLO kota.test|MAIL FROM:<>|MAIL FROM:<kami@kota.test>"},
		{"null path later", "", map[string]string{"MAIL FROM:<>": "451 4.3.0 later"}, budi, channels.Temporary, "EHLO kota.test|MAIL FROM:<>"},
		{"no such recipient", "", map[string]string{"RCPT": "550 5.1.1 nobody"}, budi, channels.Unreachable, "EHLO kota.test|MAIL FROM:<>|RCPT TO:<budi@kampung.test>|RSET|MAIL FROM:<kami@kota.test>|RCPT TO:<budi@kampung.test>"},
		{"recipient later", "", map[string]string{"RCPT": "450 4.2.0 later"}, budi, channels.Temporary, "EHLO kota.test|MAIL FROM:<>|RCPT TO:<budi@kampung.test>"},
		{"larger than it takes", "250-SIZE 20\r\n", nil, budi, channels.Rejected, "EHLO kota.test"},
		{"as large as it takes", fmt.Sprintf("250-SIZE %d\r\n", len(letter)), nil, budi, "", "EHLO kota.test|MAIL FROM:<>|RCPT TO:<budi@kampung.test>|DATA|."},
		{"no size named", "250-SIZE 0\r\n250-8BITMIME\r\n", nil, budi, "", "EHLO kota.test|MAIL FROM:<> BODY=8BITMIME|RCPT TO:<budi@kampung.test>|DATA|."},
		{"letters", "250-SMTPUTF8\r\n", nil, "büdi@kampung.test", "", "EHLO kota.test|MAIL FROM:<> SMTPUTF8|RCPT TO:<büdi@kampung.test>|DATA|."},
		{"letters not carried", "", nil, "büdi@kampung.test", channels.Unreachable, "EHLO kota.test"},
		{"letters not needed", "250-SMTPUTF8\r\n", nil, budi, "", "EHLO kota.test|MAIL FROM:<>|RCPT TO:<budi@kampung.test>|DATA|."},
		{"commands in an address", "", nil, "budi@kampung.test>\r\nRCPT TO:<x@x.test", channels.Temporary, "EHLO kota.test|MAIL FROM:<>"},
		{"words without end", "", map[string]string{"RCPT": strings.Repeat("250-lagi\r\n", 200_000) + "250 done"}, budi, channels.Temporary, "EHLO kota.test|MAIL FROM:<>|RCPT TO:<budi@kampung.test>"},
	} {
		t.Run(c.name, func(t *testing.T) {
			talk := &conversation{hello: c.hello, says: c.says}
			err := transfer(t, talk, c.to, []byte(letter), NullPath, "kami@kota.test")
			if got := channels.KindOf(err); err == nil && c.kind != "" || err != nil && got != c.kind {
				t.Errorf("%v of kind %q, want %q", err, got, c.kind)
			}
			talk.mu.Lock()
			defer talk.mu.Unlock()
			talk.heard = slices.DeleteFunc(talk.heard, func(l string) bool { return l == "QUIT" })
			if got := strings.Join(talk.heard, "|"); got != c.heard {
				t.Errorf("the server heard\n%s, want\n%s", got, c.heard)
			}
		})
	}
}

// Postfix looks at the return path when it hears the recipient.
func TestANullPathThatIsRefusedLate(t *testing.T) {
	var talk conversation
	path := ""
	s := server(t, "smtp://"+speak(t, nil, "220 ready\r\n", func(l string) string {
		if strings.HasPrefix(l, "MAIL") {
			path = l
		}
		if strings.HasPrefix(l, "RCPT") && strings.HasPrefix(path, "MAIL FROM:<>") {
			return "553 5.7.1 <>: Sender address rejected: not owned by user\r\n"
		}
		return talk.answer(l)
	}), "smtp")
	s.Username = ""
	conn, err := s.Submit(t.Context(), "kota.test")
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Quit()
	if err := conn.Transfer("budi@kampung.test", []byte("Subject: x\r\n\r\nx\r\n"), NullPath, "kami@kota.test"); err != nil {
		t.Errorf("the mail does not go out: %v", err)
	}
}

// A server that has seen enough of a message says so, and hangs up in the middle of it.
func TestARefusalInTheMiddleOfAMessage(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go func() {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		b := make([]byte, 4096)
		for _, says := range []string{"220 ready", "250 hello", "250 done", "250 done", "354 go on", "552 5.3.4 too large"} {
			fmt.Fprintf(conn, "%s\r\n", says)
			if _, err := conn.Read(b); err != nil {
				return
			}
		}
	}()
	s := server(t, "smtp://"+l.Addr().String(), "smtp")
	s.Username = ""
	conn, err := s.Submit(t.Context(), "kota.test")
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Quit()
	err = conn.Transfer("budi@kampung.test", []byte(strings.Repeat("panjang sekali\r\n", 2<<20)), NullPath)
	if channels.KindOf(err) != channels.Rejected {
		t.Errorf("%v, want rejected", err)
	}
}
