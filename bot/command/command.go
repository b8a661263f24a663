// Package command reads a citizen's message that is a word of command, an answer or a courtesy, and no report:
// closed lists of how people put such. It is pure, and knows no case.
package command

import (
	"strings"
	"unicode"

	"tanggap/tickets"
)

// Word is what a whole message can be, beside a text.
type Word string

// The words of command.
const (
	Report     Word = "lapor"
	Status     Word = "status"
	Menu       Word = "menu"
	English    Word = "english"
	Indonesian Word = "indonesia"
	Yes        Word = "sudah"
	No         Word = "belum"
	Cancel     Word = "batal"
	Stop       Word = "berhenti"
	Start      Word = "mulai"
	Thanks     Word = "terimakasih"
)

// The languages that words belong to.
const (
	indonesian = "id"
	english    = "en"
)

// Said is what a message says that is a word of command and nothing else.
type Said struct {
	Word     Word
	Ref      tickets.Reference // ours, "" for none
	Number   bool              // a number was given that is none of ours
	Rating   int               // 1 to 5, with SUDAH
	Language string            // "id" or "en", the one that the word belongs to; "" for either
	Note     string            // what came behind BELUM
}

// spelling is how a command is written. The lists are closed on purpose: "susah", "bau" and "batas"
// are one letter away from words of command, and are how complaints begin.
type spelling struct {
	word Word
	lang string
}

var spellings = spell(map[spelling]string{
	{Report, indonesian}:     "lapor|laporan|melapor|mau lapor|saya mau lapor|ingin lapor|lapor baru|laporan baru|buat laporan|pengaduan|mengadu|aduan",
	{Report, english}:        "report|new report",
	{Status, indonesian}:     "dicek|tolong dicek|mohon dicek|tolong cek|cek|cek status|cek laporan|cek status laporan|status laporan|status laporan saya|laporan saya|cek laporan saya|status saya|lacak|lacak laporan",
	{Status, ""}:             "status|sts",
	{Status, english}:        "check|check status|track|my report|my reports|status of my report",
	{Menu, ""}:               "menu|start|hi|p|test|tes|testing|ping",
	{Menu, indonesian}:       "tolong|tolong saya|siapa ini|ini siapa|ini apa|nomor apa ini|ini nomor apa|dengan siapa|robot|bantuan|bantu|info|petunjuk|perintah|halo|hallo|hai|hay|permisi|assalamualaikum|assalamu'alaikum|asalamualaikum|ass wr wb|assalamualaikum wr wb|selamat pagi|selamat siang|selamat sore|selamat malam",
	{Menu, english}:          "who is this|who are you|what is this|what is this number|is this a bot|help|help me|hello|hey|good morning|good afternoon|good evening|commands",
	{English, english}:       "english|in english|inggris|bahasa inggris|english please",
	{Indonesian, indonesian}: "indonesia|bahasa indonesia|bahasa|indonesian",
	{Yes, indonesian}:        "sudah|sdh|udah|udh|sudah selesai|sudah beres|sudah diperbaiki|sudah baik|sudah bagus|sudah ok|udah beres|udah selesai|ya sudah|iya sudah|ya|iya",
	{Yes, english}:           "yes|done|yes done|solved|fixed|yes fixed|yes solved|yes it is",
	{No, indonesian}:         "belum|blm|blum|belom|blom|belum selesai|belum beres|belum diperbaiki|belum ada|belum juga|tidak|masih belum|belum sama sekali",
	{No, english}:            "no|not yet|not done|not solved|not fixed|no not yet",
	{Cancel, indonesian}:     "batal|batalkan|batalin|batal aja|batal saja|batalkan aja|batalkan saja|batal lapor|batal melapor|batalkan semua|tidak jadi|tdk jadi|gak jadi|ga jadi|gajadi|nggak jadi|enggak jadi|tidak jadi lapor|gak jadi lapor|ga jadi lapor|batal laporan|batalkan laporan|batalkan laporan saya|cabut laporan",
	{Cancel, english}:        "cancel|never mind|cancel it|cancel report|cancel my report|withdraw",
	{Stop, indonesian}:       "berhenti|stop pengingat|jangan ingatkan",
	{Stop, ""}:               "stop",
	{Stop, english}:          "unsubscribe",
	{Start, indonesian}:      "mulai",
	{Thanks, indonesian}:     "oke|ok|baik|siap",
	{Thanks, english}:        "okay|okey",
})

// courtesies may follow a word of command, or stand alone.
var courtesies = spell(map[spelling]string{
	{Thanks, indonesian}: "terima kasih|terimakasih|trima kasih|trimakasih|makasih|makasi|mksh|trims|tks|thx|terima kasih banyak|makasih banyak|terimakasih banyak|nuhun|suwun|matur nuwun",
	{Thanks, english}:    "thanks|thank you|thank you very much|many thanks|thx a lot",
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

// Parse reads a message that is a word of command as a whole: the word in one of its spellings,
// with our reference, a digit or thanks at most. Anything longer is text: 66 of 1,560 real complaints
// begin with "Status", "Belum", "Sudah", "Info" or "Bantuan".
func Parse(text string) (Said, bool) {
	if len(text) > longestCommand {
		return Said{}, false
	}
	text = strings.ToLower(strings.TrimSpace(text))
	switch strings.Trim(text, "?") {
	case text:
	case "":
		return Said{Word: Menu}, true
	}
	if param, ok := strings.CutPrefix(text, "/start "); ok && len(strings.Fields(param)) == 1 {
		return Said{Word: Menu}, true // a link with a parameter, such as a poster's: t.me/…?start=kelurahan
	}
	var c Said
	words, ok := c.words(text)
	if !ok {
		return Said{}, false
	}
	whole := strings.Join(words, " ")
	words, thanked := polite(words)
	s, known := spellings[strings.Join(words, " ")]
	switch {
	case len(words) == 0 && (c.Ref != "" || c.Number):
		c.Word = Status
		return c, c.Ref != "" // ten digits that are no number of ours may be anything
	case len(words) == 0 && thanked != "":
		c.Word, c.Language = Thanks, thanked
		return c, c.Rating == 0
	case len(words) == 1 && alone(words[0]) && c.Ref != "":
		c.Word = Status
		return c, true
	case len(words) == 1 && alone(words[0]) && !known:
		c.Word = Menu
		return c, c.fits()
	case !known:
		if s, known = answer(words); !known {
			s.word, s.lang = smallTalk(whole)
		}
	}
	c.Word, c.Language = s.word, s.lang
	return c, c.Word != "" && c.fits()
}

// fits reports whether the word goes with what else was given.
func (c *Said) fits() bool {
	switch c.Word {
	case Status, Cancel, No, When:
		return c.Rating == 0
	case Yes:
		return true
	}
	return c.Rating == 0 && c.Ref == "" && !c.Number
}

// words takes the text apart, and a number or a rating out of it; ok is false where something stands
// in it that no command has.
func (c *Said) words(text string) (words []string, ok bool) {
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
		c.Ref = ref
	case len(bare) == 1 && bare[0] >= '1' && bare[0] <= '5':
		c.Rating = int(bare[0] - '0')
	case len(bare) >= 6 && len(bare) <= 13:
		c.Number = true
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
