package twilio

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/twilio/twilio-go/twiml"

	"tanggap/channels"
)

// Handler serves "/" (messages) and "/status" (delivery receipts), both as signed form posts.
func (a *Adapter) Handler(inbox channels.Inbox) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		path := strings.TrimSuffix(r.URL.Path, "/")
		if path != "" && path != "/status" {
			http.NotFound(w, r)
			return
		}
		body, status := a.authentic(w, r, path)
		switch {
		case status != 0:
			http.Error(w, http.StatusText(status), status)
		case path == "" && !bytes.Contains(body, []byte("MessageStatus=")): // a status sent to the wrong path stays one
			a.receive(w, r, inbox, body)
		default:
			a.report(w, r, inbox, body)
		}
	})
}

// authentic reads the body and checks its signature; status is what to refuse the call with, else 0. The
// signature is over our public URL: what Host says is the caller's choice.
func (a *Adapter) authentic(w http.ResponseWriter, r *http.Request, path string) (body []byte, status int) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		return nil, http.StatusMethodNotAllowed
	}
	if r.ContentLength > MaxBody {
		return nil, http.StatusRequestEntityTooLarge
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, MaxBody))
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return nil, http.StatusRequestEntityTooLarge
	case err != nil:
		return nil, http.StatusBadRequest
	}
	address := a.hook(path)
	if r.URL.RawQuery != "" {
		address += "?" + r.URL.RawQuery
	}
	if !genuine(a.config.AuthToken, address, body, r.Header.Get("X-Twilio-Signature")) {
		return nil, http.StatusForbidden
	}
	return body, 0
}

// receive hands a message on and answers with an empty TwiML document: every answer to a citizen goes
// through the outbox.
func (a *Adapter) receive(w http.ResponseWriter, r *http.Request, inbox channels.Inbox, body []byte) {
	if err := inbox.Accept(r.Context(), a.inbound(r, body)); err != nil {
		a.log.Warn("the inbox refused a message", "account", a.name)
		http.Error(w, "try again", http.StatusServiceUnavailable)
		return
	}
	nothing, err := twiml.Messages(nil)
	if err != nil {
		nothing = "<Response/>"
	}
	w.Header().Set("Content-Type", "text/xml; charset=utf-8")
	io.WriteString(w, nothing)
}

// report hands a delivery receipt on. The statuses before "sent" say nothing that Send's receipt did not.
func (a *Adapter) report(w http.ResponseWriter, r *http.Request, inbox channels.Inbox, body []byte) {
	form, err := url.ParseQuery(string(body))
	sid, status := first(form, "MessageSid", "SmsSid"), first(form, "MessageStatus", "SmsStatus")
	state, known := states[status]
	if err == nil && sid != "" && known {
		if err := inbox.Report(r.Context(), a.delivery(form, r.URL.Query().Get("key"), sid, status, state)); err != nil {
			a.log.Warn("the inbox refused a delivery receipt", "account", a.name)
			http.Error(w, "try again", http.StatusServiceUnavailable)
			return
		}
	}
	w.WriteHeader(http.StatusNoContent)
}

func (a *Adapter) delivery(form url.Values, key, sid, status string, state channels.DeliveryState) channels.Report {
	report := channels.Report{
		Account:   a.name,
		EventID:   sid + ":" + status,
		MessageID: sid,
		Key:       key,
		State:     state,
		At:        time.Now(),
	}
	if state != channels.Failed {
		return report
	}
	report.Kind, report.Reason = channels.Temporary, "Twilio gave no reason"
	if status == "canceled" {
		report.Kind, report.Reason = channels.Rejected, "the message was cancelled at Twilio"
	}
	if code, err := strconv.Atoi(form.Get("ErrorCode")); err == nil && code != 0 {
		report.Code, report.Reason = strconv.Itoa(code), "Twilio's code "+strconv.Itoa(code)
		if f, ok := faults[code]; ok {
			report.Kind, report.Reason = f.kind, f.words
		}
	}
	return report
}

// first is the first of the keys that has a value.
func first(form url.Values, keys ...string) string {
	for _, k := range keys {
		if v := form.Get(k); v != "" {
			return v
		}
	}
	return ""
}
