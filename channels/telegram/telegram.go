// Package telegram is the channel adapter for one Telegram bot, on the Bot API
// (https://core.telegram.org/bots/api), by long polling or by webhook.
//
// Message ids are unique only within a chat, so a MessageID here is "chat:message". A Thread is the
// id of a group, or "group/topic" in one with topics.
package telegram

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"tanggap/channels"
	"tanggap/channels/telegram/update"
)

// Config is one bot.
type Config struct {
	Token  string // from @BotFather
	APIURL string // "" is https://api.telegram.org
	Mode   string // "poll" (the default) or "webhook"
	// Secret and URL are for webhook mode: what Telegram sends along with each call (1 to 256 of
	// A-Z, a-z, 0-9, _ and -), and the address it calls, which Register tells it.
	Secret string
	URL    string
	// Commands is the bot's menu by language; "" is for citizens whose language has none. nil leaves
	// the menu alone.
	Commands map[string][]Command
}

// Command is an entry of the menu that Telegram shows: a word of a-z, 0-9 and _, and what it does.
type Command struct {
	Name        string `json:"command"`
	Description string `json:"description"`
}

// Limits of the Bot API: https://core.telegram.org/bots/api#sendmessage, #sending-files, #getfile.
const (
	maxText     = 4096 // UTF-16 code units, of a message …
	maxCaption  = 1024 // … and of the text under a file
	maxUpload   = 50 << 20
	maxPhoto    = 10 << 20
	maxDownload = 20 << 20
	maxAlbum    = 10
	maxChoice   = 64 // bytes of callback_data
	maxChoices  = 8  // ours: a longer keyboard fills the screen of a small phone
)

var (
	tokenForm  = regexp.MustCompile(`^[A-Za-z0-9:_-]+$`)
	secretForm = regexp.MustCompile(`^[A-Za-z0-9_-]{1,256}$`)
)

// bot is what both modes share.
type bot struct {
	name   string
	config Config
	client *http.Client // as given, but following no redirect: the path holds the token
	log    *slog.Logger
	// user is the bot's user name, once Telegram has told it.
	user atomic.Pointer[string]
}

// poller is a bot in poll mode.
type poller struct{ *bot }

// hooked is a bot in webhook mode.
type hooked struct{ *bot }

var (
	_ channels.Poller    = poller{}
	_ channels.Webhook   = hooked{}
	_ channels.Registrar = hooked{}
	_ channels.Fetcher   = (*bot)(nil)
	_ channels.Checker   = (*bot)(nil)
)

// New makes the adapter: a channels.Poller, or a channels.Webhook where Mode is "webhook". Either is a
// Fetcher and a Checker. It does no I/O; an error says what is wrong with the Config.
func New(name string, c Config, client *http.Client, log *slog.Logger) (channels.Adapter, error) {
	if c.APIURL == "" {
		c.APIURL = "https://api.telegram.org"
	}
	c.APIURL = strings.TrimRight(c.APIURL, "/")
	var wrong []error
	if !tokenForm.MatchString(c.Token) {
		wrong = append(wrong, errors.New("token: missing, or not as @BotFather gives it"))
	}
	if u, err := url.Parse(c.APIURL); err != nil || u.Host == "" {
		wrong = append(wrong, errors.New("api_url: not a URL"))
	}
	switch c.Mode {
	case "", "poll":
	case "webhook":
		if !secretForm.MatchString(c.Secret) {
			wrong = append(wrong, errors.New("secret: a webhook needs one of 1 to 256 letters, digits, _ and -"))
		}
	default:
		wrong = append(wrong, fmt.Errorf("mode: %q is neither poll nor webhook", c.Mode))
	}
	if err := errors.Join(wrong...); err != nil {
		return nil, err
	}
	if client == nil {
		client = http.DefaultClient
	}
	still := *client
	still.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	b := &bot{name: name, config: c, client: &still, log: log.With("account", name)}
	if c.Mode == "webhook" {
		return hooked{b}, nil
	}
	return poller{b}, nil
}

// Name is the account's key in the configuration.
func (b *bot) Name() string { return b.name }

// Capabilities: pacing is from https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this.
func (b *bot) Capabilities() channels.Capabilities {
	return channels.Capabilities{
		Channel:     "telegram",
		Addresses:   channels.TelegramID,
		Text:        channels.Limit{Max: maxText, Unit: channels.UTF16},
		Choices:     maxChoices,
		Attachments: maxUpload,
		Threads:     true,
		Pace: channels.Pace{
			PerSecond: 30, PerThread: time.Second, PerGroup: 3 * time.Second, MaxConcurrency: 8,
		},
	}
}

// Check asks Telegram who the bot is, and whether it is in the mode that it is configured for.
func (b *bot) Check(ctx context.Context) (string, error) {
	if err := b.learn(ctx); err != nil {
		return "", err
	}
	var hook struct {
		URL string `json:"url"`
	}
	if err := b.get(ctx, "getWebhookInfo", nil, &hook); err != nil {
		return "", err
	}
	facts := "bot @" + *b.user.Load()
	switch webhook := b.config.Mode == "webhook"; {
	case webhook && hook.URL == "":
		facts += ", its webhook is not set yet"
	case webhook && b.config.URL != "" && hook.URL != b.config.URL:
		facts += ", its webhook still points elsewhere"
	case !webhook && hook.URL != "":
		facts += ", has a webhook that polling will remove"
	}
	return facts, nil
}

// learn asks Telegram for the bot's user name.
func (b *bot) learn(ctx context.Context) error {
	var me tgbotapi.User
	if err := b.get(ctx, "getMe", nil, &me); err != nil {
		return err
	}
	b.user.Store(&me.UserName)
	return nil
}

// read says what an update means. The bot's user name is asked for when something is said in a group that may be
// for it; until it is known, that is not taken.
func (b *bot) read(ctx context.Context, raw []byte) (update.Reading, error) {
	token, _, _ := strings.Cut(b.config.Token, ":") // its first part is the bot's user id
	id, _ := strconv.ParseInt(token, 10, 64)
	reader := update.Reader{Account: b.name, Bot: id}
	if name := b.user.Load(); name != nil {
		reader.Name = *name
	}
	u := reader.Read(raw)
	if !u.Unsure {
		return u, nil
	}
	if err := b.learn(ctx); err != nil {
		return u, err
	}
	reader.Name = *b.user.Load()
	return reader.Read(raw), nil
}

// get calls a method that sends nothing, and decodes its result.
func (b *bot) get(ctx context.Context, method string, params tgbotapi.Params, result any) error {
	c := b.newCall(ctx)
	resp, err := c.api().MakeRequest(method, params)
	if err != nil {
		return c.failure(err, false)
	}
	if err := json.Unmarshal(resp.Result, result); err != nil {
		return channels.Errorf(channels.Temporary, "", "the answer to %s cannot be read", method)
	}
	return nil
}

// setCommands publishes the menu in each of its languages.
func (b *bot) setCommands(ctx context.Context) error {
	for language, list := range b.config.Commands {
		data, err := json.Marshal(list)
		if err != nil {
			return fmt.Errorf("rendering the menu: %w", err)
		}
		params := tgbotapi.Params{"commands": string(data)}
		params.AddNonEmpty("language_code", language)
		var done bool
		if err := b.get(ctx, "setMyCommands", params, &done); err != nil {
			return fmt.Errorf("setting the menu: %w", err)
		}
	}
	return nil
}
