package sim

import (
	"bytes"
	"encoding/json"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

const tgTestToken = "9:sim"

var tgSari = TelegramUser{ID: 81, Name: "Sari", Language: "id"}

func tgStart(t *testing.T) *Telegram {
	t.Helper()
	s := NewTelegram(TelegramOptions{Token: tgTestToken})
	if _, err := s.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// tgCall makes one call, and returns status, result and description.
func tgCall(t *testing.T, s *Telegram, method string, args url.Values) (int, json.RawMessage, string) {
	t.Helper()
	resp, err := http.PostForm("http://"+s.addr+"/bot"+tgTestToken+"/"+method, args)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var answer struct {
		Result      json.RawMessage
		Description string
	}
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, answer.Result, answer.Description
}

// TestTelegramTableMatchesTheSpecification holds our own table against the machine-readable Bot API,
// when a folder with it is named.
func TestTelegramTableMatchesTheSpecification(t *testing.T) {
	data := os.Getenv("TANGGAP_DATA")
	if data == "" {
		return // make corpora names it
	}
	files, err := filepath.Glob(filepath.Join(data, "telegram", "bot_api_*.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no specification in the folder of corpora: %v", err)
	}
	raw, err := os.ReadFile(files[len(files)-1])
	if err != nil {
		t.Fatal(err)
	}
	type field struct {
		Name     string
		Types    []string
		Required bool
	}
	var spec struct {
		Methods map[string]struct{ Fields []field }
		Types   map[string]struct{ Fields []field }
	}
	if err := json.Unmarshal(raw, &spec); err != nil {
		t.Fatal(err)
	}
	for method, call := range telegramCalls {
		known, ok := spec.Methods[method]
		if !ok {
			t.Errorf("there is no method %s", method)
		}
		for name, p := range call.params {
			i := slices.IndexFunc(known.Fields, func(f field) bool { return f.Name == name })
			if i < 0 {
				t.Errorf("%s has no parameter %s", method, name)
				continue
			}
			for _, typ := range p.types {
				if !slices.Contains(known.Fields[i].Types, typ) {
					t.Errorf("%s: %s is %v, not %s", method, name, known.Fields[i].Types, typ)
				}
			}
			if p.required != known.Fields[i].Required {
				t.Errorf("%s: %s is required: %v, here %v", method, name, known.Fields[i].Required, p.required)
			}
		}
		for _, f := range known.Fields {
			if _, ok := call.params[f.Name]; f.Required && !ok {
				t.Errorf("%s lacks its required parameter %s", method, f.Name)
			}
		}
	}
	for typ, fields := range telegramObject {
		for name, required := range fields {
			i := slices.IndexFunc(spec.Types[typ].Fields, func(f field) bool { return f.Name == name })
			if i < 0 || spec.Types[typ].Fields[i].Required != required {
				t.Errorf("%s.%s is not as the specification has it", typ, name)
			}
		}
		for _, f := range spec.Types[typ].Fields {
			if _, ok := fields[f.Name]; f.Required && !ok {
				t.Errorf("%s lacks its required field %s", typ, f.Name)
			}
		}
	}
}

func TestTelegramRefusesWrongCalls(t *testing.T) {
	s := tgStart(t)
	s.Open(tgSari)
	for _, tt := range []struct {
		name, method string
		args         url.Values
		status       int
		says         string
	}{
		{"unknown method", "sendTelepathy", nil, 404, "Not Found"},
		{"misspelt parameter", "sendMessage", url.Values{"chat_id": {"81"}, "text": {"a"}, "reply_to": {"1"}}, 400, "no parameter reply_to"},
		{"missing parameter", "sendMessage", url.Values{"chat_id": {"81"}}, 400, "text is missing"},
		{"wrong type", "getUpdates", url.Values{"offset": {"x"}}, 400, "offset is none of Integer"},
		{"wrong object", "sendMessage", url.Values{"chat_id": {"81"}, "text": {"a"}, "reply_parameters": {`{"id":1}`}}, 400, "reply_parameters"},
		{"wrong list", "setMyCommands", url.Values{"commands": {`[{"command":"a"}]`}}, 400, "commands"},
		{"wrong button", "sendMessage", url.Values{"chat_id": {"81"}, "text": {"a"}, "reply_markup": {`{"inline_keyboard":[[{"label":"x"}]]}`}}, 400, "reply_markup"},
		{"button too long", "sendMessage", url.Values{
			"chat_id": {"81"}, "text": {"a"},
			"reply_markup": {`{"inline_keyboard":[[{"text":"x","callback_data":"` + strings.Repeat("a", 65) + `"}]]}`},
		}, 400, "BUTTON_DATA_INVALID"},
		{"unknown chat", "sendMessage", url.Values{"chat_id": {"82"}, "text": {"a"}}, 400, "chat not found"},
		{"empty text", "sendMessage", url.Values{"chat_id": {"81"}, "text": {" "}}, 400, "text is empty"},
		{"long text", "sendMessage", url.Values{"chat_id": {"81"}, "text": {strings.Repeat("😀", 2049)}}, 400, "too long"},
		{"reply to nothing", "sendMessage", url.Values{"chat_id": {"81"}, "text": {"a"}, "reply_parameters": {`{"message_id":5}`}}, 400, "not found"},
		{"photo as text", "sendPhoto", url.Values{"chat_id": {"81"}, "photo": {"AgAC"}}, 400, "non-empty"},
		{"bad command", "setMyCommands", url.Values{"commands": {`[{"command":"Status","description":"x"}]`}}, 400, "COMMAND_INVALID"},
		{"unknown file", "getFile", url.Values{"file_id": {"x"}}, 400, "wrong file_id"},
		{"unknown query", "answerCallbackQuery", url.Values{"callback_query_id": {"1"}}, 400, "query is too old"},
	} {
		if status, _, says := tgCall(t, s, tt.method, tt.args); status != tt.status || !strings.Contains(says, tt.says) {
			t.Errorf("%s: %d %q, want %d %q", tt.name, status, says, tt.status, tt.says)
		}
	}
	if n := len(s.Sent()); n != 0 {
		t.Errorf("%d messages were sent", n)
	}
	resp, err := http.Get("http://" + s.addr + "/bot9:other/getMe")
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusUnauthorized {
		t.Errorf("a wrong token: %d, want 401", resp.StatusCode)
	}
}

func TestTelegramConfirmsByOffset(t *testing.T) {
	s := tgStart(t)
	for range 3 {
		s.Write(TelegramDraft{From: tgSari, Text: "halo"})
	}
	ids := func(args url.Values) []int64 {
		_, result, _ := tgCall(t, s, "getUpdates", args)
		var list []struct {
			ID int64 `json:"update_id"`
		}
		if err := json.Unmarshal(result, &list); err != nil {
			t.Fatal(err)
		}
		out := []int64{}
		for _, u := range list {
			out = append(out, u.ID)
		}
		return out
	}
	all := ids(nil)
	if again := ids(nil); len(all) != 3 || !slices.Equal(all, again) {
		t.Fatalf("asked without an offset: %v, then %v", all, again)
	}
	if one := ids(url.Values{"limit": {"1"}}); !slices.Equal(one, all[:1]) {
		t.Errorf("asked for one: %v", one)
	}
	if rest := ids(url.Values{"offset": {strconv.FormatInt(all[1], 10)}}); !slices.Equal(rest, all[1:]) || s.Pending() != 2 {
		t.Errorf("after confirming the first: %v, %d pending", rest, s.Pending())
	}
	if none := ids(url.Values{"offset": {strconv.FormatInt(all[2]+1, 10)}}); len(none) != 0 || s.Pending() != 0 {
		t.Errorf("after confirming all: %v, %d pending", none, s.Pending())
	}
}

func TestTelegramServesOnlyTheLatestPoll(t *testing.T) {
	s := tgStart(t)
	first := make(chan int, 1)
	go func() {
		resp, err := http.PostForm("http://"+s.addr+"/bot"+tgTestToken+"/getUpdates", url.Values{"timeout": {"30"}})
		if err != nil {
			first <- 0
			return
		}
		resp.Body.Close()
		first <- resp.StatusCode
	}()
	for deadline := time.Now().Add(time.Minute); ; {
		s.mu.Lock()
		waiting := s.polls == 1
		s.mu.Unlock()
		if waiting {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("the first poll never came")
		}
		<-time.After(time.Millisecond)
	}
	if status, _, _ := tgCall(t, s, "getUpdates", nil); status != http.StatusOK {
		t.Errorf("the second poll: %d", status)
	}
	if status := <-first; status != http.StatusConflict {
		t.Errorf("the first poll: %d, want 409", status)
	}
}

func TestTelegramShowsWhatTheCitizenSees(t *testing.T) {
	s := tgStart(t)
	id := s.Write(TelegramDraft{From: tgSari, Text: "lubang", Photo: []byte("\xff\xd8\xff foto")})
	tgCall(t, s, "sendMessage", url.Values{
		"chat_id": {"81"}, "text": {"Diterima"},
		"reply_parameters": {`{"message_id":` + strconv.Itoa(id) + `}`},
		"reply_markup":     {`{"inline_keyboard":[[{"text":"Ya","callback_data":"y"}]]}`},
	})
	chat := s.Chat(81)
	if len(chat) != 2 || chat[0].Files[0].Type != "image/jpeg" || chat[1].ReplyTo != id || !chat[1].FromBot {
		t.Fatalf("the chat shows %+v", chat)
	}
	if data, ok := s.File(chat[0].Files[0].ID); !ok || !bytes.HasSuffix(data, []byte("foto")) {
		t.Errorf("the photo is %q", data)
	}
	if err := s.Press(tgSari, 81, chat[1].ID, "y"); err != nil {
		t.Error(err)
	}
	if err := s.Press(tgSari, 81, chat[1].ID, "n"); err == nil {
		t.Error("a button was pressed that is not there")
	}
	if err := s.Edit(81, chat[1].ID, "diubah"); err == nil {
		t.Error("a citizen edited the bot's message")
	}
}

func TestTelegramTakesFiles(t *testing.T) {
	s := tgStart(t)
	s.Open(tgSari)
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	form.WriteField("chat_id", "81")
	form.WriteField("caption", "surat")
	w, err := form.CreateFormFile("document", "surat.pdf")
	if err != nil {
		t.Fatal(err)
	}
	io.WriteString(w, "%PDF-1.4")
	form.Close()
	resp, err := http.Post("http://"+s.addr+"/bot"+tgTestToken+"/sendDocument", form.FormDataContentType(), &body)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	sent := s.Sent()
	if len(sent) != 1 || sent[0].Text != "surat" || sent[0].Files[0].Name != "surat.pdf" {
		t.Errorf("status %d, sent %+v", resp.StatusCode, sent)
	}
}

func TestTelegramFailsAsTold(t *testing.T) {
	s := tgStart(t)
	s.Open(tgSari)
	args := url.Values{"chat_id": {"81"}, "text": {"halo"}}
	s.Fail(TelegramFault{Status: 429, RetryAfter: 7, Description: "Too Many Requests"}, 2)
	tgCall(t, s, "getMe", nil) // no send: not concerned
	for range 2 {
		if status, _, _ := tgCall(t, s, "sendMessage", args); status != 429 {
			t.Errorf("status %d, want 429", status)
		}
	}
	s.Block(tgSari, true)
	if status, _, _ := tgCall(t, s, "sendMessage", args); status != 403 {
		t.Errorf("blocked: status %d, want 403", status)
	}
	s.Block(tgSari, false)
	s.Fail(TelegramFault{Reset: true}, 1)
	if resp, err := http.PostForm("http://"+s.addr+"/bot"+tgTestToken+"/sendMessage", args); err == nil {
		resp.Body.Close()
		t.Error("the connection did not break")
	}
	if n := len(s.Sent()); n != 1 {
		t.Errorf("%d messages, want the one whose answer was lost", n)
	}
	s.Fail(TelegramFault{Status: 500, Anew: true}, 100)
	if status, _, _ := tgCall(t, s, "sendMessage", args); status != 200 {
		t.Errorf("said before: status %d", status)
	}
	anew := url.Values{"chat_id": {"81"}, "text": {"halo lagi"}}
	if status, _, _ := tgCall(t, s, "sendMessage", anew); status != 500 {
		t.Errorf("never said before: status %d", status)
	}
	if s.Mend(); len(s.faults) != 0 {
		t.Error("a fault is left")
	}
	if err := s.Outage(true); err != nil {
		t.Fatal(err)
	}
	if _, err := http.Get("http://" + s.addr + "/bot" + tgTestToken + "/getMe"); err == nil {
		t.Error("a call got through an outage")
	}
	if err := s.Outage(false); err != nil {
		t.Fatal(err)
	}
	if status, _, _ := tgCall(t, s, "sendMessage", args); status != 200 {
		t.Errorf("after the outage: status %d", status)
	}
}

func TestTelegramPushesUntilItIsTaken(t *testing.T) {
	s := tgStart(t)
	got := make(chan string, 10)
	refusals := 2
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if refusals > 0 { // pushes come one after the other
			refusals--
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		body, _ := io.ReadAll(r.Body)
		got <- r.Header.Get("X-Telegram-Bot-Api-Secret-Token") + " " + string(body)
	}))
	defer server.Close()
	if status, _, says := tgCall(t, s, "setWebhook", url.Values{"url": {server.URL}, "secret_token": {"kunci"}}); status != 200 {
		t.Fatal(says)
	}
	s.Write(TelegramDraft{From: tgSari, Text: "pertama"})
	s.Write(TelegramDraft{From: tgSari, Text: "kedua"})
	for _, want := range []string{"pertama", "kedua"} {
		select {
		case body := <-got:
			if !strings.HasPrefix(body, "kunci ") || !strings.Contains(body, want) {
				t.Errorf("pushed %s, want %s", body, want)
			}
		case <-time.After(2 * time.Minute):
			t.Fatal("nothing is pushed")
		}
	}
	if status, _, _ := tgCall(t, s, "getUpdates", nil); status != http.StatusConflict {
		t.Errorf("polling beside a webhook: %d, want 409", status)
	}
	tgCall(t, s, "deleteWebhook", nil)
	if status, _, _ := tgCall(t, s, "getUpdates", nil); status != http.StatusOK {
		t.Errorf("polling after the webhook: %d", status)
	}
}

func TestTelegramMemoryIsBounded(t *testing.T) {
	s := NewTelegram(TelegramOptions{Token: tgTestToken, Keep: 5})
	for range 20 {
		s.Write(TelegramDraft{From: tgSari, Text: "halo", Document: &TelegramFile{Name: "besar", Data: make([]byte, 8<<20)}})
	}
	if n := len(s.Chat(81)); n != 5 {
		t.Errorf("%d messages are kept, want 5", n)
	}
	if s.files.size > tgKeepFiles || len(s.files.byID) != tgKeepFiles/(8<<20) {
		t.Errorf("%d files of %d bytes are kept", len(s.files.byID), s.files.size)
	}
	for id := range int64(tgKeepChats + 10) {
		s.Open(TelegramUser{ID: 1000 + id})
	}
	if len(s.chats) != tgKeepChats {
		t.Errorf("%d chats are kept", len(s.chats))
	}
}
