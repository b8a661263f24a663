package app

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/mail"
	"slices"
	"strconv"
	"strings"
	"time"

	"tanggap/channels"
	"tanggap/channels/sms"
	"tanggap/internal/config"
	"tanggap/tickets"
)

// Trial is one test message for each of some accounts, to an address of who looks after them.
type Trial struct {
	app *App
	to  map[string]channels.Address // by account
}

// NewTrial reads the addresses, given by account: a number, a mail address or a chat's id, or "" for a mailbox
// that is to write to itself. Everything wrong with them is told at once, without the addresses. Nothing is sent.
func NewTrial(cfg *config.Config, to map[string]string, log *slog.Logger) (*Trial, error) {
	if len(to) == 0 {
		return nil, nil
	}
	adapters, err := makeAdapters(cfg, platformClient(), log)
	if err != nil {
		return nil, err
	}
	t := &Trial{app: &App{cfg: cfg, log: log, adapters: adapters}, to: map[string]channels.Address{}}
	var wrong []error
	for _, name := range slices.Sorted(maps.Keys(to)) {
		ad, ok := adapters[name]
		if !ok {
			wrong = append(wrong, fmt.Errorf("--send: there is no account %q", name))
			continue
		}
		if p, ok := ad.(channels.Prover); ok && to[name] == "" {
			t.to[name] = p.Self()
			continue
		}
		address, ok := addressOf(ad.Capabilities().Addresses, to[name], region(cfg, name))
		if !ok {
			wrong = append(wrong, fmt.Errorf("--send: what is given for %s is no %s", name, wanted(address.Kind)))
		}
		t.to[name] = address
	}
	return t, errors.Join(wrong...)
}

func addressOf(kind channels.AddressKind, text, region string) (channels.Address, bool) {
	a := channels.Address{Kind: kind, Value: strings.TrimSpace(text)}
	switch kind {
	case channels.Tel:
		var mute bool
		a, mute = sms.Sender(a.Value, region)
		return a, !mute
	case channels.Mail:
		parsed, err := mail.ParseAddress(a.Value)
		ok := err == nil && parsed.Address == a.Value
		a.Value = strings.ToLower(a.Value)
		return a, ok
	case channels.TelegramID:
		n, err := strconv.ParseInt(a.Value, 10, 64)
		return a, err == nil && n != 0 && strconv.FormatInt(n, 10) == a.Value
	}
	return a, false
}

func wanted(kind channels.AddressKind) string {
	switch kind {
	case channels.Tel:
		return "phone number such as +6281200000000"
	case channels.Mail:
		return "mail address"
	case channels.TelegramID:
		return "chat id such as 123456789"
	}
	return "address that can be written to"
}

// region is where the account reads numbers without a country code.
func region(cfg *config.Config, name string) string {
	for _, acc := range cfg.Accounts {
		if acc.Name != name {
			continue
		}
		switch c := acc.Channel.(type) {
		case *config.Twilio:
			return c.Region
		case *config.Gateway:
			return c.Region
		}
	}
	return ""
}

// trialText is one SMS segment.
const trialText = "Pesan uji dari layanan pengaduan, abaikan saja. Test message of the complaint service, please ignore. %s"

// Send makes one attempt for each, and tells what the platforms said. Nothing is stored, retried or logged;
// in mode pilot only the addresses on its list are written to.
func (t *Trial) Send(ctx context.Context) []Finding {
	var all []Finding
	for _, name := range slices.Sorted(maps.Keys(t.to)) {
		for _, f := range t.try(ctx, t.app.adapters[name], t.to[name]) {
			all = append(all, Finding{name, f})
		}
	}
	return all
}

// try sends one message, and sees it arrive where the account writes to itself.
func (t *Trial) try(ctx context.Context, ad channels.Adapter, to channels.Address) []channels.Finding {
	if p, ok := ad.(channels.Prover); ok && to == p.Self() {
		return p.Prove(ctx, testMessage(ad, to))
	}
	return []channels.Finding{found(t.send(ctx, ad, to))}
}

func testMessage(ad channels.Adapter, to channels.Address) channels.Outbound {
	now := time.Now().UTC().Truncate(time.Microsecond)
	out := channels.Outbound{
		Key: "test-" + strings.ToLower(rand.Text()), To: to, Language: "id", Automatic: true, Notice: true, First: now,
		Text: fmt.Sprintf(trialText, now.Format("15:04:05 UTC")),
	}
	if ad.Capabilities().Subject {
		out.Subject = "Pesan uji (test message)"
	}
	return out
}

func (t *Trial) send(ctx context.Context, ad channels.Adapter, to channels.Address) (string, error) {
	if !t.app.allowed(tickets.Address{Kind: string(to.Kind), Value: to.Value}) {
		return "", errors.New("not sent: the address is not on the list of mode pilot")
	}
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	receipt, err := ad.Send(ctx, testMessage(ad, to))
	if err != nil {
		return "", errors.New(verdict(channels.KindOf(err)) + discreetly(err, to))
	}
	switch {
	case receipt.Segments == 1:
		return "sent, in 1 segment; look whether it arrives", nil
	case receipt.Segments > 0:
		return fmt.Sprintf("sent, in %d segments; look whether it arrives", receipt.Segments), nil
	}
	if to.Kind == channels.Mail {
		return "sent; look whether it arrives, and whether spf, dkim and dmarc pass there (Authentication-Results in its header)", nil
	}
	return "sent; look whether it arrives", nil
}

func verdict(kind channels.ErrorKind) string {
	switch kind {
	case channels.Temporary, channels.Throttled:
		return "not sent, try again: "
	case channels.UnknownSent:
		return "may have been sent: "
	}
	return "refused: "
}

// discreetly is what the platform said, without the address should it have quoted it.
func discreetly(err error, to channels.Address) string {
	text := said(err)
	for _, part := range []string{to.Value, strings.TrimPrefix(to.Value, "+")} {
		if part != "" {
			text = strings.ReplaceAll(text, part, "…")
		}
	}
	return text
}
