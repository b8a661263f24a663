package e2e

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"tanggap/channels/gateway"
	"tanggap/internal/config"
	"tanggap/internal/dbtest"
	"tanggap/internal/dovecot"
	"tanggap/internal/kannel"
	"tanggap/internal/sim"
)

const (
	complaint = "lampu jalan mati di depan SDN 01 Tebet Timur sudah 3 hari, gelap banget"
	answer    = "Petugas kami sudah di lokasi dan lampu sedang diganti. Terima kasih laporannya."
	followUp  = "SUDAH"
)

// wire is a citizen's end of one channel.
type wire struct {
	write func(text string) // as the citizen, answering the last thing said where the channel threads
	read  func() []string   // what the citizen got, oldest first
}

// whole is the way of every channel: report, queue, answer, resolution, confirmation.
func whole(t *testing.T, k *city, channel string, w wire) ticket {
	t.Helper()
	w.write(complaint)
	listed := k.queue("channel="+channel, 1)[0]
	if listed.Agency != "dki.binamarga" || listed.Area == nil || listed.Area.Name != "Tebet Timur" || listed.State != "assigned" {
		t.Errorf("listed as %+v, area %+v", listed, listed.Area)
	}
	if got := k.queue("agency=dki.binamarga&state=assigned", 1)[0]; got.Reference != listed.Reference {
		t.Errorf("the agency's queue shows %s", got.Reference)
	}
	number := listed.Reference[:3] + "-" + listed.Reference[3:6] + "-" + listed.Reference[6:]
	k.until("the receipt", func() bool { return len(w.read()) == 1 })
	if got := w.read()[0]; !strings.Contains(got, number) {
		t.Errorf("the receipt %q does not name %s", got, number)
	}
	if code := k.call("POST", "/api/v1/tickets/"+listed.Reference+"/replies", map[string]string{"text": answer}, nil); code != http.StatusAccepted {
		t.Fatalf("replying: %d", code)
	}
	k.until("the answer", func() bool { return len(w.read()) == 2 })
	if got := w.read()[1]; !strings.Contains(got, answer) {
		t.Errorf("the answer came as %q", got)
	}
	step := map[string]any{"to": "resolved", "text": "Lampu sudah menyala.", "version": k.ticket(listed.Reference).Version}
	if code := k.call("POST", "/api/v1/tickets/"+listed.Reference+"/state", step, nil); code >= 300 {
		t.Fatalf("resolving: %d", code)
	}
	k.until("the question", func() bool { // whose second line a Kannel logs a moment after the first
		got := w.read()
		return len(got) >= 3 && (strings.Contains(got[2], "SUDAH") || channel == "telegram")
	})
	w.write(followUp)
	k.until("closing", func() bool { return k.ticket(listed.Reference).State == "closed" })
	last := k.ticket(listed.Reference)
	for _, m := range last.Messages {
		if m.Direction == "out" && m.State != "sent" && m.State != "delivered" {
			k.until("delivery of every message", func() bool {
				return !slices.ContainsFunc(k.ticket(listed.Reference).Messages, func(m message) bool { return m.State == "queued" })
			})
		}
		if m.Channel != channel {
			t.Errorf("a message on %s", m.Channel)
		}
	}
	k.queue("", 1)
	return last
}

const telegramToken = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"

// telegramCity is a city with one bot.
func telegramCity(t *testing.T, database string) (*city, *sim.Telegram) {
	tg := sim.NewTelegram(sim.TelegramOptions{Token: telegramToken, Username: "lapor_bot"})
	api, err := tg.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { tg.Close() })
	return run(t, configure(t, database, freeAddr(t),
		config.Account{Name: "bot", Channel: &config.Telegram{Token: config.NewSecret(telegramToken), Mode: config.Poll, APIURL: api}})), tg
}

func TestTelegram(t *testing.T) {
	dbtest.Both(t, func(t *testing.T, database string) {
		k, tg := telegramCity(t, database)
		siti := sim.TelegramUser{ID: 90210777, Name: "Siti Nurhaliza", Language: "id"}
		whole(t, k, "telegram", wire{
			write: func(text string) { tg.Write(sim.TelegramDraft{From: siti, Text: text}) },
			read: func() (got []string) {
				for _, m := range tg.Chat(siti.ID) {
					if m.FromBot {
						got = append(got, m.Text)
					}
				}
				return got
			},
		})
		k.silent(telegramToken, siti.Name, "90210777", "gelap banget", "sedang diganti")
	})
}

func TestTelegramPictureAndPlace(t *testing.T) {
	dbtest.Both(t, func(t *testing.T, database string) {
		k, tg := telegramCity(t, database)
		budi := sim.TelegramUser{ID: 41, Name: "Budi", Language: "id"}
		jpeg := append([]byte("\xff\xd8\xff\xe0\x00\x10JFIF\x00"), make([]byte, 2000)...)
		tg.Write(sim.TelegramDraft{From: budi, Text: "sampah menumpuk di pinggir jalan, bau sekali", Photo: jpeg})
		listed := k.queue("", 1)[0]
		tg.Write(sim.TelegramDraft{From: budi, Location: &sim.TelegramLocation{Lat: -6.2254, Lng: 106.8535}})
		k.until("the place", func() bool {
			got := k.ticket(listed.Reference)
			return len(got.Messages) >= 3 && got.Area != nil
		})
		k.until("the picture", func() bool {
			for _, m := range k.ticket(listed.Reference).Messages {
				if len(m.Attachments) == 1 && m.Attachments[0].Type == "image/jpeg" && m.Attachments[0].Size == int64(len(jpeg)) {
					return true
				}
			}
			return false
		})
		k.queue("", 1)
	})
}

// proxy sends calls for a public name to where the city listens, as a reverse proxy does.
type proxy struct{ to string }

func (p proxy) RoundTrip(r *http.Request) (*http.Response, error) {
	c := r.Clone(r.Context())
	c.URL.Scheme, c.URL.Host, c.Host = "http", p.to, "inside:8080"
	return http.DefaultTransport.RoundTrip(c)
}

func TestTwilio(t *testing.T) {
	dbtest.Both(t, func(t *testing.T, database string) {
		const sid, token, number, citizen = "AC0123456789abcdef0123456789abcdef", "7c1b5e0a9d2f4c6e8a0b1d3f5e7a9c2b", "+6281110001000", "+6281298765432"
		listen := freeAddr(t)
		tw := sim.NewTwilio(sim.TwilioOptions{
			AccountSID: sid, AuthToken: token, Number: number, Webhook: "https://lapor.test/channels/sms",
			Tries: 5, Delivers: true, Client: &http.Client{Transport: proxy{listen}, Timeout: patience},
		})
		api, err := tw.Start()
		if err != nil {
			t.Fatal(err)
		}
		defer tw.Close()
		c := configure(t, database, listen, config.Account{Name: "sms", Channel: &config.Twilio{
			AccountSID: sid, AuthToken: config.NewSecret(token), From: number, APIURL: api, Region: "ID", Segments: 10,
		}})
		c.Server.PublicURL = "https://lapor.test"
		k := run(t, c)
		last := whole(t, k, "sms", wire{
			write: func(text string) {
				if _, err := tw.Write(context.Background(), citizen, text); err != nil {
					t.Fatal(err)
				}
			},
			read: func() (got []string) {
				for _, m := range tw.Taken() {
					got = append(got, m.Body)
					if len(m.Parts) > 1 && m.Body != answer {
						t.Errorf("%d segments: %q", len(m.Parts), m.Body)
					}
				}
				return got
			},
		})
		k.until("delivery reports", func() bool {
			return !slices.ContainsFunc(k.ticket(last.Reference).Messages, func(m message) bool { return m.Direction == "out" && m.State != "delivered" })
		})
		k.silent(token, citizen, citizen[1:], "gelap banget", "sedang diganti")
	})
}

func TestGateway(t *testing.T) {
	dbtest.Both(t, func(t *testing.T, database string) {
		const secret, password, citizen = "rahasia-gateway-77", "sandi-gateway-88", "+6281298765433"
		listen := freeAddr(t)
		gw := sim.NewGateway(sim.GatewayOptions{
			Username: "tanggap", Password: password, Number: "1708", Tries: 5, Delivers: true,
			GetURL: "http://" + listen + "/channels/smsc?secret=" + url.QueryEscape(secret) + "&from=%p&to=%P&text=%b&coding=%c&charset=%C&udh=%u&time=%T&id=%I&smsc=%i",
		})
		api, err := gw.Start()
		if err != nil {
			t.Fatal(err)
		}
		defer gw.Close()
		k := run(t, configure(t, database, listen, gatewayAccount(api+"/cgi-bin/sendsms", "tanggap", password, secret)))
		whole(t, k, "sms", wire{
			write: func(text string) {
				if _, err := gw.Write(context.Background(), citizen, text); err != nil {
					t.Fatal(err)
				}
			},
			read: func() (got []string) {
				for _, m := range gw.Messages() {
					if !m.Inbound {
						got = append(got, m.Text)
					}
				}
				return got
			},
		})
		k.silent(secret, password, citizen, citizen[1:], "gelap banget", "sedang diganti")
	})
}

func gatewayAccount(send, username, password, secret string) config.Account {
	return config.Account{Name: "smsc", Channel: &config.Gateway{
		Preset: "kannel", SendURL: send, Username: username,
		Password: config.NewSecret(password), From: "1708", Secret: config.NewSecret(secret),
	}}
}

// TestKannel is the same through a real bearerbox and smsbox, with fakesmsc as the operator.
func TestKannel(t *testing.T) {
	dbtest.Both(t, func(t *testing.T, database string) {
		const secret, citizen = "rahasia-gateway-77", "+6281298765434"
		listen := freeAddr(t)
		real := kannel.Start(t, kannel.Options{Service: gateway.KannelService("http://"+listen, "smsc", secret), Retries: 5})
		k := run(t, configure(t, database, listen, gatewayAccount(real.SendURL(), kannel.Username, kannel.Password, secret)))
		whole(t, k, "sms", wire{
			write: func(text string) {
				if err := real.Write(citizen, "1708", text); err != nil {
					t.Fatal(err)
				}
			},
			read: func() (got []string) {
				ctx, cancel := context.WithTimeout(context.Background(), time.Second)
				defer cancel()
				all, _ := real.Phones(ctx, 0)
				for _, m := range all {
					got = append(got, m.Text)
				}
				return got
			},
		})
		k.silent(secret, kannel.Password, citizen, citizen[1:], "gelap banget", "sedang diganti")
	})
}

// TestMail reads a real Dovecot, and sends through a simulated submission server.
func TestMail(t *testing.T) {
	dbtest.Both(t, func(t *testing.T, database string) {
		const citizen, password = "siti.warga@example.test", "sandi-surat-99"
		server := dovecot.Start(t)
		out := sim.NewMail(sim.MailOptions{Address: dovecot.Address, Password: password})
		if err := out.Start(); err != nil {
			t.Fatal(err)
		}
		defer out.Close()
		k := run(t, configure(t, database, freeAddr(t), config.Account{Name: "mail", Channel: &config.Email{
			Address: dovecot.Address, MaxMessage: 40 << 20, IdleFor: config.Duration(time.Minute), PollEvery: config.Duration(time.Second),
			IMAP: config.Mailbox{URL: server.IMAPURL(), Username: dovecot.Address, Password: config.NewSecret(dovecot.Password)},
			SMTP: config.Outgoing{URL: out.SMTPURL(), Username: dovecot.Address, Password: config.NewSecret(password)},
		}}))
		k.until("the first look into the mailbox", func() bool {
			c, err := k.app.Store().Cursor(context.Background(), "mail")
			return err == nil && c != ""
		})
		n := 0
		whole(t, k, "email", wire{
			write: func(text string) {
				n++
				head := ""
				if got := out.Taken(); len(got) > 0 {
					head = fmt.Sprintf("In-Reply-To: <%s>\r\nReferences: <%s>\r\n", got[len(got)-1].MessageID, got[len(got)-1].MessageID)
				}
				raw := fmt.Sprintf("From: Siti Warga <%s>\r\nTo: %s\r\nSubject: Laporan\r\nMessage-ID: <m%d@example.test>\r\nDate: %s\r\n%s\r\n%s\r\n",
					citizen, dovecot.Address, n, time.Now().Format(time.RFC1123Z), head, text)
				if err := server.Deliver([]byte(raw)); err != nil {
					t.Fatal(err)
				}
			},
			read: func() (got []string) {
				for _, m := range out.Mailbox(citizen) {
					got = append(got, m.Text)
				}
				return got
			},
		})
		if first := out.Mailbox(citizen)[0]; first.ReplyTo != "m1@example.test" {
			t.Errorf("the receipt answers %q", first.ReplyTo)
		}
		k.silent(password, dovecot.Password, citizen, "Siti Warga", "gelap banget", "sedang diganti")
	})
}
