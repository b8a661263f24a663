package gateway_test

import (
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"tanggap/channels"
	"tanggap/channels/channeltest"
	"tanggap/channels/gateway"
	"tanggap/channels/sms"
	"tanggap/internal/kannel"
)

const patience = 2 * time.Minute

// withKannel is the adapter before a real Kannel, and the Inbox that it delivers to.
func withKannel(t *testing.T) (*kannel.Kannel, *gateway.Adapter, *channeltest.Inbox) {
	t.Helper()
	mux := http.NewServeMux()
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	k := kannel.Start(t, kannel.Options{Service: gateway.KannelService(server.URL, "smsc", secret), Retries: 5})
	a, err := gateway.New("smsc", gateway.Config{
		Preset: "kannel", SendURL: k.SendURL(), Username: kannel.Username, Password: kannel.Password,
		From: number, Secret: secret, PublicURL: server.URL, MaxSegments: kannel.MaxMessages,
	}, nil, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	inbox := channeltest.NewInbox()
	mux.Handle("/channels/smsc/", http.StripPrefix("/channels/smsc", a.Handler(inbox)))
	mux.Handle("/channels/smsc", http.StripPrefix("/channels/smsc", a.Handler(inbox)))
	return k, a, inbox
}

func TestKannelBothWays(t *testing.T) {
	k, a, inbox := withKannel(t)
	if fact, err := a.Check(t.Context()); err != nil {
		t.Errorf("Check: %q, %v", fact, err)
	}
	inbox.Refuse(1) // Kannel comes back
	citizen := "+6281255501000"
	texts := []string{"lampu jalan mati di Tebet", "banjir 🌊 setinggi lutut, tolong", "baris satu\nbaris dua: 100% & {ini}", "STOP"}
	for _, text := range texts {
		if err := k.Write(citizen, number, text); err != nil {
			t.Fatal(err)
		}
	}
	for part := range byte(2) {
		if err := k.WritePart(citizen, number, 7, part+1, 2, []string{"bagian satu, ", "bagian dua"}[part]); err != nil {
			t.Fatal(err)
		}
	}
	if !inbox.Await(patience, func() bool { return len(inbox.Messages()) == len(texts)+1 }) {
		t.Fatalf("arrived: %v", inbox.Messages())
	}
	for _, text := range append(texts, "bagian satu, bagian dua") {
		i := slices.IndexFunc(inbox.Messages(), func(m channels.Inbound) bool { return m.Text == text })
		if i < 0 {
			t.Errorf("%q did not arrive", text)
			continue
		}
		m := inbox.Messages()[i]
		if m.From.Value != citizen || m.EventID == "" || m.SentAt.IsZero() || m.Mute || strings.Contains(string(m.Raw), url.QueryEscape(secret)) {
			t.Errorf("%q arrived as %+v", text, m)
		}
		if want := channels.Message; m.Kind != want {
			t.Errorf("%q is of kind %s, want %s", text, m.Kind, want)
		}
	}
	for _, wrong := range inbox.Broken() {
		t.Error(wrong)
	}
	answers := []string{
		"Laporan 482-177-3051 kami terima.",
		"Terima kasih 🙏 — petugas menuju lokasi",
		strings.Repeat("Laporan Anda sudah diteruskan ke dinas. ", 12),
		strings.Repeat("Laporan Anda 🙏 sudah diteruskan. ", 9),
		"kurung {} [] ~ € \\ | ^ & = % + ?",
	}
	var receipts []channels.Receipt
	for i, text := range answers {
		r, err := a.Send(t.Context(), channels.Outbound{Key: fmt.Sprintf("k-%d", i), To: channels.Address{Kind: channels.Tel, Value: citizen}, Text: text})
		if err != nil {
			t.Fatal(err)
		}
		receipts = append(receipts, r)
	}
	phones, err := k.Phones(t.Context(), len(answers))
	if err != nil {
		t.Fatalf("%v: %v", err, phones)
	}
	for i, m := range phones {
		if m.Text != answers[i] || m.From != number || m.To != citizen || m.Parts != receipts[i].Segments {
			t.Errorf("answer %d arrived as %+v in %d segments, want %d", i, m, m.Parts, receipts[i].Segments)
		}
	}
	for _, r := range receipts {
		delivered := func(report channels.Report) bool {
			return report.MessageID == r.MessageID && report.State == channels.Delivered && !report.At.IsZero()
		}
		if !inbox.Await(patience, func() bool { return slices.ContainsFunc(inbox.Reports(), delivered) }) {
			t.Errorf("%s was not reported delivered: %v", r.MessageID, inbox.Reports())
		}
	}
	if again, err := k.Phones(t.Context(), len(answers)); err != nil || len(again) != len(answers) {
		t.Errorf("the phones have %d messages: an answer of ours to Kannel was sent on", len(again))
	}
}

func TestKannelRefusesAWrongLogin(t *testing.T) {
	k := kannel.Start(t, kannel.Options{})
	a, err := gateway.New("smsc", gateway.Config{
		Preset: "kannel", SendURL: k.SendURL(), Username: kannel.Username, Password: "salah",
		From: number, Secret: secret, PublicURL: public,
	}, nil, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	var e *channels.Error
	if _, err := a.Check(t.Context()); !errors.As(err, &e) || e.Kind != channels.Suspended {
		t.Errorf("Check: %v", err)
	}
	_, err = a.Send(t.Context(), channels.Outbound{Key: "k", To: channels.Address{Kind: channels.Tel, Value: "+6281255501000"}, Text: "halo"})
	if !errors.As(err, &e) || e.Kind != channels.Suspended || e.Code != "403" {
		t.Errorf("Send: %v", err)
	}
}

// TestKannelCountsLikeWeDo sends texts of every alphabet around the limits of segments.
func TestKannelCountsLikeWeDo(t *testing.T) {
	k, a, _ := withKannel(t)
	random := rand.New(rand.NewPCG(1, 2))
	alphabets := []string{"abcdef gh.", "ab{}[]€~^|\\", "aéèñÑüÇ@_£$ ¥Δ", "aжф洪 b", "a😀 b👨‍👩‍👧🇮🇩c"}
	var texts []string
	for i := range 100 {
		runes := []rune(alphabets[i%len(alphabets)])
		n := []int{30 + random.IntN(60), 60 + random.IntN(20), 120 + random.IntN(60), 150 + random.IntN(20), 290 + random.IntN(30)}[random.IntN(5)]
		text := make([]rune, n)
		for j := range text {
			text[j] = runes[random.IntN(len(runes))]
		}
		texts = append(texts, "<"+strings.TrimSpace(string(text))+">")
	}
	for i, text := range texts {
		r, err := a.Send(t.Context(), channels.Outbound{Key: fmt.Sprintf("k-%d", i), To: channels.Address{Kind: channels.Tel, Value: "+6281255501000"}, Text: text})
		if err != nil {
			t.Fatalf("text %d: %v", i, err)
		}
		if r.Segments != sms.SplitPairs(text) {
			t.Errorf("text %d: the receipt says %d segments", i, r.Segments)
		}
	}
	phones, err := k.Phones(t.Context(), len(texts))
	if err != nil {
		t.Fatalf("%v: %d of %d", err, len(phones), len(texts))
	}
	for _, m := range phones {
		i := slices.Index(texts, m.Text)
		if i < 0 {
			t.Errorf("arrived in %d parts, and not as it was sent: %q", m.Parts, m.Text)
			continue
		}
		if want := sms.SplitPairs(texts[i]); m.Parts != want {
			t.Errorf("Kannel made %d segments, we count %d: %q", m.Parts, want, m.Text)
		}
	}
}
