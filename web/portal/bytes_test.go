package portal_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
)

// TestNoTextOfAFormBreaksTheDatabase: a NUL and bytes that are no UTF-8 are taken for what they are.
func TestNoTextOfAFormBreaksTheDatabase(t *testing.T) {
	each(t, func(s *site) {
		const nul = "a\x00b\xff"
		done, _ := s.reported(map[string]string{"text": complaint + nul, "place": nul}, upload{nul + ".png", []byte("\x89PNG\r\n\x1a\n1234")})
		private := link(s.t, done)
		s.sends("web")
		q := url.QueryEscape(nul)
		for _, path := range []string{"/track?ref=" + q, "/t/" + q, "/t/%00", "/report?x=" + q, "/track/code?ref=" + q, "/privacy?" + q} {
			if a := s.get(path); a.code >= 500 {
				s.t.Errorf("GET %s: %d", path, a.code)
			}
		}
		form := strings.Repeat("\x00", 26)
		for _, path := range []string{
			"/report?mail", "/report?phone", "/report", "/track/code", "/track/open", private + "/message", private + "/answer", private + "/revoke", "/t/" + q + "/message", "/track/case/revoke",
		} {
			path, to, _ := strings.Cut(path, "?")
			r := httptest.NewRequest("POST", path, strings.NewReader(url.Values{
				"form": {form}, "text": {nul}, "place": {nul}, "pin": {nul}, to: {nul + "@example.com"}, "ref": {nul}, "code": {nul}, "note": {nul}, "answer": {"no"},
			}.Encode()))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			ctx, cancel := context.WithTimeout(s.t.Context(), time.Second) // nobody works on it here
			if a := s.call(r.WithContext(ctx)); a.code >= 500 {
				s.t.Errorf("POST %s: %d", path, a.code)
			}
			cancel()
		}
		s.work()
		if a := s.get(private); a.code != http.StatusOK || strings.Contains(a.body, "\x00") {
			s.t.Errorf("the page afterwards: %d", a.code)
		}
		for _, cookie := range []string{"tanggap_sent", "tanggap_case", "tanggap_flash", "tanggap_language"} {
			s.cookies[cookie] = strings.Repeat("A", 26) + `.x'"<.9999999999999999999`
			for _, path := range []string{"/", "/report", "/report/done", "/track/case"} {
				if a := s.get(path); a.code >= 500 || strings.Contains(a.body, `'"<`) {
					s.t.Errorf("%s with the cookie %s: %d", path, cookie, a.code)
				}
			}
		}
	})
}
