package bot

import (
	"strings"
	"unicode"

	"tanggap/tickets"
)

// word is what a whole message can be, beside a text.
type word string

// The words of command.
const (
	wordReport     word = "lapor"
	wordStatus     word = "status"
	wordMenu       word = "menu"
	wordEnglish    word = "english"
	wordIndonesian word = "indonesia"
	wordYes        word = "sudah"
	wordNo         word = "belum"
	wordCancel     word = "batal"
	wordStop       word = "berhenti"
	wordStart      word = "mulai"
	wordThanks     word = "terimakasih"
)

// command is a message that is a word of command and nothing else.
type command struct {
	word   word
	ref    tickets.Reference // ours, "" for none
	number bool              // a number was given that is none of ours
	rating int               // 1 to 5, with SUDAH
	lang   string            // the language that the word belongs to, "" for either
	note   string            // what came behind BELUM
}

// spelling is how a command is written. The lists are closed on purpose: "susah", "bau" and "batas"
// are one letter away from words of command, and are how complaints begin.
type spelling struct {
	word word
	lang string
}

var spellings = spell(map[spelling]string{
	{wordReport, indonesian}:     "lapor|laporan|melapor|mau lapor|saya mau lapor|ingin lapor|lapor baru|laporan baru|buat laporan|pengaduan|mengadu|aduan",
	{wordReport, english}:        "report|new report",
	{wordStatus, indonesian}:     "dicek|tolong dicek|mohon dicek|tolong cek|cek|cek status|cek laporan|cek status laporan|status laporan|status laporan saya|laporan saya|cek laporan saya|status saya|lacak|lacak laporan",
	{wordStatus, ""}:             "status|sts",
	{wordStatus, english}:        "check|check status|track|my report|my reports|status of my report",
	{wordMenu, ""}:               "menu|start|hi|p|test|tes|testing|ping",
	{wordMenu, indonesian}:       "tolong|tolong saya|siapa ini|ini siapa|ini apa|nomor apa ini|ini nomor apa|dengan siapa|robot|bantuan|bantu|info|petunjuk|perintah|halo|hallo|hai|hay|permisi|assalamualaikum|assalamu'alaikum|asalamualaikum|ass wr wb|assalamualaikum wr wb|selamat pagi|selamat siang|selamat sore|selamat malam",
	{wordMenu, english}:          "who is this|who are you|what is this|what is this number|is this a bot|help|help me|hello|hey|good morning|good afternoon|good evening|commands",
	{wordEnglish, english}:       "english|in english|inggris|bahasa inggris|english please",
	{wordIndonesian, indonesian}: "indonesia|bahasa indonesia|bahasa|indonesian",
	{wordYes, indonesian}:        "sudah|sdh|udah|udh|sudah selesai|sudah beres|sudah diperbaiki|sudah baik|sudah bagus|sudah ok|udah beres|udah selesai|ya sudah|iya sudah|ya|iya",
	{wordYes, english}:           "yes|done|yes done|solved|fixed|yes fixed|yes solved|yes it is",
	{wordNo, indonesian}:         "belum|blm|blum|belom|blom|belum selesai|belum beres|belum diperbaiki|belum ada|belum juga|tidak|masih belum|belum sama sekali",
	{wordNo, english}:            "no|not yet|not done|not solved|not fixed|no not yet",
	{wordCancel, indonesian}:     "batal|batalkan|batalin|batal aja|batal saja|batalkan aja|batalkan saja|batal lapor|batal melapor|batalkan semua|tidak jadi|tdk jadi|gak jadi|ga jadi|gajadi|nggak jadi|enggak jadi|tidak jadi lapor|gak jadi lapor|ga jadi lapor|batal laporan|batalkan laporan|batalkan laporan saya|cabut laporan",
	{wordCancel, english}:        "cancel|never mind|cancel it|cancel report|cancel my report|withdraw",
	{wordStop, indonesian}:       "berhenti|stop pengingat|jangan ingatkan",
	{wordStop, ""}:               "stop",
	{wordStop, english}:          "unsubscribe",
	{wordStart, indonesian}:      "mulai",
	{wordThanks, indonesian}:     "oke|ok|baik|siap",
	{wordThanks, english}:        "okay|okey",
})

// courtesies may follow a word of command, or stand alone.
var courtesies = spell(map[spelling]string{
	{wordThanks, indonesian}: "terima kasih|terimakasih|trima kasih|trimakasih|makasih|makasi|mksh|trims|tks|thx|terima kasih banyak|makasih banyak|terimakasih banyak|nuhun|suwun|matur nuwun",
	{wordThanks, english}:    "thanks|thank you|thank you very much|many thanks|thx a lot",
})

// addressed are words that say to whom one speaks, and change no meaning at the end.
var addressed = spell(map[spelling]string{
	{}: "pak|bu|ibu|bapak|mas|mbak|mba|kak|min|admin|bang|gan|om|ya|yah|aja|dong|tolong|please|sir",
})

func spell(lists map[spelling]string) map[string]spelling {
	all := make(map[string]spelling)
	for s, list := range lists {
		for phrase := range strings.SplitSeq(list, "|") {
			all[phrase] = s
		}
	}
	return all
}

// longestCommand is how many bytes a message may have to be a word of command.
const longestCommand = 100

// parseCommand reads a message that is a word of command as a whole: the word in one of its spellings,
// with our reference, a digit or thanks at most. Anything longer is text: 66 of 1,560 real complaints
// begin with "Status", "Belum", "Sudah", "Info" or "Bantuan".
func parseCommand(text string) (command, bool) {
	if len(text) > longestCommand {
		return command{}, false
	}
	text = strings.ToLower(strings.TrimSpace(text))
	switch strings.Trim(text, "?") {
	case text:
	case "":
		return command{word: wordMenu}, true
	}
	if param, ok := strings.CutPrefix(text, "/start "); ok && len(strings.Fields(param)) == 1 {
		return command{word: wordMenu}, true // a link with a parameter, such as a poster's: t.me/…?start=kelurahan
	}
	var c command
	words, ok := c.words(text)
	if !ok {
		return command{}, false
	}
	whole := strings.Join(words, " ")
	words, thanked := polite(words)
	s, known := spellings[strings.Join(words, " ")]
	switch {
	case len(words) == 0 && (c.ref != "" || c.number):
		c.word = wordStatus
		return c, c.ref != "" // ten digits that are no number of ours may be anything
	case len(words) == 0 && thanked != "":
		c.word, c.lang = wordThanks, thanked
		return c, c.rating == 0
	case len(words) == 1 && alone(words[0]) && c.ref != "":
		c.word = wordStatus
		return c, true
	case len(words) == 1 && alone(words[0]) && !known:
		c.word = wordMenu
		return c, c.fits()
	case !known:
		if s, known = answer(words); !known {
			s.word, s.lang = smallTalk(whole)
		}
	}
	c.word, c.lang = s.word, s.lang
	return c, c.word != "" && c.fits()
}

// fits reports whether the word goes with what else was given.
func (c *command) fits() bool {
	switch c.word {
	case wordStatus, wordCancel, wordNo, wordWhen:
		return c.rating == 0
	case wordYes:
		return true
	}
	return c.rating == 0 && c.ref == "" && !c.number
}

// words takes the text apart, and a number or a rating out of it; ok is false where something stands
// in it that no command has.
func (c *command) words(text string) (words []string, ok bool) {
	digits := ""
	for field := range strings.FieldsSeq(text) {
		word := trim(field)
		switch {
		case word == "":
			if strings.ContainsFunc(field, unicode.IsDigit) {
				return nil, false
			}
			continue // an emoji, a dash
		case numeric(word):
			digits += word
			continue
		case strings.HasPrefix(word, "#") && numeric(word[1:]):
			digits += word[1:]
			continue
		}
		if at := strings.IndexByte(word, '@'); at > 0 && strings.HasPrefix(field, "/") {
			word = word[:at] // "/status@TanggapBot" in a group
		}
		words = append(words, word)
		if len(words) > longestTalk {
			return nil, false
		}
	}
	if digits == "" {
		return words, true
	}
	bare := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, digits)
	switch ref, valid := tickets.ParseReference(digits); {
	case valid:
		c.ref = ref
	case len(bare) == 1 && bare[0] >= '1' && bare[0] <= '5':
		c.rating = int(bare[0] - '0')
	case len(bare) >= 6 && len(bare) <= 13:
		c.number = true
	default:
		return nil, false
	}
	return words, true
}

// trim takes what is no letter or digit from both ends.
func trim(field string) string {
	word := strings.TrimFunc(field, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	return strings.ReplaceAll(word, "’", "'")
}

func numeric(word string) bool {
	digit := false
	for _, r := range word {
		switch {
		case r >= '0' && r <= '9':
			digit = true
		case r != '-' && r != '.' && r != '\u2010' && r != '\u2011' && r != '\u2013':
			return false
		}
	}
	return digit
}

// polite takes thanks and forms of address from the end; thanked is the language of the thanks.
func polite(words []string) (rest []string, thanked string) {
	rest = words
	for again := true; again && len(rest) > 0; {
		again = false
		for n := min(4, len(rest)); n > 0; n-- {
			tail := strings.Join(rest[len(rest)-n:], " ")
			if s, ok := courtesies[tail]; ok {
				rest, thanked, again = rest[:len(rest)-n], s.lang, true
				break
			}
		}
		if again || len(rest) == 0 || len(rest) == 1 && thanked == "" {
			continue
		}
		if _, ok := addressed[rest[len(rest)-1]]; ok {
			rest, again = rest[:len(rest)-1], true
		}
	}
	return rest, thanked
}
