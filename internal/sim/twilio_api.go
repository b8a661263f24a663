package sim

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"

	"tanggap/channels/sms"
)

// ServeHTTP is the REST API: accounts, messages and their media.
func (t *Twilio) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	user, password, _ := r.BasicAuth()
	if subtle.ConstantTimeCompare([]byte(user+":"+password), []byte(t.options.AccountSID+":"+t.options.AuthToken)) != 1 {
		twilioError(w, http.StatusUnauthorized, 20003, "Authenticate")
		return
	}
	path, found := strings.CutPrefix(r.URL.Path, "/2010-04-01/Accounts/"+t.options.AccountSID)
	parts := strings.Split(path, "/")
	switch {
	case !found:
		twilioError(w, http.StatusNotFound, 20404, "The requested resource was not found")
	case path == ".json" && r.Method == http.MethodGet:
		twilioJSON(w, http.StatusOK, map[string]any{
			"sid": t.options.AccountSID, "owner_account_sid": t.options.AccountSID, "friendly_name": "tanggap",
			"status": "active", "type": "Full", "auth_token": "", "date_created": twilioDate(time.Unix(1767225600, 0)),
			"date_updated": twilioDate(time.Unix(1767225600, 0)), "subresource_uris": map[string]any{},
			"uri": "/2010-04-01/Accounts/" + t.options.AccountSID + ".json",
		})
	case path == "/Messages.json" && r.Method == http.MethodPost:
		t.create(w, r)
	case path == "/Messages.json" && r.Method == http.MethodGet:
		t.list(w, r)
	case len(parts) == 3 && parts[1] == "Messages" && r.Method == http.MethodGet:
		t.fetch(w, strings.TrimSuffix(parts[2], ".json"))
	case len(parts) == 5 && parts[1] == "Messages" && parts[3] == "Media" && r.Method == http.MethodGet:
		t.download(w, parts[2], parts[4])
	default:
		twilioError(w, http.StatusNotFound, 20404, "The requested resource "+r.URL.Path+" was not found")
	}
}

// twilioFaults are the answers to a fault, with Twilio's own status and code.
var twilioFaults = map[SMSFault]struct{ status, code int }{
	SMSTemporary:   {http.StatusInternalServerError, 20500},
	SMSThrottled:   {http.StatusTooManyRequests, 20429},
	SMSRejected:    {http.StatusBadRequest, 21617},
	SMSUnreachable: {http.StatusBadRequest, 21610},
	SMSSuspended:   {http.StatusUnauthorized, 20003},
}

func (t *Twilio) create(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		twilioError(w, http.StatusBadRequest, 20001, "Malformed request")
		return
	}
	fault := t.fault()
	if f, ok := twilioFaults[fault]; ok {
		if fault == SMSThrottled {
			w.Header().Set("Retry-After", "7")
		}
		twilioError(w, f.status, f.code, "Told to fail for "+r.PostForm.Get("To"))
		return
	}
	if code, words := t.refusal(r.PostForm); code != 0 {
		twilioError(w, http.StatusBadRequest, code, words)
		return
	}
	m := t.take(r.PostForm)
	if fault != "" {
		t.breakOff(w, r, fault)
		return
	}
	t.lock.Lock()
	answer := t.resource(m)
	t.lock.Unlock()
	twilioJSON(w, http.StatusCreated, answer)
}

var twilioTo = regexp.MustCompile(`^(whatsapp:)?\+[1-9]\d{6,14}$|^\d{3,6}$`)

// refusal is why Twilio would not take a message: https://www.twilio.com/docs/api/errors.
func (t *Twilio) refusal(form url.Values) (code int, words string) {
	body := form.Get("Body")
	callback, err := url.Parse(form.Get("StatusCallback"))
	switch {
	case form.Get("To") == "":
		return 21604, "A 'To' phone number is required."
	case form.Get("From") == "" && form.Get("MessagingServiceSid") == "":
		return 21603, "A 'From' phone number is required."
	case !twilioTo.MatchString(form.Get("To")):
		return 21211, "The 'To' number " + form.Get("To") + " is not a valid phone number."
	case form.Get("MessagingServiceSid") == "" && form.Get("From") != t.options.Number:
		return 21659, "'" + form.Get("From") + "' is not a Twilio phone number"
	case strings.TrimSpace(body) == "" && form.Get("MediaUrl") == "":
		return 21602, "Message body is required."
	case len(utf16.Encode([]rune(body))) > 1600:
		return 21617, "The concatenated message body exceeds the 1600 character limit."
	case err != nil || callback.String() != "" && (callback.Host == "" || !strings.HasPrefix(callback.Scheme, "http")):
		return 21609, "The StatusCallback URL is not a valid URL."
	}
	return 0, ""
}

func (t *Twilio) take(form url.Values) *TwilioMessage {
	m := &TwilioMessage{
		SID: twilioSID("SM"), From: form.Get("From"), To: form.Get("To"), Body: form.Get("Body"), Parts: sms.Parts(form.Get("Body")),
		Status: "queued", At: time.Now(), service: form.Get("MessagingServiceSid"), callback: form.Get("StatusCallback"),
	}
	if m.service != "" {
		m.From, m.Status = t.options.Number, "accepted"
	}
	t.lock.Lock()
	t.add(m)
	t.lock.Unlock()
	if t.options.Delivers {
		t.background(func(ctx context.Context) {
			for _, status := range []string{"sent", "delivered"} {
				// A callback that fails is lost, as at Twilio.
				_ = t.Report(ctx, m.SID, status, 0)
			}
		})
	}
	return m
}

func (t *Twilio) list(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	size, err := strconv.Atoi(q.Get("PageSize"))
	if err != nil || size < 1 || size > 1000 {
		size = 50
	}
	page, _ := strconv.Atoi(q.Get("Page"))
	after, hasAfter := twilioDay(q.Get("DateSent>"))
	t.lock.Lock()
	var all []map[string]any
	for _, m := range slices.Backward(t.messages) {
		to, from := q.Get("To"), q.Get("From")
		if to != "" && m.To != to || from != "" && m.From != from || hasAfter && m.At.Before(after) {
			continue
		}
		all = append(all, t.resource(m))
	}
	t.lock.Unlock()
	start := min(max(page, 0)*size, len(all))
	end := min(start+size, len(all))
	base := "/2010-04-01/Accounts/" + t.options.AccountSID + "/Messages.json"
	answer := map[string]any{
		"messages": append([]map[string]any{}, all[start:end]...), "page": page, "page_size": size, "start": start, "end": max(end-1, 0),
		"uri": base, "first_page_uri": base + "?Page=0", "previous_page_uri": nil, "next_page_uri": nil,
	}
	if end < len(all) {
		answer["next_page_uri"] = fmt.Sprintf("%s?Page=%d&PageSize=%d", base, page+1, size)
	}
	twilioJSON(w, http.StatusOK, answer)
}

func twilioDay(s string) (time.Time, bool) {
	for _, layout := range []string{time.RFC3339, time.DateOnly} {
		if at, err := time.Parse(layout, s); err == nil {
			return at, true
		}
	}
	return time.Time{}, false
}

func (t *Twilio) fetch(w http.ResponseWriter, sid string) {
	t.lock.Lock()
	m := t.bySID[sid]
	var answer map[string]any
	if m != nil {
		answer = t.resource(m)
	}
	t.lock.Unlock()
	if m == nil {
		twilioError(w, http.StatusNotFound, 20404, "The requested resource was not found")
		return
	}
	twilioJSON(w, http.StatusOK, answer)
}

func (t *Twilio) download(w http.ResponseWriter, message, sid string) {
	t.lock.Lock()
	i := slices.IndexFunc(t.media, func(m twilioMedia) bool { return m.message == message && m.sid == sid })
	var file TwilioMedia
	if i >= 0 {
		file = t.media[i].TwilioMedia
	}
	t.lock.Unlock()
	if i < 0 {
		twilioError(w, http.StatusNotFound, 20404, "The requested resource was not found")
		return
	}
	w.Header().Set("Content-Type", file.Type)
	w.Write(file.Data)
}

// resource is m as the API shows it. The caller holds the lock.
func (t *Twilio) resource(m *TwilioMessage) map[string]any {
	uri := "/2010-04-01/Accounts/" + t.options.AccountSID + "/Messages/" + m.SID
	r := map[string]any{
		"sid": m.SID, "account_sid": t.options.AccountSID, "messaging_service_sid": nil, "api_version": "2010-04-01",
		"from": m.From, "to": m.To, "body": m.Body, "status": m.Status, "direction": "outbound-api",
		"num_segments": strconv.Itoa(len(m.Parts)), "num_media": "0", "price": nil, "price_unit": "USD",
		"error_code": nil, "error_message": nil, "uri": uri + ".json", "subresource_uris": map[string]any{"media": uri + "/Media.json"},
		"date_created": twilioDate(m.At), "date_updated": twilioDate(m.At), "date_sent": nil,
	}
	if m.Inbound {
		r["direction"], r["date_sent"] = "inbound", twilioDate(m.At)
	}
	if m.service != "" {
		r["messaging_service_sid"], r["num_segments"] = m.service, "0"
	}
	if m.ErrorCode != 0 {
		r["error_code"] = m.ErrorCode
	}
	return r
}

func twilioDate(at time.Time) string { return at.UTC().Format(time.RFC1123Z) }

func twilioJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(v)
}

func twilioError(w http.ResponseWriter, status, code int, message string) {
	twilioJSON(w, status, map[string]any{
		"code": code, "message": message, "more_info": fmt.Sprintf("https://www.twilio.com/docs/errors/%d", code), "status": status,
	})
}
