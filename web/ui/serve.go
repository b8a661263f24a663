package ui

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// policy lets a page load and frame what is ours and nothing else, run no inline script, and be framed by nobody.
const policy = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; script-src 'self'; connect-src 'self'; frame-src 'self'; " +
	"frame-ancestors 'none'; base-uri 'none'"

func (u *UI) protect(public string) error {
	u.guard = http.NewCrossOriginProtection()
	u.guard.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { u.Fail(w, r, http.StatusForbidden) }))
	if public == "" {
		return nil
	}
	at, err := url.Parse(public)
	if err != nil {
		return fmt.Errorf("reading the public URL: %w", err)
	}
	u.secure = at.Scheme == "https"
	// A proxy in front may have changed the Host that the Origin is compared with.
	if err := u.guard.AddTrustedOrigin(at.Scheme + "://" + at.Host); err != nil {
		return fmt.Errorf("reading the public URL: %w", err)
	}
	return nil
}

// Serve is the handler of pages: the headers that every page has, no POST from another site, a page for
// what the routes do not know, and one where a handler breaks down.
func (u *UI) Serve(routes *http.ServeMux) http.Handler {
	inner := u.guard.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h, pattern := routes.Handler(r)
		if pattern != "" {
			routes.ServeHTTP(w, r)
			return
		}
		// The mux knows whether it is the path or only the method that is not there.
		probe := &statusOnly{header: http.Header{}, status: http.StatusNotFound}
		h.ServeHTTP(probe, r)
		if allow := probe.header.Get("Allow"); allow != "" {
			w.Header().Set("Allow", allow)
		}
		u.Fail(w, r, probe.status)
	}))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		// The origin alone: paths open pages, queries hold what staff look for, and a proxy may write down where a
		// call came from. Not no-referrer: with it browsers send the Origin of a form as null, which older ones
		// without Sec-Fetch-Site are told from other sites by.
		h.Set("Referrer-Policy", "strict-origin")
		h.Set("X-Frame-Options", "DENY")
		begun := &begun{ResponseWriter: w}
		defer func() {
			if recovered := recover(); recovered == nil {
				return
			} else if recovered == http.ErrAbortHandler || begun.yes {
				panic(http.ErrAbortHandler)
			}
			u.log.Error("a page broke down", "kind", "panic", "code", r.Pattern)
			u.Fail(w, r, http.StatusInternalServerError)
		}()
		inner.ServeHTTP(begun, r)
	})
}

// statusOnly takes an answer's status and headers, and none of its text.
type statusOnly struct {
	header http.Header
	status int
}

func (s *statusOnly) Header() http.Header         { return s.header }
func (s *statusOnly) Write(b []byte) (int, error) { return len(b), nil }
func (s *statusOnly) WriteHeader(status int)      { s.status = status }

// begun notes whether an answer has begun.
type begun struct {
	http.ResponseWriter
	yes bool
}

func (b *begun) WriteHeader(status int) {
	b.yes = true
	b.ResponseWriter.WriteHeader(status)
}

func (b *begun) Write(p []byte) (int, error) {
	b.yes = true
	return b.ResponseWriter.Write(p)
}

func (b *begun) Unwrap() http.ResponseWriter { return b.ResponseWriter }

// Secure reports whether the site is on https, so that cookies are for it alone.
func (u *UI) Secure() bool { return u.secure }

// flashCookie holds the code of what the next page says at its top.
const flashCookie = "tanggap_flash"

// Redirect ends a form that was accepted: the browser gets the page at path with a GET, which says the
// word "flash.<code>" once; "" says nothing. Words are chosen by code, never carried in an address.
func (u *UI) Redirect(w http.ResponseWriter, r *http.Request, path, code string) {
	if code != "" {
		http.SetCookie(w, &http.Cookie{Name: flashCookie, Value: code, Path: "/", MaxAge: 60, HttpOnly: true, Secure: u.secure, SameSite: http.SameSiteLaxMode})
	}
	http.Redirect(w, r, path, http.StatusSeeOther)
}

// takeFlash is what the page before left to say, which is then said.
func (u *UI) takeFlash(w http.ResponseWriter, r *http.Request) string {
	c, err := r.Cookie(flashCookie)
	if err != nil {
		return ""
	}
	http.SetCookie(w, &http.Cookie{Name: flashCookie, Path: "/", MaxAge: -1, HttpOnly: true, Secure: u.secure, SameSite: http.SameSiteLaxMode})
	key := "flash." + c.Value
	if !u.words.has(key) || !slices.Contains([]string{http.MethodGet, http.MethodHead}, r.Method) || strings.Contains(c.Value, ".") {
		return ""
	}
	return u.Say(u.Language(r), key)
}
