package sim

import (
	"cmp"
	"crypto/subtle"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// TelegramFault is how a call goes wrong.
type TelegramFault struct {
	Method      string // "" for every method that sends
	Status      int    // answered instead of doing it …
	Description string
	RetryAfter  int  // … seconds, with 429
	HTML        bool // … as a proxy's page instead of JSON
	Reset       bool // does it, then breaks the connection
	Hang        bool // does it, then never answers
	Anew        bool // only where the chat does not show the text yet: a second try goes well
}

type telegramFault struct {
	TelegramFault
	left int
}

// Fail makes the next n calls that the fault concerns end so.
func (t *Telegram) Fail(f TelegramFault, n int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.faults = append(t.faults, telegramFault{TelegramFault: f, left: n})
}

// Mend takes the faults away that are left.
func (t *Telegram) Mend() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.faults = nil
}

// fault takes the next fault for a call.
func (t *Telegram) fault(method string, args telegramCallArguments) (TelegramFault, bool) {
	for i, f := range t.faults {
		if f.Method != method && (f.Method != "" || !telegramCalls[method].sends) || f.Anew && t.shown(args) {
			continue
		}
		if t.faults[i].left--; t.faults[i].left <= 0 {
			t.faults = slices.Delete(t.faults, i, i+1)
		}
		return f.TelegramFault, true
	}
	return TelegramFault{}, false
}

// shown reports whether the bot has sent the text to the chat before.
func (t *Telegram) shown(args telegramCallArguments) bool {
	id, _ := strconv.ParseInt(args.values["chat_id"], 10, 64)
	chat, text := t.chats[id], strings.TrimSpace(cmp.Or(args.values["text"], args.values["caption"]))
	return chat != nil && slices.ContainsFunc(chat.messages, func(m TelegramMessage) bool { return m.FromBot && m.Text == text })
}

// telegramError is a refusal in the form of the Bot API.
type telegramError struct {
	status      int
	description string
	retryAfter  int
}

func (e *telegramError) Error() string { return e.description }

func tgBad(format string, args ...any) *telegramError {
	return &telegramError{status: http.StatusBadRequest, description: "Bad Request: " + fmt.Sprintf(format, args...)}
}

// ServeHTTP answers /bot<token>/<method> and /file/bot<token>/<path>.
func (t *Telegram) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	t.mu.Lock()
	away := t.away
	t.mu.Unlock()
	if away {
		panic(http.ErrAbortHandler)
	}
	path, isFile := strings.CutPrefix(r.URL.Path, "/file")
	token, rest, ok := strings.Cut(strings.TrimPrefix(path, "/bot"), "/")
	switch {
	case !ok || !strings.HasPrefix(path, "/bot"):
		tgRefuse(w, &telegramError{status: http.StatusNotFound, description: "Not Found"})
	case subtle.ConstantTimeCompare([]byte(token), []byte(t.options.Token)) != 1:
		tgRefuse(w, &telegramError{status: http.StatusUnauthorized, description: "Unauthorized"})
	case isFile:
		t.download(w, rest)
	default:
		t.call(w, r, rest)
	}
}

func tgRefuse(w http.ResponseWriter, e *telegramError) {
	o := tgObject{"ok": false, "error_code": e.status, "description": e.description}
	if e.retryAfter > 0 {
		o["parameters"] = tgObject{"retry_after": e.retryAfter}
	}
	tgReply(w, e.status, o)
}

func tgReply(w http.ResponseWriter, status int, o tgObject) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(o)
}

// call checks one call, does it, and answers as the faults want it.
func (t *Telegram) call(w http.ResponseWriter, r *http.Request, method string) {
	spec, ok := telegramCalls[method]
	if !ok {
		tgRefuse(w, &telegramError{status: http.StatusNotFound, description: "Not Found: method " + method + " is not simulated"})
		return
	}
	args, err := telegramArguments(w, r)
	if err == nil {
		err = spec.check(args)
	}
	if err != nil {
		tgRefuse(w, tgBad("%s", err))
		return
	}
	t.mu.Lock()
	fault, failing := t.fault(method, args)
	t.mu.Unlock()
	if failing && fault.Status != 0 {
		if fault.HTML {
			w.WriteHeader(fault.Status)
			io.WriteString(w, "<html><title>"+http.StatusText(fault.Status)+"</title></html>")
			return
		}
		tgRefuse(w, &telegramError{status: fault.Status, description: fault.Description, retryAfter: fault.RetryAfter})
		return
	}
	result, refusal := t.do(r, method, args)
	switch {
	case failing && fault.Reset:
		panic(http.ErrAbortHandler)
	case failing && fault.Hang:
		<-r.Context().Done()
	case refusal != nil:
		tgRefuse(w, refusal)
	default:
		tgReply(w, http.StatusOK, tgObject{"ok": true, "result": result})
	}
}

// telegramCallArguments are one call's.
type telegramCallArguments struct {
	values map[string]string
	files  map[string]TelegramFile
}

// telegramArguments reads the three forms in which the Bot API takes arguments: a query, a form, or
// multipart with files (50 MB at most).
func telegramArguments(w http.ResponseWriter, r *http.Request) (telegramCallArguments, error) {
	args := telegramCallArguments{values: map[string]string{}, files: map[string]TelegramFile{}}
	r.Body = http.MaxBytesReader(w, r.Body, 51<<20)
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if kind == "multipart/form-data" {
		if err := r.ParseMultipartForm(51 << 20); err != nil {
			return args, fmt.Errorf("reading the form: %w", err)
		}
		for name, headers := range r.MultipartForm.File {
			f, err := headers[0].Open()
			if err != nil {
				return args, err
			}
			data, err := io.ReadAll(f)
			f.Close()
			if err != nil {
				return args, err
			}
			args.files[name] = TelegramFile{
				Name: headers[0].Filename, Type: http.DetectContentType(data), Data: data,
			}
		}
	} else if err := r.ParseForm(); err != nil {
		return args, fmt.Errorf("reading the form: %w", err)
	}
	for name, values := range r.Form {
		args.values[name] = values[0]
	}
	return args, nil
}

// check holds arguments against the table: nothing missing, nothing unknown, everything of its type.
func (c telegramCall) check(args telegramCallArguments) error {
	for name, p := range c.params {
		_, isValue := args.values[name]
		_, isFile := args.files[name]
		if p.required && !isValue && !isFile {
			return fmt.Errorf("parameter %s is missing", name)
		}
	}
	_, isGroup := c.params["media"]
	for name := range args.files {
		if p, ok := c.params[name]; !isGroup && (!ok || !slices.Contains(p.types, "InputFile")) {
			return fmt.Errorf("%s takes no file", name)
		}
	}
	for name, value := range args.values {
		p, ok := c.params[name]
		if !ok {
			return fmt.Errorf("there is no parameter %s", name)
		}
		if !slices.ContainsFunc(p.types, func(typ string) bool { return tgIsOfType(value, typ) }) {
			return fmt.Errorf("parameter %s is none of %s", name, strings.Join(p.types, ", "))
		}
	}
	return nil
}

// tgIsOfType reports whether an argument, as text, can be read as a type of the Bot API.
func tgIsOfType(value, typ string) bool {
	switch typ {
	case "String":
		return true
	case "Integer":
		_, err := strconv.ParseInt(value, 10, 64)
		return err == nil
	case "Boolean":
		_, err := strconv.ParseBool(value)
		return err == nil
	case "InputFile":
		return false // a file never comes as text
	}
	var v any
	if json.Unmarshal([]byte(value), &v) != nil {
		return false
	}
	return tgFits(v, typ)
}

// tgFits reports whether a JSON value is of a type in telegramObject, or an array of one.
func tgFits(v any, typ string) bool {
	if element, ok := strings.CutPrefix(typ, "Array of "); ok {
		list, ok := v.([]any)
		return ok && !slices.ContainsFunc(list, func(e any) bool { return !tgFits(e, element) })
	}
	if typ == "String" {
		_, ok := v.(string)
		return ok
	}
	fields, known := telegramObject[typ]
	o, ok := v.(map[string]any)
	if !known || !ok {
		return false
	}
	for name, required := range fields {
		if _, there := o[name]; required && !there {
			return false
		}
	}
	for name, value := range o {
		if _, there := fields[name]; !there {
			return false
		}
		if name == "inline_keyboard" && !tgFits(value, "Array of Array of InlineKeyboardButton") {
			return false
		}
	}
	return true
}

// download serves a file's bytes.
func (t *Telegram) download(w http.ResponseWriter, path string) {
	t.mu.Lock()
	var data []byte
	found := false
	for _, f := range t.files.byID {
		if f.path == path {
			data, found = f.Data, true
		}
	}
	t.mu.Unlock()
	if !found {
		tgRefuse(w, &telegramError{status: http.StatusNotFound, description: "Not Found"})
		return
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Last-Modified", time.Unix(0, 0).UTC().Format(http.TimeFormat))
	w.Write(data)
}
