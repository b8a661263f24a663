package telegram

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"io"
	"net/http"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"tanggap/channels"
)

// MaxBody is the most that a webhook reads of one update, in bytes.
const MaxBody = 1 << 20

// Handler takes Telegram's calls, one update each. Telegram proves itself by the secret
// (https://core.telegram.org/bots/api#setwebhook, secret_token) and comes again until it is answered 2xx.
func (h hooked) Handler(inbox channels.Inbox) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		want := sha256.Sum256([]byte(h.config.Secret))
		got := sha256.Sum256([]byte(r.Header.Get("X-Telegram-Bot-Api-Secret-Token")))
		if subtle.ConstantTimeCompare(want[:], got[:]) != 1 {
			http.Error(w, "wrong secret token", http.StatusForbidden)
			return
		}
		if r.Method != http.MethodPost {
			http.Error(w, "only POST", http.StatusMethodNotAllowed)
			return
		}
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, MaxBody))
		var long *http.MaxBytesError
		if errors.As(err, &long) {
			http.Error(w, "update too long", http.StatusRequestEntityTooLarge)
			return
		} else if err != nil || len(body) == 0 {
			http.Error(w, "unreadable update", http.StatusBadRequest)
			return
		}
		u, err := h.read(r.Context(), body)
		if err == nil {
			err = inbox.Accept(r.Context(), u.Inbounds...)
		}
		if err != nil {
			http.Error(w, "not now", http.StatusServiceUnavailable)
			return
		}
		if u.Query != "" { // the answer to a call may itself be a call
			w.Header().Set("Content-Type", "application/json")
			json.NewEncoder(w).Encode(map[string]string{"method": "answerCallbackQuery", "callback_query_id": u.Query})
		}
	})
}

// Register tells Telegram where to call and sets the menu.
func (h hooked) Register(ctx context.Context) error {
	if h.config.URL == "" {
		return channels.Errorf(channels.Suspended, "", "the webhook's URL is not configured")
	}
	var done bool
	err := h.get(ctx, "setWebhook", tgbotapi.Params{
		"url": h.config.URL, "secret_token": h.config.Secret, "allowed_updates": wanted,
	}, &done)
	if err != nil {
		return err
	}
	return h.setCommands(ctx)
}
