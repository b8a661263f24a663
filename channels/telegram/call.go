package telegram

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"tanggap/channels"
)

// maxAnswer bounds an answer of the Bot API; a hundred long updates are well under 2 MB.
const maxAnswer = 16 << 20

// call is one call of the Bot API. The library knows no context and no limit and puts URLs, which hold
// the token, into errors; a call is the HTTP client that mends this. It holds the context for the
// length of the one request that it is made for.
type call struct {
	ctx    context.Context
	bot    *bot
	client *http.Client
	wrote  atomic.Bool // the request may have reached Telegram
	status int
	pause  time.Duration // Retry-After
}

func (b *bot) newCall(ctx context.Context) *call {
	return &call{ctx: ctx, bot: b, client: b.client}
}

// api is the library's client for this call. It is not made by NewBotAPI, which calls getMe.
func (c *call) api() *tgbotapi.BotAPI {
	api := &tgbotapi.BotAPI{Token: c.bot.config.Token, Client: c}
	api.SetAPIEndpoint(strings.ReplaceAll(c.bot.config.APIURL, "%", "%%") + "/bot%s/%s")
	return api
}

// Do makes the request and reads the whole answer.
func (c *call) Do(r *http.Request) (*http.Response, error) {
	resp, err := c.do(r)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	if err != nil {
		return nil, fmt.Errorf("reading the answer: %w", err)
	}
	if len(body) > maxAnswer {
		return nil, errors.New("reading the answer: it is too long")
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return resp, nil
}

// do makes the request, and notes whether Telegram may have got it: before its headers are written
// nothing can have been done, and a new connection is only tried while nothing has arrived.
func (c *call) do(r *http.Request) (*http.Response, error) {
	ctx := httptrace.WithClientTrace(c.ctx, &httptrace.ClientTrace{
		GetConn:      func(string) { c.wrote.Store(false) },
		WroteHeaders: func() { c.wrote.Store(true) },
	})
	resp, err := c.client.Do(r.WithContext(ctx))
	if err != nil {
		return nil, c.scrub(err)
	}
	c.status = resp.StatusCode
	if s, err := strconv.Atoi(resp.Header.Get("Retry-After")); err == nil && s > 0 {
		c.pause = time.Duration(s) * time.Second
	}
	return resp, nil
}

// scrub takes the URL out of an error.
func (c *call) scrub(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		err = u.Err
	}
	if token := c.bot.config.Token; strings.Contains(err.Error(), token) {
		return errors.New(strings.ReplaceAll(err.Error(), token, "…"))
	}
	return err
}

// failure is what became of the call: err is what the library returned for it, and sending says
// whether a citizen may see a message if Telegram did get it.
func (c *call) failure(err error, sending bool) *channels.Error {
	var refused *tgbotapi.Error
	if errors.As(err, &refused) {
		status := refused.Code
		if status == 0 { // UploadFiles leaves it out
			status = c.status
		}
		if refused.RetryAfter > 0 {
			c.pause = time.Duration(refused.RetryAfter) * time.Second
		}
		return c.refusal(status, refused.Message, refused.MigrateToChatID != 0)
	}
	if c.status != 0 && c.status != http.StatusOK {
		return c.refusal(c.status, "", false) // a proxy's page
	}
	e := &channels.Error{Kind: channels.Temporary, Reason: "Telegram cannot be reached", Err: c.scrub(err)}
	if sending && c.wrote.Load() {
		e.Kind, e.Reason = channels.UnknownSent, "the connection broke before Telegram answered"
	}
	return e
}

// refusal gives a status and description of the Bot API their kind. The description is not passed on:
// it may quote the text.
func (c *call) refusal(status int, description string, moved bool) *channels.Error {
	e := &channels.Error{Code: strconv.Itoa(status)}
	switch {
	case status == http.StatusUnauthorized, status == http.StatusNotFound:
		e.Kind, e.Reason = channels.Suspended, "Telegram does not accept the bot's token"
	case status == http.StatusTooManyRequests:
		e.Kind, e.Reason, e.RetryAfter = channels.Throttled, "Telegram asks us to wait", max(c.pause, time.Second)
	case status == http.StatusForbidden:
		e.Kind, e.Reason = channels.Unreachable, reason(description, "the citizen cannot be written to")
	case moved:
		e.Kind, e.Reason = channels.Unreachable, "the group has become another one"
	case status == http.StatusConflict:
		e.Kind, e.Reason = channels.Temporary, "another program asks for the same bot's messages"
	case status == http.StatusRequestEntityTooLarge:
		e.Kind, e.Reason = channels.Rejected, "the file is too large"
	case status >= 400 && status < 500 && unreachable(description):
		e.Kind, e.Reason = channels.Unreachable, reason(description, "there is no such chat")
	case status >= 400 && status < 500:
		e.Kind, e.Reason = channels.Rejected, reason(description, "Telegram does not accept the message")
	default:
		e.Kind, e.Reason, e.RetryAfter = channels.Temporary, "Telegram is out of order", c.pause
	}
	return e
}

// descriptions are the Bot API's that staff can use, as tdlib/telegram-bot-api words them.
var descriptions = []struct {
	part, reason string
	gone         bool // nothing will reach this chat
}{
	{"blocked by the user", "the citizen has blocked the bot", true},
	{"user is deactivated", "the citizen's account is gone", true},
	{"initiate conversation", "the citizen has not written to the bot yet", true},
	{"bot was kicked", "the bot was removed from the group", true},
	{"not a member", "the bot is not in the group", true},
	{"chat not found", "there is no such chat", true},
	{"peer_id_invalid", "there is no such chat", true},
	{"group chat was deactivated", "the group is closed", true},
	{"not enough rights", "the bot may not write in the group", true},
	{"have no rights to send", "the bot may not write in the group", true},
	{"message is too long", "the text is too long", false},
	{"caption is too long", "the text is too long to stand under a file", false},
	{"text is empty", "the text is empty", false},
	{"button_data_invalid", "a button is too long", false},
	{"file is too big", "the file is too large", false},
	{"wrong file_id", "Telegram no longer has the file", false},
	{"image_process_failed", "Telegram cannot read the picture", false},
	{"photo_invalid_dimensions", "the picture is too large or too narrow", false},
}

func unreachable(description string) bool {
	for _, d := range descriptions {
		if strings.Contains(strings.ToLower(description), d.part) {
			return d.gone
		}
	}
	return false
}

func reason(description, otherwise string) string {
	for _, d := range descriptions {
		if strings.Contains(strings.ToLower(description), d.part) {
			return d.reason
		}
	}
	return otherwise
}
