package app

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tanggap/channels"
	"tanggap/internal/config"
	"tanggap/tickets"
	"tanggap/web/portal"
)

func TestPageIsNobodyToWriteTo(t *testing.T) {
	a := &App{cfg: &config.Config{Server: config.Server{Mode: config.Pilot, Pilot: []string{"+6281200000001"}}}}
	for to, want := range map[tickets.Address]bool{
		{Kind: string(channels.Web), Value: "page:1"}:         true,
		{Kind: string(channels.Tel), Value: "+6281200000001"}: true,
		{Kind: string(channels.Tel), Value: "+6281200000002"}: false,
	} {
		if got := a.allowed(to); got != want {
			t.Errorf("%s in a pilot: %v", to, got)
		}
	}
	sent, err := page{}.Send(t.Context(), channels.Outbound{Key: "k1"})
	if err != nil || sent.State != channels.Sent {
		t.Fatal(sent, err)
	}
	if got, found, err := (page{}).Find(t.Context(), channels.Outbound{Key: "k1"}, time.Time{}); got != sent || !found || err != nil {
		t.Errorf("asked what became of it: %+v, %v, %v", got, found, err)
	}
}

func TestDoorsAreThoseThatCanBeWrittenTo(t *testing.T) {
	a := &App{cfg: &config.Config{Accounts: []config.Account{
		{Name: "bot", Channel: &config.Telegram{}},
		{Name: "mail", Channel: &config.Email{Address: "lapor@kota.test"}},
		{Name: "sms", Channel: &config.Twilio{From: "+6281110001000"}},
		{Name: "wa", Channel: &config.Twilio{From: "+6281110001001", WhatsApp: true}},
		{Name: "alpha", Channel: &config.Twilio{From: "JAKARTA"}},
		{Name: "smsc", Channel: &config.Gateway{From: "1708"}},
	}}}
	want := []portal.Door{
		{Channel: "email", Shown: "lapor@kota.test", Link: "mailto:lapor@kota.test"},
		{Channel: "sms", Shown: "+6281110001000", Link: "sms:+6281110001000"},
		{Channel: "whatsapp", Shown: "+6281110001001"},
		{Channel: "sms", Shown: "1708", Link: "sms:1708"},
	}
	if diff := cmp.Diff(want, a.doors()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
