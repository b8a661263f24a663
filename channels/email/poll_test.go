package email

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"tanggap/channels"
	"tanggap/channels/channeltest"
	"tanggap/internal/dovecot"
	"tanggap/internal/sim"
)

const patience = 2 * time.Minute

// markingInbox is an Inbox that commits cursors by themselves, as the real one does.
type markingInbox struct {
	*channeltest.Inbox
	marks chan string // each as it comes

	mu   sync.Mutex
	last string
}

func newMarkingInbox() *markingInbox {
	return &markingInbox{Inbox: channeltest.NewInbox(), marks: make(chan string, 100)}
}

func (b *markingInbox) Mark(_ context.Context, _, cursor string) error {
	b.mu.Lock()
	b.last = cursor
	b.mu.Unlock()
	select {
	case b.marks <- cursor:
	default: // nobody counts them
	}
	return nil
}

// Cursor prefers what was accepted: tests mark once, before anything is.
func (b *markingInbox) Cursor(ctx context.Context, account string) (string, error) {
	if c, err := b.Inbox.Cursor(ctx, account); c != "" || err != nil {
		return c, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.last, nil
}

// poll runs the adapter against an inbox until the test ends, or the returned function is called.
func poll(t *testing.T, a *Adapter, in channels.Inbox) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- a.Poll(ctx, in) }()
	stopped := false
	stop = func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		select {
		case err := <-done:
			if err != nil {
				t.Errorf("Poll: %v", err)
			}
		case <-time.After(patience):
			t.Error("Poll does not end with its context")
		}
	}
	t.Cleanup(stop)
	return stop
}

func await(t *testing.T, in *channeltest.Inbox, what string, cond func() bool) {
	t.Helper()
	if !in.Await(patience, cond) {
		t.Fatalf("waited in vain: %s", what)
	}
}

func texts(in *channeltest.Inbox) []string {
	var texts []string
	for _, m := range in.Messages() {
		texts = append(texts, m.Text)
	}
	return texts
}

func newAdapter(t testing.TB, c Config) *Adapter {
	t.Helper()
	a, err := New("mail", c, nil, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	a.reader.Retry = 20 * time.Millisecond
	return a
}

func TestFirstStartTakesNewMailOnly(t *testing.T) {
	p := newPlatform(t).(*platform)
	for age, text := range map[time.Duration]string{30 * 24 * time.Hour: "lama", 2 * time.Hour: "tadi pagi"} {
		p.mail.WriteOld([]byte(plainMail("warga@kampung.test", text+"@x", text)), time.Now().Add(-age))
	}
	p.Write(t, 0, "ditulis saat kami disiapkan")
	in := newMarkingInbox()
	stop := poll(t, newAdapter(t, p.config()), in)
	select {
	case <-in.marks:
	case <-time.After(patience):
		t.Fatal("the first start was not marked")
	}
	await(t, in.Inbox, "the mail of the last hour", func() bool { return len(in.Messages()) == 1 })
	stop()
	p.Write(t, 0, "ditulis saat kami mati")
	poll(t, newAdapter(t, p.config()), in)
	p.Write(t, 0, "baru")
	await(t, in.Inbox, "the mail written last", func() bool { return slices.Contains(texts(in.Inbox), "baru") })
	if got := fmt.Sprint(texts(in.Inbox)); got != "[ditulis saat kami disiapkan ditulis saat kami mati baru]" {
		t.Errorf("took %s, want only what came after the first start", got)
	}
	for _, m := range in.Messages() {
		if m.Mute {
			t.Errorf("%q is mute", m.Text)
		}
	}
}

func TestRenumberedMailboxDoublesNothing(t *testing.T) {
	p := newPlatform(t).(*platform)
	in := newMarkingInbox()
	poll(t, newAdapter(t, p.config()), in)
	<-in.marks
	for i := range 5 {
		p.Write(t, i, fmt.Sprint("pesan ", i))
	}
	await(t, in.Inbox, "5 mails", func() bool { return len(in.Messages()) == 5 })
	p.mail.Renumber()
	p.Write(t, 0, "sesudahnya")
	await(t, in.Inbox, "the mail after the change", func() bool { return slices.Contains(texts(in.Inbox), "sesudahnya") })
	if got := texts(in.Inbox); len(got) != 6 {
		t.Errorf("took %q, want each mail once", got)
	}
	for _, m := range in.Messages() {
		if m.Mute {
			t.Errorf("%q is mute", m.Text)
		}
	}
}

// silent is a server that greets and then says nothing more.
func silent(t *testing.T, greeting string) (address string, calls chan struct{}) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	calls = make(chan struct{}, 1000)
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			calls <- struct{}{}
			go func() {
				defer conn.Close()
				io.WriteString(conn, greeting)
				io.Copy(io.Discard, conn)
			}()
		}
	}()
	return l.Addr().String(), calls
}

func TestASilentServerIsLeft(t *testing.T) {
	for _, greeting := range []string{"", "* OK [CAPABILITY IMAP4rev1 IDLE] ready\r\n"} {
		address, calls := silent(t, greeting)
		a := newAdapter(t, Config{
			Address: dovecot.Address, Wait: 50 * time.Millisecond,
			IMAP: Server{URL: "imap://" + address, Username: "u", Password: "p"}, SMTP: Server{URL: "smtp://" + address},
		})
		stop := poll(t, a, channeltest.NewInbox())
		for range 3 {
			select {
			case <-calls:
			case <-time.After(patience):
				t.Fatal("the adapter hangs on a silent server")
			}
		}
		stop()
		_, err := a.Send(t.Context(), channels.Outbound{Key: "a", To: channels.Address{Kind: channels.Mail, Value: "w@x.test"}, Text: "halo"})
		if channels.KindOf(err) != channels.Temporary {
			t.Errorf("Send to a silent server: %v, want a temporary failure", err)
		}
	}
}

// filter is a door to address that changes what the server says.
func filter(t *testing.T, address string, change func([]byte) []byte) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			server, err := net.Dial("tcp", address)
			if err != nil {
				conn.Close()
				continue
			}
			go func() { io.Copy(server, conn); server.Close() }()
			go func() {
				defer conn.Close()
				buf := make([]byte, 64<<10)
				for {
					n, err := server.Read(buf)
					if err != nil {
						return
					}
					conn.Write(change(buf[:n]))
				}
			}()
		}
	}()
	return l.Addr().String()
}

func TestPollsWhereIdleIsMissing(t *testing.T) {
	p := newPlatform(t).(*platform)
	c := p.config()
	host := c.IMAP.URL[len("imap://") : len(c.IMAP.URL)-len("/INBOX")]
	c.IMAP.URL = "imap://" + filter(t, host, func(b []byte) []byte {
		return bytes.ReplaceAll(b, []byte(" IDLE"), nil)
	}) + "/INBOX"
	c.PollEvery = 20 * time.Millisecond
	a := newAdapter(t, c)
	if f := a.Inspect(t.Context(), nil)[0]; f.Grade != channels.Fine || !strings.Contains(f.Detail, "no IDLE") {
		t.Fatalf("Inspect says %+v", f)
	}
	in := channeltest.NewInbox()
	poll(t, a, in)
	for i := range 3 {
		p.Write(t, 0, fmt.Sprint("pesan ", i))
		await(t, in, "a mail", func() bool { return len(in.Messages()) == i+1 })
	}
}

func TestAWrongPasswordEndsPolling(t *testing.T) {
	p := newPlatform(t).(*platform)
	c := p.config()
	c.IMAP.Password = "bukan-ini"
	err := newAdapter(t, c).Poll(t.Context(), channeltest.NewInbox())
	if channels.KindOf(err) != channels.Suspended {
		t.Errorf("Poll returned %v, want an error of kind suspended", err)
	}
}

func TestALongMailIsSetAsideWithItsBeginning(t *testing.T) {
	p := newPlatform(t).(*platform)
	c := p.config()
	c.MaxMessage = 2000
	in := channeltest.NewInbox()
	poll(t, newAdapter(t, c), in)
	if _, err := p.mail.Write(sim.MailLetter{From: "w@x.test", Subject: "video", Text: "lihat ini", Files: []sim.MailFile{{Name: "v.mp4", Type: "video/mp4", Data: make([]byte, 5000)}}}); err != nil {
		t.Fatal(err)
	}
	p.Write(t, 0, "sesudahnya")
	await(t, in, "both mails", func() bool { return len(in.Messages()) == 2 })
	if m := in.Messages()[0]; m.Kind != channels.Unknown || m.Subject != "video" || len(m.Raw) == 0 || len(m.Raw) > 2000 {
		t.Errorf("a mail over the limit came as %s %q with %d bytes", m.Kind, m.Subject, len(m.Raw))
	}
}
