package console_test

import (
	"net/url"
	"testing"

	"tanggap/tickets/staff"
)

// TestASearchFindsWhatCanBeRead tries to learn by hits what the page hides.
func TestASearchFindsWhatCanBeRead(t *testing.T) {
	each(t, func(w *town) {
		n := w.reports("smsc", street+". Hubungi saya Sari di 0812-3456-7890 atau sari.rahasiawati@example.com")
		clerk := w.hires("rina", staff.Clerk, lights)
		ref := n.Reference.String()
		search := func(words string) string {
			return clerk.sees("/console/queue?" + url.Values{"q": {words}, "view": {"all"}}.Encode())
		}
		for _, words := range []string{"0812-3456-7890", "0812-34", "7890", "sari", "Sari lampu", "rahasiawati", "sari.rahasiawati@example.com", "example.com lampu"} {
			w.lacks(search(words), ref)
		}
		for _, words := range []string{"", ref, string(n.Reference), "lampu", "LAMPU gelap", "hubungi"} {
			w.has(search(words), ref)
		}
		// What a colleague wrote about another citizen is no way round: there too it can be read.
		if status, _, _ := clerk.post(path(n)+"/note", clerk.form(n, "text", "menunggu Melati")); status != 200 {
			t.Fatal(status)
		}
		w.has(search("melati"), ref)
	})
}

func TestNoTextOfAPageBreaksTheDatabase(t *testing.T) {
	each(t, func(w *town) {
		n := w.reports("bot", street)
		clerk := w.hires("rina", staff.Supervisor, root)
		chief := w.hires("kepala", staff.Administrator, root)
		const nul = "a\x00b\xff"
		q := url.QueryEscape(nul)
		for _, at := range []string{
			"/console/queue?q=" + q, "/console/queue?agency=" + q, "/console/queue?view=" + q, "/console/queue?after=" + q, "/console/queue?after=-zzz", "/console/verify?after=" + q,
			"/console/quarantine?after=" + q, "/console/quarantine/-1", "/console/quarantine/" + q, "/console/tickets/" + q, path(n) + "/files/" + q, "/console/agencies?q=" + q,
			"/console/agencies/" + q, "/console/staff?q=" + q, "/console/staff?after=" + q, "/console/sign-in?next=" + q, "/console/link/" + q,
		} {
			if status, _, _ := chief.get(at); status >= 500 {
				t.Errorf("%s: %d", at, status)
			}
		}
		for _, at := range []string{path(n) + "/reply", path(n) + "/note", path(n) + "/transfer", path(n) + "/move", path(n) + "/identity"} {
			form := clerk.form(n, "text", nul, "reason", nul, "because", "other", "agency", nul, "to", nul, "once", nul, "back", nul)
			if status, _, _ := clerk.post(at, form); status >= 500 {
				t.Errorf("%s: %d", at, status)
			}
		}
		for _, at := range []string{"/console/staff/add", "/console/staff/" + q + "/link", "/console/staff/" + q + "/disable", "/console/agencies/" + water + "/contact", "/console/me/password", "/console/me/language", "/console/accounts/" + q + "/pause", "/console/link/" + q} {
			form := url.Values{
				"login": {nul}, "name": {nul}, "role": {nul}, "agency": {root}, "mail": {nul}, "chat": {nul}, "language": {nul}, "present": {nul},
				"next": {"kata-sandi-\x00-lain"}, "again": {"kata-sandi-\x00-lain"},
			}
			if status, _, _ := chief.post(at, form); status >= 500 {
				t.Errorf("%s: %d", at, status)
			}
		}
		if status, _, _ := w.visitor().post("/console/sign-in", url.Values{"login": {nul}, "password": {nul}}); status != 401 {
			t.Errorf("signing in: %d", status)
		}
	})
}

// TestAFormThatNobodyOffersMovesNothing: whoever writes one himself brings a ticket to no state that its page does not offer.
func TestAFormThatNobodyOffersMovesNothing(t *testing.T) {
	each(t, func(w *town) {
		n := w.reports("bot", street)
		clerk := w.hires("rina", staff.Clerk, lights)
		for _, to := range []string{"merged", "closed", "assigned", "", "triage ", "Resolved"} {
			status, _, _ := clerk.post(path(n)+"/move", clerk.form(n, "to", to, "text", "x", "reason", "x"))
			if got := w.now(n); status < 400 || status >= 500 || got.State != n.State {
				t.Errorf("%q: %d, then %s", to, status, got.State)
			}
		}
	})
}
