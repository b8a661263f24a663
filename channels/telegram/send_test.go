package telegram

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"tanggap/channels"
	"tanggap/channels/telegram/update"
	"tanggap/internal/sim"
)

// start makes an adapter in front of a simulated Bot API.
func start(t *testing.T, mode string) (*platform, channels.Adapter) {
	t.Helper()
	p := startPlatform(t, mode)
	return p, p.Adapter(t, &http.Client{}, slog.New(slog.DiscardHandler))
}

func attachment(name, kind string, data []byte) channels.Attachment {
	return channels.Attachment{Name: name, Type: kind, Size: int64(len(data)), Open: func() (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(data)), nil
	}}
}

var jpeg = []byte("\xff\xd8\xff\xe0 gambar")

func TestSendsWhatAChatCanShow(t *testing.T) {
	p, a := start(t, "poll")
	asked := p.sim.Write(sim.TelegramDraft{From: citizen(0), Text: "sudah sampai mana?"})
	group := &sim.TelegramChat{ID: -1005, Title: "Dinas"}
	p.sim.Write(sim.TelegramDraft{From: citizen(1), Group: group, Text: "halo"})
	to := p.Address(0)
	pdf := []byte("%PDF-1.4 surat")
	for _, tt := range []struct {
		name string
		out  channels.Outbound
		want sim.TelegramMessage
	}{
		{"reply with choices", channels.Outbound{
			To: to, ReplyTo: update.MessageID(citizen(0).ID, int64(asked)), Text: "Sudah selesai?",
			Choices: []channels.Choice{{ID: "close:yes", Label: "Sudah"}, {ID: "close:no", Label: "Belum"}},
		}, sim.TelegramMessage{
			Chat: citizen(0).ID, Text: "Sudah selesai?", ReplyTo: asked,
			Buttons: [][]sim.TelegramButton{{{Text: "Sudah", Data: "close:yes"}}, {{Text: "Belum", Data: "close:no"}}},
		}},
		{
			"reply to a message that is gone",
			channels.Outbound{To: to, ReplyTo: update.MessageID(citizen(0).ID, 999), Text: "Baik."},
			sim.TelegramMessage{Chat: citizen(0).ID, Text: "Baik."},
		},
		{
			"reply to a message of another chat",
			channels.Outbound{To: to, ReplyTo: "-1005:1", Text: "Baik."},
			sim.TelegramMessage{Chat: citizen(0).ID, Text: "Baik."},
		},
		{
			"into a group",
			channels.Outbound{To: p.Address(1), Thread: "-1005", Text: "Diterima."},
			sim.TelegramMessage{Chat: -1005, Text: "Diterima."},
		},
		{
			"photo",
			channels.Outbound{To: to, Text: "Hasil kerja", Attachments: []channels.Attachment{attachment("foto.jpg", "image/jpeg", jpeg)}},
			sim.TelegramMessage{
				Chat: citizen(0).ID, Text: "Hasil kerja",
				Files: []sim.TelegramFile{{Name: "foto.jpg", Type: "image/jpeg", Size: len(jpeg)}},
			},
		},
		{
			"document",
			channels.Outbound{To: to, Attachments: []channels.Attachment{attachment("surat.pdf", "application/pdf", pdf)}},
			sim.TelegramMessage{
				Chat:  citizen(0).ID,
				Files: []sim.TelegramFile{{Name: "surat.pdf", Type: "application/pdf", Size: len(pdf)}},
			},
		},
	} {
		before := len(p.sim.Sent())
		receipt, err := a.Send(t.Context(), tt.out)
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		sent := p.sim.Sent()[before:]
		if len(sent) != 1 || receipt.MessageID != update.MessageID(sent[0].Chat, int64(sent[0].ID)) {
			t.Errorf("%s: receipt %q for %d messages", tt.name, receipt.MessageID, len(sent))
			continue
		}
		tt.want.FromBot = true
		if diff := cmp.Diff(tt.want, sent[0], cmpopts.IgnoreUnexported(sim.TelegramMessage{}),
			cmpopts.IgnoreFields(sim.TelegramMessage{}, "ID", "At"), cmpopts.IgnoreFields(sim.TelegramFile{}, "ID", "Data")); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", tt.name, diff)
		}
	}
}

func TestSendsSeveralFilesAsAnAlbum(t *testing.T) {
	p, a := start(t, "poll")
	_, err := a.Send(t.Context(), channels.Outbound{To: p.Address(0), Text: "Sebelum dan sesudah", Attachments: []channels.Attachment{
		attachment("1.jpg", "image/jpeg", jpeg), attachment("2.jpg", "image/jpeg", append(jpeg, 'x')),
	}})
	if err != nil {
		t.Fatal(err)
	}
	sent := p.sim.Sent()
	if len(sent) != 2 || sent[0].Text != "Sebelum dan sesudah" || sent[1].Text != "" || sent[1].Files[0].Size != len(jpeg)+1 {
		t.Errorf("the album is %+v", sent)
	}
}

func TestRefusesWhatTelegramWould(t *testing.T) {
	p, a := start(t, "poll")
	to := p.Address(0)
	file := attachment("a.jpg", "image/jpeg", jpeg)
	huge := channels.Attachment{Name: "film", Size: maxUpload + 1, Open: func() (io.ReadCloser, error) {
		return nil, errors.New("must not be opened")
	}}
	for name, out := range map[string]channels.Outbound{
		"no text":              {To: to, Text: " \n"},
		"caption too long":     {To: to, Text: strings.Repeat("a", maxCaption+1), Attachments: []channels.Attachment{file}},
		"file too large":       {To: to, Text: "film", Attachments: []channels.Attachment{huge}},
		"choice too long":      {To: to, Text: "?", Choices: []channels.Choice{{ID: strings.Repeat("a", 65), Label: "Ya"}}},
		"too many choices":     {To: to, Text: "?", Choices: make([]channels.Choice, maxChoices+1)},
		"choices on an album":  {To: to, Text: "?", Choices: []channels.Choice{{ID: "a", Label: "Ya"}}, Attachments: []channels.Attachment{file, file}},
		"address of another":   {To: channels.Address{Kind: channels.Tel, Value: "+62811"}, Text: "halo"},
		"address of no number": {To: channels.Address{Kind: channels.TelegramID, Value: "@sari"}, Text: "halo"},
		"reply to no message":  {To: to, ReplyTo: to.Value + ":x", Text: "halo"},
	} {
		if _, err := a.Send(t.Context(), out); channels.KindOf(err) != channels.Rejected {
			t.Errorf("%s: %v, want an error of kind rejected", name, err)
		}
	}
	if n := len(p.sim.Sent()); n != 0 {
		t.Errorf("%d messages were sent", n)
	}
}

func TestClassifiesRefusals(t *testing.T) {
	p, a := start(t, "poll")
	for _, tt := range []struct {
		fault sim.TelegramFault
		want  channels.ErrorKind
		wait  time.Duration
	}{
		{sim.TelegramFault{Status: 400, Description: "Bad Request: chat not found"}, channels.Unreachable, 0},
		{sim.TelegramFault{Status: 400, Description: "Bad Request: PEER_ID_INVALID"}, channels.Unreachable, 0},
		{sim.TelegramFault{Status: 400, Description: "Bad Request: not enough rights to send text messages to the chat"}, channels.Unreachable, 0},
		{sim.TelegramFault{Status: 400, Description: "Bad Request: something else"}, channels.Rejected, 0},
		{sim.TelegramFault{Status: 403, Description: "Forbidden: user is deactivated"}, channels.Unreachable, 0},
		{sim.TelegramFault{Status: 404, Description: "Not Found"}, channels.Suspended, 0},
		{sim.TelegramFault{Status: 413, HTML: true}, channels.Rejected, 0},
		{sim.TelegramFault{Status: 429, RetryAfter: 42}, channels.Throttled, 42 * time.Second},
		{sim.TelegramFault{Status: 429}, channels.Throttled, time.Second},
		{sim.TelegramFault{Status: 500, Description: "Internal Server Error"}, channels.Temporary, 0},
		{sim.TelegramFault{Status: 302, HTML: true}, channels.Temporary, 0},
	} {
		for _, out := range []channels.Outbound{
			{To: p.Address(0), Text: "halo"},
			{To: p.Address(0), Text: "halo", Attachments: []channels.Attachment{attachment("a.jpg", "image/jpeg", jpeg)}},
		} {
			p.sim.Fail(tt.fault, 1)
			_, err := a.Send(t.Context(), out)
			var e *channels.Error
			if !errors.As(err, &e) || e.Kind != tt.want || e.RetryAfter != tt.wait {
				t.Errorf("%+v: %v, want kind %s and to wait %v", tt.fault, err, tt.want, tt.wait)
			}
		}
	}
	if n := len(p.sim.Sent()); n != 0 {
		t.Errorf("%d messages were sent", n)
	}
}

// A description may quote the text that Telegram would not take.
func TestRefusalsDoNotQuoteTheText(t *testing.T) {
	p, a := start(t, "poll")
	p.sim.Fail(sim.TelegramFault{Status: 400, Description: `Bad Request: unsupported tag "kata-warga"`}, 1)
	_, err := a.Send(t.Context(), channels.Outbound{To: p.Address(0), Text: "kata-warga"})
	if err == nil || strings.Contains(err.Error(), "kata-warga") {
		t.Errorf("the error reads %v", err)
	}
}

func TestUnreachableWhenBlocked(t *testing.T) {
	p, a := start(t, "poll")
	p.sim.Block(citizen(0), true)
	_, err := a.Send(t.Context(), channels.Outbound{To: p.Address(0), Text: "halo"})
	if channels.KindOf(err) != channels.Unreachable {
		t.Errorf("%v, want an error of kind unreachable", err)
	}
}

func TestFetchesFiles(t *testing.T) {
	p, a := start(t, "poll")
	p.sim.Write(sim.TelegramDraft{From: citizen(0), Photo: jpeg})
	shown := p.sim.Chat(citizen(0).ID)[0].Files[0]
	f := a.(channels.Fetcher)
	r, err := f.Fetch(t.Context(), shown.ID)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if data, err := io.ReadAll(r); err != nil || !bytes.Equal(data, jpeg) {
		t.Errorf("fetched %q, %v", data, err)
	}
	if _, err := f.Fetch(t.Context(), "tidak-ada"); channels.KindOf(err) != channels.Rejected {
		t.Errorf("a file that is not there: %v, want kind rejected", err)
	}
	big := sim.TelegramFile{Name: "film.mp4", Type: "video/mp4", Data: make([]byte, maxDownload+1)}
	p.sim.Write(sim.TelegramDraft{From: citizen(1), Document: &big})
	if _, err := f.Fetch(t.Context(), p.sim.Chat(citizen(1).ID)[0].Files[0].ID); channels.KindOf(err) != channels.Rejected {
		t.Errorf("a file over the limit: %v, want kind rejected", err)
	}
}

func TestCheckNamesTheBot(t *testing.T) {
	p, a := start(t, "webhook")
	checker := a.(channels.Checker)
	facts, err := checker.Check(t.Context())
	if err != nil || facts != "bot @tanggap_bot, its webhook is not set yet" {
		t.Errorf("before Register: %q, %v", facts, err)
	}
	p.Connect(a.(channels.Webhook).Handler(nil))
	if err := a.(channels.Registrar).Register(t.Context()); err != nil {
		t.Fatal(err)
	}
	if facts, err = checker.Check(t.Context()); err != nil || facts != "bot @tanggap_bot" {
		t.Errorf("after Register: %q, %v", facts, err)
	}
	wrong, err := New("bot", Config{Token: "1:salah", APIURL: p.url}, nil, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := wrong.(channels.Checker).Check(context.Background()); channels.KindOf(err) != channels.Suspended {
		t.Errorf("with a wrong token: %v, want kind suspended", err)
	}
}

func TestConfigIsChecked(t *testing.T) {
	for name, c := range map[string]Config{
		"token":   {},
		"token ":  {Token: "12/../getMe"},
		"api_url": {Token: testToken, APIURL: "tanpa-skema"},
		"mode":    {Token: testToken, Mode: "push"},
		"secret":  {Token: testToken, Mode: "webhook"},
		"secret ": {Token: testToken, Mode: "webhook", Secret: "tidak boleh ada spasi"},
	} {
		_, err := New("bot", c, nil, slog.New(slog.DiscardHandler))
		if err == nil || !strings.HasPrefix(err.Error(), strings.TrimSpace(name)+": ") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
