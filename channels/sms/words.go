package sms

import (
	"slices"
	"strings"
	"unicode"

	"tanggap/channels"
)

// Opt-out and opt-in words of networks that hold us to them. BERHENTI and MULAI are missing on purpose, as
// are BATAL and CANCEL: they are the bot's own words, and stop reminders or take back a report, while
// answers still come. Networks that add words of their own do so in their adapter.
var (
	stopWords  = []string{"STOP", "STOPALL", "STOP ALL", "STOP SMS", "UNSUBSCRIBE", "UNSUB", "UNREG", "OPTOUT", "OPT OUT"}
	startWords = []string{"START", "UNSTOP", "SUBSCRIBE", "OPTIN", "OPT IN"}
)

// Opting is what a text says about being written to: channels.Blocked for an opt-out word, Unblocked for an
// opt-in word, Message for anything else. A word counts only if it is the whole message, whatever its
// case and the punctuation around it: "stop!" does, "Stop buang sampah di sini" does not.
func Opting(text string) channels.InboundKind {
	word := Word(text)
	switch {
	case slices.Contains(stopWords, word):
		return channels.Blocked
	case slices.Contains(startWords, word):
		return channels.Unblocked
	}
	return channels.Message
}

// Word is text as a keyword is compared: upper case, single spaces, nothing around it.
func Word(text string) string {
	if len(text) > 64 {
		return ""
	}
	fields := strings.FieldsFunc(text, unicode.IsSpace)
	word := strings.TrimFunc(strings.Join(fields, " "), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r)
	})
	return strings.ToUpper(word)
}
