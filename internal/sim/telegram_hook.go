package sim

import (
	"bytes"
	"context"
	"net/http"
	"sync"
	"time"
)

// telegramHook delivers updates to the bot's webhook, one after the other, each until it is answered 2xx.
type telegramHook struct {
	mu     sync.Mutex
	url    string
	cancel context.CancelFunc
	done   chan struct{}
}

func (h *telegramHook) target() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.url
}

func (h *telegramHook) start(t *Telegram, url, secret string) {
	h.stop()
	ctx, cancel := context.WithCancel(context.Background())
	h.mu.Lock()
	defer h.mu.Unlock()
	done := make(chan struct{})
	h.url, h.cancel, h.done = url, cancel, done
	go func() {
		defer close(done)
		tgPush(ctx, t, url, secret)
	}()
}

func (h *telegramHook) stop() {
	h.mu.Lock()
	cancel, done := h.cancel, h.done
	h.url, h.cancel, h.done = "", nil, nil
	h.mu.Unlock()
	if cancel != nil {
		cancel()
		<-done
	}
}

// tgPush is the delivery loop. Telegram waits longer between attempts; a simulation is in more of a hurry.
func tgPush(ctx context.Context, t *Telegram, url, secret string) {
	client := &http.Client{Timeout: 30 * time.Second}
	for ctx.Err() == nil {
		t.mu.Lock()
		wake := t.wake
		var next *telegramUpdate
		if len(t.pending) > 0 {
			u := t.pending[0]
			next = &u
		}
		t.mu.Unlock()
		if next == nil {
			select {
			case <-wake:
			case <-ctx.Done():
			}
			continue
		}
		if tgDeliver(ctx, client, url, secret, next.body) {
			t.confirm(next.id)
			continue
		}
		select {
		case <-time.After(20 * time.Millisecond):
		case <-ctx.Done():
		}
	}
}

// confirm takes one update out of the queue.
func (t *Telegram) confirm(id int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.pending) > 0 && t.pending[0].id == id {
		t.pending = t.pending[1:]
	}
	t.rouse()
}

func tgDeliver(ctx context.Context, client *http.Client, url, secret string, body []byte) bool {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return false
	}
	r.Header.Set("Content-Type", "application/json")
	if secret != "" {
		r.Header.Set("X-Telegram-Bot-Api-Secret-Token", secret)
	}
	resp, err := client.Do(r)
	if err != nil {
		return false
	}
	resp.Body.Close()
	return resp.StatusCode/100 == 2
}
