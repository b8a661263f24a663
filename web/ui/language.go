package ui

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

// languages that pages are in; the first is for who says nothing.
var languages = []string{"id", "en"}

// languageCookie holds a choice; it is no secret, and lives for a year.
const languageCookie = "tanggap_language"

// Language is the caller's: as he chose, else as his browser asks, else Indonesian.
func (u *UI) Language(r *http.Request) string {
	if c, err := r.Cookie(languageCookie); err == nil && slices.Contains(languages, c.Value) {
		return c.Value
	}
	for want := range strings.SplitSeq(r.Header.Get("Accept-Language"), ",") {
		tag, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(want)), ";")
		short, _, _ := strings.Cut(tag, "-")
		switch short {
		case "id", "in", "ms", "jv", "su": // whoever reads these reads Indonesian sooner than English
			return "id"
		case "en":
			return "en"
		}
	}
	return languages[0]
}

// Choose remembers a language; one that there is not is left alone.
func (u *UI) Choose(w http.ResponseWriter, lang string) {
	if !slices.Contains(languages, lang) {
		return
	}
	http.SetCookie(w, &http.Cookie{
		Name: languageCookie, Value: lang, Path: "/", MaxAge: int((365 * 24 * time.Hour).Seconds()),
		HttpOnly: true, Secure: u.secure, SameSite: http.SameSiteLaxMode,
	})
}

// SetLanguage is POST /language: it takes language and back, the path to return to.
func (u *UI) SetLanguage(w http.ResponseWriter, r *http.Request) {
	if !u.Form(w, r) {
		return
	}
	u.Choose(w, r.PostFormValue("language"))
	http.Redirect(w, r, Local(r.PostFormValue("back"), "/"), http.StatusSeeOther)
}

// Local is a path of our own site as it came from a form, or otherwise where it is anything else.
func Local(path, otherwise string) string {
	if !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") || strings.ContainsAny(path, "\\\r\n\t") || strings.HasPrefix(path, "/%2f") {
		return otherwise
	}
	return path
}
