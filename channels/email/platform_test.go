package email

import (
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"tanggap/channels"
	"tanggap/channels/channeltest"
	"tanggap/internal/dovecot"
	"tanggap/internal/sim"
)

const password = "kata-sandi-kotak-surat"

// platform is the simulated mail server, or, with a real Dovecot for what comes in, half of it.
type platform struct {
	mail *sim.Mail
	real *dovecot.Server // nil: the simulated one has the mailbox, too

	mu    sync.Mutex
	seq   int
	wrote map[string][]byte // what was delivered to the real one
	down  [][]byte          // and what waits at the sender while it is away
	away  bool
}

func newPlatform(t *testing.T) channeltest.Platform {
	p := &platform{mail: sim.NewMail(sim.MailOptions{Address: dovecot.Address, Password: password}), wrote: map[string][]byte{}}
	if err := p.mail.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.mail.Close() })
	return p
}

func newRealPlatform(t *testing.T) channeltest.Platform {
	p := newPlatform(t).(*platform)
	p.real = dovecot.Start(t)
	return p
}

func (p *platform) config() Config {
	c := Config{
		Address: dovecot.Address,
		Name:    "Layanan Pengaduan",
		IMAP:    Server{URL: p.mail.IMAPURL(), Username: dovecot.Address, Password: password},
		SMTP:    Server{URL: p.mail.SMTPURL(), Username: dovecot.Address, Password: password},
	}
	if p.real != nil {
		c.IMAP.URL, c.IMAP.Password = p.real.IMAPURL(), dovecot.Password
	}
	return c
}

func (p *platform) Adapter(t *testing.T, client *http.Client, log *slog.Logger) channels.Adapter {
	t.Helper()
	a, err := New("mail", p.config(), client, log)
	if err != nil {
		t.Fatal(err)
	}
	a.reader.Retry = 20 * time.Millisecond
	return a
}

func (p *platform) Write(t *testing.T, n int, text string) string {
	from := p.Address(n).Value
	if p.real == nil {
		id, err := p.mail.Write(sim.MailLetter{From: from, Name: fmt.Sprintf("Warga %d", n), Subject: "Laporan", Text: text})
		if err != nil {
			t.Errorf("writing a mail: %v", err)
		}
		return id
	}
	p.mu.Lock()
	p.seq++
	id := fmt.Sprintf("%d@warga.test", p.seq)
	p.mu.Unlock()
	p.deliver(t, id, plainMail(from, id, text))
	return id
}

// plainMail is a mail as a simple program writes it.
func plainMail(from, id, text string) []byte {
	return []byte(strings.ReplaceAll(fmt.Sprintf("From: Warga <%s>\nTo: %s\nSubject: Laporan\nDate: %s\nMessage-ID: <%s>\n"+
		"MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n%s\n",
		from, dovecot.Address, time.Now().Format(time.RFC1123Z), id, text), "\n", "\r\n"))
}

// deliver brings a mail to the real server, now or, as a sender's server does, when it is back.
func (p *platform) deliver(t *testing.T, id string, raw []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.wrote[id] = raw
	if p.away {
		p.down = append(p.down, raw)
		return
	}
	if err := p.real.Deliver(raw); err != nil {
		t.Errorf("writing a mail: %v", err)
	}
}

func (p *platform) WriteBytes(t *testing.T, body []byte) {
	if p.real != nil {
		p.deliver(t, "", body)
		return
	}
	p.mail.WriteRaw(body)
}

func (p *platform) Redeliver(t *testing.T, messageID string) {
	if p.real != nil {
		p.mu.Lock()
		raw := p.wrote[messageID]
		p.mu.Unlock()
		p.deliver(t, messageID, raw)
		return
	}
	if err := p.mail.Redeliver(messageID); err != nil {
		t.Errorf("delivering again: %v", err)
	}
}

func (p *platform) Connect(http.Handler)                 {}
func (p *platform) Forged(*testing.T) *http.Request      { return nil }
func (p *platform) Signed(*testing.T, int) *http.Request { return nil }
func (p *platform) Confirm(*testing.T, string) bool      { return false }
func (p *platform) Secrets() []string                    { return []string{password, dovecot.Password} }

func (p *platform) Address(n int) channels.Address {
	return channels.Address{Kind: channels.Mail, Value: fmt.Sprintf("warga-nomor-%d@kampung.test", n)}
}

func (p *platform) Taken() []channeltest.Taken {
	var taken []channeltest.Taken
	for _, m := range p.mail.Taken() {
		taken = append(taken, channeltest.Taken{
			MessageID: m.MessageID, To: channels.Address{Kind: channels.Mail, Value: m.To[0]},
			Text: m.Text, ReplyTo: m.ReplyTo, At: m.At,
		})
	}
	return taken
}

var faults = map[channeltest.Failure]sim.MailFault{
	channeltest.FailTemporary:   sim.MailBusy,
	channeltest.FailThrottled:   sim.MailThrottled,
	channeltest.FailRejected:    sim.MailRejected,
	channeltest.FailUnreachable: sim.MailUnreachable,
	channeltest.FailSuspended:   sim.MailBadLogin,
	channeltest.FailReset:       sim.MailCut,
	channeltest.FailDial:        sim.MailRefused,
	channeltest.FailHang:        sim.MailHang,
}

func (p *platform) Fail(f channeltest.Failure, n int) { p.mail.Fail(faults[f], n) }

func (p *platform) Outage(on bool) {
	p.mail.Outage(on)
	if p.real == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case on && !p.away:
		p.real.Stop()
	case !on && p.away:
		if err := p.real.Run(); err != nil {
			panic(err) // no test to tell: Outage has none
		}
		for _, raw := range p.down {
			if err := p.real.Deliver(raw); err != nil {
				panic(err)
			}
		}
		p.down = nil
	}
	p.away = on
}

func options(start func(*testing.T) channeltest.Platform) channeltest.Options {
	return channeltest.Options{New: start, Redelivers: true, Failures: []channeltest.Failure{
		channeltest.FailTemporary, channeltest.FailThrottled, channeltest.FailRejected, channeltest.FailUnreachable,
		channeltest.FailSuspended, channeltest.FailReset, channeltest.FailDial, channeltest.FailHang,
	}}
}

func TestContract(t *testing.T) { channeltest.Run(t, options(newPlatform)) }

func TestContractOnDovecot(t *testing.T) { channeltest.Run(t, options(newRealPlatform)) }
