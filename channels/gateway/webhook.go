package gateway

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"strings"

	"tanggap/channels"
)

// Handler serves "/" (messages) and "/status" (delivery receipts), by GET or POST. Messages are answered
// with an empty body: a Kannel would send any text on to the citizen.
func (a *Adapter) Handler(inbox channels.Inbox) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		handle := a.receive
		switch r.URL.Path {
		case "", "/":
		case "/status":
			handle = a.report
		default:
			http.NotFound(w, r)
			return
		}
		d, status := a.authentic(w, r)
		if status != 0 {
			http.Error(w, http.StatusText(status), status)
			return
		}
		if err := handle(r, inbox, d); err != nil {
			a.log.Warn("the inbox refused what the gateway brought", "account", a.name)
			http.Error(w, http.StatusText(http.StatusServiceUnavailable), http.StatusServiceUnavailable)
			return
		}
		w.WriteHeader(http.StatusOK)
	})
}

// authentic reads the call and checks where it comes from; status is what to refuse it with, else 0.
func (a *Adapter) authentic(w http.ResponseWriter, r *http.Request) (d delivery, status int) {
	if r.Method != http.MethodGet && r.Method != http.MethodPost {
		w.Header().Set("Allow", "GET, POST")
		return d, http.StatusMethodNotAllowed
	}
	if r.ContentLength > MaxBody || len(r.URL.RawQuery) > MaxBody {
		return d, http.StatusRequestEntityTooLarge
	}
	var body []byte
	if r.Body != nil {
		var err error
		var large *http.MaxBytesError
		body, err = io.ReadAll(http.MaxBytesReader(w, r.Body, MaxBody))
		switch {
		case errors.As(err, &large):
			return d, http.StatusRequestEntityTooLarge
		case err != nil:
			return d, http.StatusBadRequest
		}
	}
	d = read(r, body, a.config.Auth.Field)
	if !a.proves(r, d, body) {
		return delivery{}, http.StatusForbidden
	}
	return d, 0
}

// proves reports whether the call holds the secret, or is signed with it. Every way compares in constant time.
func (a *Adapter) proves(r *http.Request, d delivery, body []byte) bool {
	auth := a.config.Auth
	if auth.HMAC != "" && len(body) > 0 && a.signed(body, r.Header.Get(auth.HMAC)) {
		return true
	}
	if auth.Header != "" && a.isSecret(strings.TrimPrefix(r.Header.Get(auth.Header), "Bearer ")) {
		return true
	}
	// The one field that is looked at before the call is trusted.
	return auth.Field != "" && a.isSecret(d.secret)
}

func (a *Adapter) isSecret(s string) bool {
	return subtle.ConstantTimeCompare([]byte(s), []byte(a.config.Secret)) == 1
}

// signed checks the HMAC-SHA256 of body, in hex or base64, with or without "sha256=" before it.
func (a *Adapter) signed(body []byte, signature string) bool {
	mac := hmac.New(sha256.New, []byte(a.config.Secret))
	mac.Write(body)
	want := mac.Sum(nil)
	signature = strings.TrimPrefix(signature, "sha256=")
	got, err := hex.DecodeString(signature)
	if err != nil {
		got, err = base64.StdEncoding.DecodeString(signature)
	}
	return err == nil && hmac.Equal(got, want)
}
