package demo

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"

	"tanggap/channels"
	"tanggap/internal/sim"
	"tanggap/tickets"
)

// citizen is who writes on the playground: one person with a chat, a phone and a mailbox.
type citizen struct {
	Key      string // in addresses of pages
	Name     string
	Language string // of the chat
	Chat     int64
	Phone    string
	Mail     string
}

// Initials are for the round picture of those who have none.
func (c citizen) Initials() string {
	first, rest, _ := strings.Cut(c.Name, " ")
	initials := string([]rune(first)[:1])
	if r := []rune(rest); len(r) > 0 {
		initials += string(r[:1])
	}
	return strings.ToUpper(initials)
}

// Number is the phone's as people read it: 0812-3456-7890.
func (c citizen) Number() string {
	local := "0" + strings.TrimPrefix(c.Phone, "+62")
	if len(local) < 9 {
		return local
	}
	return local[:4] + "-" + local[4:8] + "-" + local[8:]
}

func (c citizen) telegram() sim.TelegramUser {
	return sim.TelegramUser{ID: c.Chat, Name: c.Name, Language: c.Language}
}

// has reports whether an address is one of this citizen's.
func (c citizen) has(a tickets.Address) bool {
	switch channels.AddressKind(a.Kind) {
	case channels.TelegramID:
		return a.Value == fmt.Sprint(c.Chat)
	case channels.Tel:
		return a.Value == c.Phone
	case channels.Mail:
		return a.Value == c.Mail
	}
	return false
}

// newcomers are the names that new persons get, one after the other.
var newcomers = []string{"Dewi", "Bang Ucok", "Bu Tini", "Reza", "Mbak Sari", "Pak Hendra", "Yanti", "Mas Joko"}

// mostCitizens keeps a page readable: beyond it the eldest newcomer is forgotten.
const mostCitizens = 10

// town is who may write. It is safe for concurrent use.
type town struct {
	mu    sync.Mutex
	all   []citizen
	known int // citizens who are always there
	born  int // newcomers so far
}

func newTown() *town {
	t := &town{all: []citizen{
		{Key: "siti", Name: "Siti Aminah", Language: "id", Chat: 730001, Phone: "+6281234567890", Mail: "siti@warga.test"},
		{Key: "budi", Name: "Pak Budi", Language: "id", Chat: 730002, Phone: "+6285711112222", Mail: "budi.rt05@warga.test"},
		{Key: "emma", Name: "Emma Clark", Language: "en", Chat: 730003, Phone: "+6287855501234", Mail: "emma@expat.test"},
	}}
	t.known = len(t.all)
	return t
}

// people is everybody.
func (t *town) people() []citizen {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.all)
}

// find is the citizen of a key, the first one for a key of nobody.
func (t *town) find(key string) citizen {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, c := range t.all {
		if c.Key == key {
			return c
		}
	}
	return t.all[0]
}

// arrive makes a person whom the city does not know: with a number and a chat that nobody had before,
// also in an earlier run on the same data.
func (t *town) arrive() citizen {
	t.mu.Lock()
	defer t.mu.Unlock()
	n := 10_000_000 + rand.IntN(90_000_000)
	c := citizen{
		Key: fmt.Sprintf("p%d", n), Name: newcomers[t.born%len(newcomers)], Language: "id",
		Chat: int64(1_000_000_000 + n), Phone: fmt.Sprintf("+62813%d", n), Mail: fmt.Sprintf("warga%d@warga.test", n),
	}
	t.born++
	if len(t.all) >= mostCitizens {
		t.all = slices.Delete(t.all, t.known, t.known+1)
	}
	t.all = append(t.all, c)
	return c
}
