package command

import (
	"strings"

	"tanggap/tickets"
)

// Entry is one of the menu of commands that some platforms show beside the text field: a word
// of a to z, and what it does.
type Entry struct{ Name, Description string }

// Entries are that menu in a language ("id", else English). Every word in it is one that the bot obeys.
func Entries(lang string) []Entry {
	if lang == indonesian {
		return []Entry{
			{"lapor", "Cara melapor"},
			{"status", "Cek laporan Anda"},
			{"batal", "Batalkan laporan"},
			{"english", "Use English"},
			{"menu", "Bantuan"},
			{"berhenti", "Tanpa pengingat"},
		}
	}
	return []Entry{
		{"report", "How to report"},
		{"status", "Check your reports"},
		{"cancel", "Withdraw a report"},
		{"indonesia", "Pakai bahasa Indonesia"},
		{"menu", "Help"},
		{"stop", "No reminders"},
	}
}

// Choice reads the id of a button: a word, or a word, a colon and a reference.
func Choice(id string) (Said, bool) {
	name, ref, _ := strings.Cut(id, ":")
	c := Said{Word: Word(name)}
	switch c.Word {
	case Status, Report, Menu:
	case English:
		c.Language = english
	case Indonesian:
		c.Language = indonesian
	case Yes, No:
		parsed, ok := tickets.ParseReference(ref)
		c.Ref = parsed
		return c, ok
	default:
		return Said{}, false
	}
	return c, ref == ""
}

// Argument is the text behind a "/lapor", which a menu of commands puts before a report; any other text as it is.
func Argument(text string) string {
	first, rest, _ := strings.Cut(text, " ")
	name, _, _ := strings.Cut(strings.ToLower(first), "@")
	if word, slash := strings.CutPrefix(name, "/"); slash && spellings[word].word == Report && strings.TrimSpace(rest) != "" {
		return strings.TrimSpace(rest)
	}
	return text
}
