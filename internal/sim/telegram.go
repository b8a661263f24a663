// Package sim simulates the platforms that tanggap talks to, as they really behave, for tests and for
// `tanggap demo`. Nothing of it runs in `tanggap serve`.
package sim

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"

	"tanggap/internal/loopback"
)

// TelegramOptions is one bot.
type TelegramOptions struct {
	Token    string // as @BotFather gives it
	Username string // of the bot, without @
	Keep     int    // messages kept per chat, 0 means 200
	Before   int    // messages that each chat had before the first that is kept
	Files    int    // bytes of files kept, 0 means 64 MB
}

// Telegram is the Bot API of one bot as api.telegram.org serves it, and the citizens' side of it.
// It holds every call against its own table of methods and refuses what is not there. Memory is
// bounded: the last messages of each chat, the last 10,000 sent, TelegramOptions.Files. It is an
// http.Handler, or serves itself on loopback after Start; it is safe for concurrent use.
// Behaviour follows https://core.telegram.org/bots/api and the limits it names.
type Telegram struct {
	options TelegramOptions

	mu       sync.Mutex
	wake     chan struct{} // closed and replaced when there is something new to fetch
	chats    map[int64]*telegramChat
	order    []int64 // chats by age
	pending  []telegramUpdate
	updateID int64
	polls    int // counts getUpdates calls: a new one ends the one before
	sent     []TelegramMessage
	files    telegramFiles
	queries  map[string]bool // callback queries not yet answered
	answered []string
	commands map[string][]TelegramCommand
	faults   []telegramFault
	away     bool
	seq      int
	hook     telegramHook
	server   *http.Server
	listener net.Listener
	addr     string
}

type telegramChat struct {
	TelegramChat
	last     int // message id
	blocked  bool
	messages []TelegramMessage
}

// TelegramChat names a conversation: a citizen's own (positive ID, equal to the citizen's), or a group (negative).
type TelegramChat struct {
	ID    int64
	Title string // of a group, or the citizen's name
}

// TelegramUser is a citizen.
type TelegramUser struct {
	ID       int64
	Name     string
	Language string
}

// TelegramDraft is what a citizen is about to do in a chat.
type TelegramDraft struct {
	From     TelegramUser
	Group    *TelegramChat // nil: in the chat with the bot
	Text     string        // or the caption of a photo or document
	Photo    []byte        // JPEG
	Document *TelegramFile
	Location *TelegramLocation
	ReplyTo  int    // message id in the same chat
	Album    string // media group id
}

// TelegramFile is a file in a message.
type TelegramFile struct {
	ID   string
	Name string
	Type string
	Size int
	Data []byte `json:"-"` // of a draft
}

// TelegramLocation is a pin; with a Title it is a venue.
type TelegramLocation struct {
	Lat, Lng       float64
	Title, Address string
}

// TelegramButton is a key of an inline keyboard.
type TelegramButton struct {
	Text string `json:"text"`
	Data string `json:"callback_data"`
}

// TelegramMessage is what a chat shows.
type TelegramMessage struct {
	Chat     int64
	ID       int
	FromBot  bool
	From     TelegramUser
	Text     string
	Files    []TelegramFile
	Location *TelegramLocation
	Buttons  [][]TelegramButton
	ReplyTo  int
	Edited   bool
	At       time.Time

	update json.RawMessage // the Message tgObject, to deliver again
	album  string
}

// TelegramCommand is an entry of the bot's menu.
type TelegramCommand struct {
	Command     string `json:"command"`
	Description string `json:"description"`
}

type telegramUpdate struct {
	id   int64
	body json.RawMessage // the whole Update
}

const (
	tgKeepSent    = 10_000
	tgKeepPending = 100_000
	tgKeepChats   = 20_000
	tgKeepFiles   = 64 << 20
)

var errNoTelegramMessage = errors.New("the chat shows no such message or button")

// NewTelegram makes the Bot API of one bot with no chats yet.
func NewTelegram(o TelegramOptions) *Telegram {
	if o.Keep == 0 {
		o.Keep = 200
	}
	if o.Username == "" {
		o.Username = "tanggap_sim_bot"
	}
	if o.Files == 0 {
		o.Files = tgKeepFiles
	}
	return &Telegram{
		options:  o,
		wake:     make(chan struct{}),
		chats:    map[int64]*telegramChat{},
		files:    telegramFiles{byID: map[string]telegramStored{}, most: o.Files},
		queries:  map[string]bool{},
		commands: map[string][]TelegramCommand{},
		updateID: 700_000_000,
	}
}

// Start serves on a free loopback port and returns the base URL. Close ends it.
func (t *Telegram) Start() (string, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	l, err := loopback.Listen()
	if err != nil {
		return "", fmt.Errorf("listening for the Bot API: %w", err)
	}
	t.serve(l)
	return "http://" + t.addr, nil
}

// serve answers on l. The caller holds the lock.
func (t *Telegram) serve(l net.Listener) {
	t.addr, t.listener = l.Addr().String(), l
	t.server = &http.Server{Handler: t, ReadHeaderTimeout: 10 * time.Second}
	go t.server.Serve(l)
}

// Close ends serving and the deliveries to a webhook.
func (t *Telegram) Close() error {
	t.mu.Lock()
	server := t.server
	t.server = nil
	t.mu.Unlock()
	t.hook.stop()
	if server == nil {
		return nil
	}
	return server.Close()
}

// Outage breaks all connections and refuses new ones, until it is called with false.
func (t *Telegram) Outage(on bool) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.away == on {
		return nil
	}
	t.away = on
	if t.server == nil {
		return nil // behind another server: ServeHTTP breaks the connections
	}
	if on {
		return cutOff(t.server, t.listener)
	}
	l, err := net.Listen("tcp", t.addr)
	if err != nil {
		return fmt.Errorf("listening for the Bot API: %w", err)
	}
	t.serve(l)
	return nil
}
