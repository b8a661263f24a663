package telegram

import (
	"context"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"net/http"
	"strconv"
	"sync"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"tanggap/channels"
)

const (
	pollFor   = 50 * time.Second // Telegram holds the question open as long as nobody writes
	pollGrace = 15 * time.Second
	pollBatch = 100 // the most that Telegram gives
	firstWait = 200 * time.Millisecond
	longWait  = 30 * time.Second
)

// wanted are the kinds of updates that Telegram is to give us.
const wanted = `["message","edited_message","callback_query","my_chat_member"]`

// Poll delivers until ctx ends. An update is confirmed, by the offset of the next question, only when
// the Inbox has taken it.
//
// The stored cursor is not asked for: Telegram itself keeps what is unconfirmed, and after a week of
// silence it numbers updates from another place
// (https://core.telegram.org/bots/api#update), where an old offset would confirm what nobody has seen.
// For the same reason the offset is dropped as soon as an empty answer shows that it has been obeyed.
// What comes twice that way has the same EventID.
func (p poller) Poll(ctx context.Context, inbox channels.Inbox) error {
	var background sync.WaitGroup
	defer background.Wait()
	background.Go(func() {
		if err := p.setCommands(ctx); err != nil && ctx.Err() == nil {
			p.log.Warn("the menu was not set", "kind", channels.KindOf(err))
		}
	})
	var offset int64
	var wait backoff
	for ctx.Err() == nil {
		updates, err := p.fetch(ctx, offset)
		if err == nil {
			var next int64
			if next, err = p.take(ctx, inbox, updates, &background); err == nil && (next > offset || len(updates) == 0) {
				offset = next
				if wait.reset() {
					p.log.Info("Telegram delivers again")
				}
				continue
			}
		}
		if ctx.Err() != nil {
			break
		}
		if channels.KindOf(err) == channels.Suspended {
			return err
		}
		p.mend(ctx, err)
		pause := wait.next(err)
		p.log.Warn("fetching messages is held up", "kind", channels.KindOf(err), "code", code(err), "wait", pause)
		sleep(ctx, pause)
	}
	return nil
}

// fetch asks for the updates from offset on; 0 asks for the earliest that is not confirmed.
func (p poller) fetch(ctx context.Context, offset int64) ([]json.RawMessage, error) {
	ctx, cancel := context.WithTimeout(ctx, pollFor+pollGrace)
	defer cancel()
	params := tgbotapi.Params{
		"timeout":         strconv.Itoa(int(pollFor / time.Second)),
		"limit":           strconv.Itoa(pollBatch),
		"allowed_updates": wanted,
	}
	params.AddNonZero64("offset", offset)
	c := p.newCall(ctx)
	patient := *p.client // a limit meant for sending would end every quiet question
	patient.Timeout = 0
	c.client = &patient
	resp, err := c.api().MakeRequest("getUpdates", params)
	if err != nil {
		return nil, c.failure(err, false)
	}
	var updates []json.RawMessage
	if err := json.Unmarshal(resp.Result, &updates); err != nil {
		return nil, channels.Errorf(channels.Temporary, "", "the answer to getUpdates is no list")
	}
	return updates, nil
}

// take hands updates to the Inbox, has the pressed buttons answered, and returns the offset that
// confirms them all, 0 when there are none.
func (p poller) take(ctx context.Context, inbox channels.Inbox, updates []json.RawMessage, background *sync.WaitGroup) (int64, error) {
	var next int64
	var in []channels.Inbound
	var pressed []string
	for _, raw := range updates {
		u, err := p.read(ctx, raw)
		if err != nil {
			return 0, err
		}
		next = max(next, u.Next)
		in = append(in, u.Inbounds...)
		if u.Query != "" {
			pressed = append(pressed, u.Query)
		}
	}
	if len(in) > 0 {
		if err := inbox.Accept(ctx, in...); err != nil {
			return 0, errRefused
		}
	}
	if len(pressed) > 0 {
		background.Go(func() { p.answer(ctx, pressed) })
	}
	return next, nil
}

// errRefused stands for the Inbox's own error, which is logged where it arose.
var errRefused = channels.Errorf(channels.Temporary, "inbox", "the inbox does not take messages now")

// answer ends the waiting sign on pressed buttons. Telegram minds no answer that is missing.
func (p poller) answer(ctx context.Context, queries []string) {
	ctx, cancel := context.WithTimeout(ctx, pollGrace)
	defer cancel()
	for _, id := range queries {
		var done bool
		if err := p.get(ctx, "answerCallbackQuery", tgbotapi.Params{"callback_query_id": id}, &done); err != nil {
			p.log.Debug("a pressed button was not answered", "kind", channels.KindOf(err))
		}
	}
}

// mend removes a webhook that keeps us from polling: the configuration says which of them is wanted.
func (p poller) mend(ctx context.Context, err error) {
	if code(err) != strconv.Itoa(http.StatusConflict) {
		return
	}
	var hook struct {
		URL string `json:"url"`
	}
	if p.get(ctx, "getWebhookInfo", nil, &hook) != nil || hook.URL == "" {
		return
	}
	var done bool
	if p.get(ctx, "deleteWebhook", nil, &done) == nil {
		p.log.Warn("removed the bot's webhook, as it is configured to poll")
	}
}

func code(err error) string {
	var e *channels.Error
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

// backoff doubles the pause at each failure in a row, up to 30 seconds, and honours a longer one that
// the platform asks for.
type backoff struct{ failures int }

func (b *backoff) next(err error) time.Duration {
	pause := longWait
	if b.failures < 8 {
		pause = min(firstWait<<b.failures, longWait)
	}
	b.failures++
	pause = pause/2 + rand.N(pause/2+1)
	var e *channels.Error
	if errors.As(err, &e) {
		pause = max(pause, e.RetryAfter)
	}
	return pause
}

// reset reports whether there was a failure since the last one.
func (b *backoff) reset() bool {
	failed := b.failures > 0
	b.failures = 0
	return failed
}

func sleep(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}
