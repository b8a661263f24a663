package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"tanggap/bot"
	"tanggap/channels"
	"tanggap/cities"
	"tanggap/internal/dbtest"
	"tanggap/router"
	"tanggap/tickets"
	"tanggap/web/api"
)

// jakarta is compiled once for all tests.
var jakarta = sync.OnceValues(func() (*router.City, error) {
	p, err := cities.Load("jakarta")
	return p.City, err
})

// Agencies of the pack: the root desk, two that are side by side, one below the root desk for conduct.
const (
	root     = "dki"
	lights   = "dki.binamarga"
	water    = "dki.dsda"
	drainage = "banjir di Kampung Melayu sudah selutut, air tidak surut sejak pagi"
	street   = "lampu jalan mati di depan SDN 01 Tebet Timur sudah 3 hari, gelap banget"
	bribe    = "Saya diminta uang saat mengurus KTP di Kelurahan Tebet Timur"
)

// desk is a running tanggap without channels: its store, its API, and a processor.
type desk struct {
	*tickets.Store
	t      *testing.T
	server *httptest.Server
	all    string // a token that may do everything
	log    *bytes.Buffer
}

var capabilities = map[string]channels.Capabilities{
	"bot":      {Channel: "telegram", Addresses: channels.TelegramID, Text: channels.Limit{Max: 4096, Unit: channels.UTF16}, Choices: 8, Threads: true},
	"smsc":     {Channel: "sms", Addresses: channels.Tel, Text: channels.Limit{Max: 3, Unit: channels.Segments}, Paid: true},
	"whatsapp": {Channel: "whatsapp", Addresses: channels.Tel, Text: channels.Limit{Max: 1600, Unit: channels.UTF16}, ReplyWindow: 24 * time.Hour},
	"mail":     {Channel: "email", Addresses: channels.Mail, Text: channels.Limit{Max: 100000, Unit: channels.Bytes}, Subject: true, Threads: true},
	"phone":    {Channel: "phone", Mute: true},
	"web":      {Channel: "web", Mute: true},
}

func each(t *testing.T, f func(t *testing.T, d *desk)) {
	dbtest.Each(t, func(t *testing.T, url string) { f(t, start(t, url)) })
}

func start(t *testing.T, url string) *desk {
	t.Helper()
	city, err := jakarta()
	if err != nil {
		t.Fatal(err)
	}
	store, err := tickets.Open(context.Background(), url, tickets.Options{})
	if err != nil {
		t.Fatal(err)
	}
	b := bot.New(city, bot.Options{Accounts: func(name string) (channels.Capabilities, bool) { c, ok := capabilities[name]; return c, ok }, Examples: true})
	d := &desk{Store: store, t: t, log: &bytes.Buffer{}}
	accounts := func() []api.Account {
		var all []api.Account
		for _, name := range []string{"bot", "whatsapp", "smsc", "mail"} {
			all = append(all, api.Account{Name: name, Capabilities: capabilities[name]})
		}
		return all
	}
	d.server = httptest.NewServer(api.New(store, bot.NewDesk(b, store), func() *router.City { return city }, api.Options{
		Log: slog.New(slog.NewTextHandler(d.log, &slog.HandlerOptions{Level: slog.LevelDebug})), Accounts: accounts,
		Refusals: []api.Refusal{
			{Err: bot.ErrSealed, Status: http.StatusConflict, Code: "sealed", Detail: "The ticket is sealed for that agency."},
			{Err: bot.ErrText, Status: http.StatusUnprocessableEntity, Code: "text", Detail: "A text for the citizen is needed."},
			{Err: bot.ErrReason, Status: http.StatusUnprocessableEntity, Code: "reason", Detail: "A reason is needed."},
		},
	}))
	d.all = d.token(tickets.Token{Agency: "*"})
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); d.process(ctx, b) }()
	t.Cleanup(func() { d.server.Close(); stop(); <-done; store.Close() })
	return d
}

func (d *desk) process(ctx context.Context, b *bot.Bot) {
	for ctx.Err() == nil {
		lease, ok, err := d.Take(ctx, "processor", "test", time.Minute)
		if err == nil && ok {
			_, err = d.Process(ctx, lease, tickets.Share{Max: 100}, bot.Mentions, b.Decide)
		}
		if err != nil && ctx.Err() == nil {
			d.t.Error(err)
		}
		select {
		case <-d.Wake(0):
		case <-time.After(20 * time.Millisecond):
		case <-ctx.Done():
		}
	}
}

// token makes a token; without scopes it has all.
func (d *desk) token(t tickets.Token) string {
	d.t.Helper()
	if t.Scopes == nil {
		t.Scopes = []string{"tickets:read", "tickets:write", "accounts:read", "quarantine:read"}
	}
	if t.Name == "" {
		t.Name = "hotline"
	}
	secret, err := d.CreateToken(context.Background(), t)
	if err != nil {
		d.t.Fatal(err)
	}
	return secret
}

type object = map[string]any

type answer struct {
	status int
	header http.Header
	text   string
	body   object
}

// call makes a request; body may be a string or anything that marshals, headers are in pairs.
func (d *desk) call(token, method, path string, body any, headers ...string) answer {
	d.t.Helper()
	var reader io.Reader
	switch b := body.(type) {
	case nil:
	case string:
		reader = strings.NewReader(b)
	default:
		text, err := json.Marshal(b)
		if err != nil {
			d.t.Fatal(err)
		}
		reader = bytes.NewReader(text)
	}
	req, err := http.NewRequest(method, d.server.URL+path, reader)
	if err != nil {
		d.t.Fatal(err)
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		d.t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		d.t.Fatal(err)
	}
	a := answer{status: resp.StatusCode, header: resp.Header, text: string(text)}
	if err := json.Unmarshal(text, &a.body); err != nil {
		d.t.Fatalf("%s %s: %d %q: %v", method, path, resp.StatusCode, text, err)
	}
	if resp.StatusCode >= 400 && (resp.Header.Get("Content-Type") != "application/problem+json" || a.body["status"] != float64(resp.StatusCode) || a.body["type"] == "") {
		d.t.Errorf("%s %s: not a problem: %s %s", method, path, resp.Header.Get("Content-Type"), text)
	}
	return a
}

// must is call with the status that it must have.
func (d *desk) must(status int, token, method, path string, body any, headers ...string) answer {
	d.t.Helper()
	a := d.call(token, method, path, body, headers...)
	if a.status != status {
		d.t.Fatalf("%s %s: %d, want %d: %s", method, path, a.status, status, a.text)
	}
	return a
}

func (d *desk) get(path string) object {
	d.t.Helper()
	return d.must(200, d.all, "GET", "/api/v1"+path, nil).body
}

func (d *desk) post(status int, path string, body any, headers ...string) object {
	d.t.Helper()
	return d.must(status, d.all, "POST", "/api/v1"+path, body, headers...).body
}

// reported brings in a report and returns the path of its ticket.
func (d *desk) reported(body object) (object, string) {
	d.t.Helper()
	k := d.post(201, "/reports", body)
	return k, "/tickets/" + k["reference"].(string)
}

func items(v any) []any { l, _ := v.([]any); return l }

func list(v any) []object {
	var all []object
	for _, o := range items(v) {
		all = append(all, o.(object))
	}
	return all
}

func equal(t *testing.T, what string, got, want any) {
	t.Helper()
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

func TestAReportFromTheHotlineIsWorkedThroughTheAPI(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		k, path := d.reported(object{"text": street, "subject": "Lampu", "name": "Sari Rahasia", "phone": "0812-3456-7890", "external_id": "CALL-77"})
		equal(t, "agency", k["agency"], lights)
		equal(t, "state", k["state"], "assigned")
		equal(t, "channel", k["channel"], "sms")
		equal(t, "account", k["account"], "smsc")
		equal(t, "external ids", k["external_ids"], map[string]any{"hotline": "CALL-77"})
		equal(t, "area", k["area"].(object)["name"], "Tebet Timur")
		decision := k["decision"].(object)
		equal(t, "decision", decision["agency"], lights)
		if len(items(decision["reasons"])) == 0 || len(items(decision["top"])) == 0 {
			t.Errorf("decision %v", decision)
		}
		created, err := time.Parse(time.RFC3339, k["created_at"].(string))
		if err != nil || !strings.HasSuffix(k["created_at"].(string), "+07:00") || time.Since(created).Abs() > time.Minute {
			t.Errorf("created at %v: %v", k["created_at"], err)
		}
		if k["due_at"] == nil {
			t.Error("no deadline")
		}

		reply := d.post(202, path+"/replies", object{"text": "Petugas kami datang besok pagi."})
		equal(t, "reply", fmt.Sprint(reply["direction"], reply["state"], reply["text"], reply["channel"]), "outqueuedPetugas kami datang besok pagi.sms")
		note := d.post(201, path+"/notes", object{"text": "Stok lampu habis."})
		equal(t, "note", note["direction"], "note")

		full := d.get(path)
		equal(t, "state", full["state"], "in_progress")
		messages := list(full["messages"])
		var kinds []string
		for _, m := range messages {
			kinds = append(kinds, m["direction"].(string))
		}
		equal(t, "directions, newest first", strings.Join(kinds, " "), "note out out in")
		first := messages[3]
		equal(t, "the citizen's words", first["text"], street)
		equal(t, "the citizen's state", first["state"], "received")
		equal(t, "external id", first["external_id"], "CALL-77")
		if messages[0]["id"] != note["id"] || messages[1]["id"] != reply["id"] {
			t.Errorf("ids of the answers are not the thread's")
		}
		if len(list(full["events"])) < 4 {
			t.Errorf("events %v", full["events"])
		}
		text := d.must(200, d.all, "GET", "/api/v1"+path, nil).text
		for _, private := range []string{"Sari", "62812", "34567890"} {
			if strings.Contains(text, private) {
				t.Errorf("the ticket tells %q: %s", private, text)
			}
		}

		moved := d.post(200, path+"/state", object{"to": "resolved", "text": "Lampu sudah diganti.", "version": full["version"]})
		equal(t, "state", moved["state"], "resolved")
		if moved["resolved_at"] == nil {
			t.Error("no time of resolution")
		}
	})
}

func TestWhoAnswersAReport(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		for _, tt := range []struct {
			body             object
			account, channel string
		}{
			{object{}, "phone", "phone"},
			{object{"channel": "web"}, "web", "web"},
			{object{"email": "Warga@Example.org"}, "mail", "email"},
			{object{"phone": "0811 234 567"}, "smsc", "sms"},
			{object{"phone": "+62811234567", "account": "whatsapp"}, "whatsapp", "whatsapp"},
		} {
			tt.body["text"] = street
			tt.body["point"] = object{"lat": -6.22, "lng": 106.85}
			k, path := d.reported(tt.body)
			equal(t, fmt.Sprint(tt.body), fmt.Sprint(k["account"], " ", k["channel"]), tt.account+" "+tt.channel)
			said := 0
			for _, m := range list(d.get(path)["messages"]) {
				if m["direction"] == "out" {
					said++
				}
			}
			equal(t, "is answered", said > 0, tt.account != "phone" && tt.account != "web")
		}
	})
}

func TestTransferAndMoves(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		k, path := d.reported(object{"text": street})
		equal(t, "channel", k["channel"], "phone")
		equal(t, "moved", d.post(200, path+"/transfer", object{"agency": water, "reason": "Salah alamat."})["agency"], water)
		for _, tt := range []struct {
			name   string
			route  string
			body   object
			status int
			kind   string
		}{
			{"stale", "/state", object{"to": "in_progress", "version": 1}, 409, "stale"},
			{"stale note", "/notes", object{"text": "a", "version": 1}, 409, "stale"},
			{"stale reply", "/replies", object{"text": "a", "version": 1}, 409, "stale"},
			{"stale transfer", "/transfer", object{"agency": lights, "reason": "a", "version": 1}, 409, "stale"},
			{"forbidden", "/state", object{"to": "closed"}, 409, "move"},
			{"no such state", "/state", object{"to": "gone"}, 422, "invalid"},
			{"without text", "/state", object{"to": "resolved"}, 422, "text"},
			{"without reason", "/transfer", object{"agency": lights}, 422, "invalid"},
			{"no such agency", "/transfer", object{"agency": "dki.nowhere", "reason": "a"}, 422, "invalid"},
			{"blank", "/replies", object{"text": " \n "}, 422, "invalid"},
			{"unknown field", "/notes", object{"text": "a", "colour": "red"}, 422, "invalid"},
		} {
			a := d.call(d.all, "POST", "/api/v1"+path+tt.route, tt.body)
			if a.status != tt.status || a.body["type"] != "urn:tanggap:problem:"+tt.kind {
				t.Errorf("%s: %d %s", tt.name, a.status, a.text)
			}
		}
		equal(t, "version after refusals", d.get(path)["agency"], water)
		equal(t, "notes after refusals", len(list(d.get(path)["messages"])), 2)
	})
}

func TestEveryPostHasAnEffectOnce(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		report := object{"text": street, "phone": "+62811234567"}
		k := d.post(201, "/reports", report, "Idempotency-Key", "r")
		path := "/tickets/" + k["reference"].(string)
		again := d.post(201, "/reports", report, "Idempotency-Key", "r")
		equal(t, "reference", again["reference"], k["reference"])
		d.post(422, "/reports", object{"text": "lain"}, "Idempotency-Key", "r")
		nobody := d.post(201, "/reports", object{"text": drainage}, "Idempotency-Key", "n")
		equal(t, "reference of nobody's", d.post(201, "/reports", object{"text": drainage}, "Idempotency-Key", "n")["reference"], nobody["reference"])
		equal(t, "key with another report", d.call(d.all, "POST", "/api/v1/reports", object{"text": street}, "Idempotency-Key", "n").body["type"], "urn:tanggap:problem:key-reused")
		for _, tt := range []struct {
			route         string
			body, another object
			status        int
		}{
			{"/replies", object{"text": "Satu"}, object{"text": "Dua"}, 202},
			{"/notes", object{"text": "Satu"}, object{"text": "Dua"}, 201},
			{"/transfer", object{"agency": water, "reason": "a"}, object{"agency": water, "reason": "b"}, 200},
			{"/state", object{"to": "in_progress", "version": 4}, object{"to": "triage"}, 200},
		} {
			before := d.get(path)["version"]
			if tt.route == "/state" {
				tt.body["version"] = before
			}
			var answers []string
			var mu sync.Mutex
			var wg sync.WaitGroup
			for range 4 {
				wg.Go(func() {
					a := d.call(d.all, "POST", "/api/v1"+path+tt.route, tt.body, "Idempotency-Key", "k"+tt.route)
					mu.Lock()
					defer mu.Unlock()
					if a.status == tt.status {
						answers = append(answers, fmt.Sprint(a.body["id"], a.body["version"]))
					} else if a.status != 409 {
						t.Errorf("%s: %d %s", tt.route, a.status, a.text)
					}
				})
			}
			wg.Wait()
			last := d.must(tt.status, d.all, "POST", "/api/v1"+path+tt.route, tt.body, "Idempotency-Key", "k"+tt.route)
			answers = append(answers, fmt.Sprint(last.body["id"], last.body["version"]))
			if slices.Sort(answers); len(slices.Compact(answers)) != 1 {
				t.Errorf("%s: different answers %v", tt.route, answers)
			}
			equal(t, tt.route+" versions", d.get(path)["version"], before.(float64)+1)
			a := d.call(d.all, "POST", "/api/v1"+path+tt.route, tt.another, "Idempotency-Key", "k"+tt.route)
			if a.status != 422 || a.body["type"] != "urn:tanggap:problem:key-reused" {
				t.Errorf("%s with another request: %d %s", tt.route, a.status, a.text)
			}
			// Another token's keys are its own.
			other := d.token(tickets.Token{Agency: "*", Name: "other" + tt.route})
			if a := d.call(other, "POST", "/api/v1"+path+"/notes", object{"text": "x"}, "Idempotency-Key", "k"+tt.route); a.status != 201 {
				t.Errorf("the key of another token: %d", a.status)
			}
		}
	})
}

func TestTokens(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		expired := d.token(tickets.Token{Agency: "*", Name: "old", ExpiresAt: time.Now().Add(-time.Minute)})
		revoked := d.token(tickets.Token{Agency: "*", Name: "gone"})
		if err := d.RevokeToken(t.Context(), "gone"); err != nil {
			t.Fatal(err)
		}
		for name, header := range map[string]string{
			"none": "", "empty": "Bearer ", "unknown": "Bearer tgp_x", "basic": "Basic " + d.all, "expired": "Bearer " + expired, "revoked": "Bearer " + revoked,
		} {
			a := d.call("", "GET", "/api/v1/tickets", nil, "Authorization", header)
			if a.status != 401 || a.header.Get("WWW-Authenticate") == "" {
				t.Errorf("%s: %d %s", name, a.status, a.text)
			}
		}
		_, path := d.reported(object{"text": street})
		routes := map[string][]string{
			"tickets:read":    {"GET /tickets", "GET " + path},
			"tickets:write":   {"POST /reports", "POST " + path + "/replies", "POST " + path + "/notes", "POST " + path + "/transfer", "POST " + path + "/state"},
			"accounts:read":   {"GET /accounts"},
			"quarantine:read": {"GET /quarantine"},
		}
		for scope := range routes {
			token := d.token(tickets.Token{Agency: "*", Name: scope, Scopes: []string{scope}})
			for needs, all := range routes {
				for _, route := range all {
					method, p, _ := strings.Cut(route, " ")
					var body any
					if method == "POST" {
						body = object{}
					}
					a := d.call(token, method, "/api/v1"+p, body)
					if (a.status == 403) != (needs != scope) || a.status == 401 {
						t.Errorf("%s with %s: %d", route, scope, a.status)
					}
				}
			}
		}
	})
}

// TestWalls asks every route about a ticket of a foreign agency: it is not there.
func TestWalls(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		k, path := d.reported(object{"text": street, "phone": "+62811234567"})
		sealed, sealedPath := d.reported(object{"text": bribe, "phone": "+62811234568"})
		equal(t, "agency", k["agency"], lights)
		equal(t, "sealed", sealed["sealed"], true)
		bodies := map[string]object{
			"/replies": {"text": "Satu"}, "/notes": {"text": "Satu"}, "/transfer": {"agency": water, "reason": "a"}, "/state": {"to": "in_progress"},
		}
		for agency, sees := range map[string][2]bool{
			lights: {true, false}, water: {false, false}, root: {true, true}, "dki.gone": {false, false}, "": {false, false}, sealed["agency"].(string): {sealed["agency"] == root, true},
			"dki.dukcapil": {false, false},
		} {
			token := d.token(tickets.Token{Agency: agency, Name: "t" + agency})
			for i, p := range []string{path, sealedPath} {
				want := 404
				if sees[i] {
					want = 200
				}
				if a := d.call(token, "GET", "/api/v1"+p, nil); a.status != want {
					t.Errorf("%s reads %s: %d, want %d", agency, p, a.status, want)
				}
				listed := 0
				for _, q := range []string{"", "?q=" + strings.TrimPrefix(p, "/tickets/"), "?agency=" + fmt.Sprint([]object{k, sealed}[i]["agency"])} {
					for _, found := range list(d.must(200, token, "GET", "/api/v1/tickets"+q, nil).body["tickets"]) {
						if "/tickets/"+found["reference"].(string) == p {
							listed++
						}
					}
				}
				if (listed > 0) != sees[i] || (sees[i] && listed != 3) {
					t.Errorf("%s finds %s in %d lists", agency, p, listed)
				}
				if sees[i] {
					continue
				}
				for route, body := range bodies {
					foreign, nowhere := d.call(token, "POST", "/api/v1"+p+route, body), d.call(token, "POST", "/api/v1/tickets/1234567890"+route, body)
					if foreign.status != 404 || foreign.text != nowhere.text {
						t.Errorf("%s on %s%s: %d %s", agency, p, route, foreign.status, foreign.text)
					}
				}
			}
		}
		equal(t, "version", d.get(path)["version"], k["version"])

		// A sealed ticket does not leave, and what is passed on is out of sight.
		a := d.call(d.all, "POST", "/api/v1"+sealedPath+"/transfer", object{"agency": "dki.dukcapil", "reason": "a"})
		if a.status != 409 || a.body["type"] != "urn:tanggap:problem:sealed" {
			t.Errorf("transfer of a sealed ticket: %d %s", a.status, a.text)
		}
		own := d.token(tickets.Token{Agency: lights, Name: "own"})
		for range 2 {
			gone := d.call(own, "POST", "/api/v1"+path+"/transfer", object{"agency": water, "reason": "a"}, "Idempotency-Key", "t")
			if gone.status == 404 {
				break
			}
			equal(t, "agency", gone.body["agency"], water)
			if gone.body["subject"] != "" || gone.body["decision"] != nil {
				t.Errorf("tells of a ticket that is gone: %s", gone.text)
			}
		}
		d.must(404, own, "GET", "/api/v1"+path, nil)
	})
}

func TestListPagesAndFilters(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		var all []string
		for i := range 5 {
			k, _ := d.reported(object{"text": fmt.Sprintf("%s nomor unik%d", street, i), "email": fmt.Sprintf("warga%d@example.org", i)})
			all = append(all, k["reference"].(string))
		}
		other, _ := d.reported(object{"text": drainage, "channel": "web"})
		slices.Reverse(all)
		refs := func(query string) (found []string, next any) {
			body := d.get("/tickets" + query)
			for _, k := range list(body["tickets"]) {
				found = append(found, k["reference"].(string))
			}
			return found, body["next"]
		}
		var walked []string
		query := "?channel=email&limit=2"
		for pages := 0; ; pages++ {
			page, next := refs(query)
			walked = append(walked, page...)
			if next == nil {
				equal(t, "pages", pages, 2)
				break
			}
			query = "?channel=email&limit=2&after=" + next.(string)
		}
		equal(t, "walked", walked, all)
		for query, want := range map[string][]string{
			"?channel=web": {other["reference"].(string)}, "?channel=telegram": nil, "?q=unik3": {all[1]}, "?q=" + all[2]: {all[2]},
			"?state=assigned&channel=email": all, "?state=closed,rejected": nil, "?since=2099-01-01T00:00:00Z": nil,
			"?since=2026-01-01T00:00:00%2B07:00&channel=email": all, "?agency=" + lights + "&channel=email": all, "?agency=dki.nowhere": nil,
		} {
			found, _ := refs(query)
			equal(t, query, found, want)
		}
		for _, query := range []string{"?state=odd", "?limit=0", "?limit=201", "?after=%21", "?since=yesterday", "?colour=red"} {
			if a := d.call(d.all, "GET", "/api/v1/tickets"+query, nil); a.status != 422 {
				t.Errorf("%s: %d", query, a.status)
			}
		}
	})
}

func TestBadRequests(t *testing.T) {
	d := start(t, dbtest.New(t, dbtest.SQLite))
	secret := "rahasia-tetangga"
	for _, tt := range []struct {
		name   string
		body   any
		status int
	}{
		{"no JSON", "{" + secret, 400},
		{"no object", `"` + secret + `"`, 422},
		{"empty", object{}, 422},
		{"blank", object{"text": "\t "}, 422},
		{"unknown field", object{"text": "a", "note": secret}, 422},
		{"wrong type", object{"text": []string{secret}}, 422},
		{"wrong channel", object{"text": "a", "channel": secret}, 422},
		{"no number", object{"text": "a", "phone": secret}, 422},
		{"no mail", object{"text": "a", "email": secret}, 422},
		{"both", object{"text": "a", "phone": "+6281123456", "email": "a@example.org"}, 422},
		{"no account", object{"text": "a", "phone": "+6281123456", "account": secret}, 422},
		{"wrong account", object{"text": "a", "phone": "+6281123456", "account": "mail"}, 422},
		{"account without address", object{"text": "a", "account": "smsc"}, 422},
		{"off the earth", object{"text": "a", "point": object{"lat": 91, "lng": 0}}, 422},
		{"too long", object{"text": strings.Repeat("a", 20001)}, 422},
		{"huge", object{"text": strings.Repeat("a", 1<<20)}, 413},
	} {
		a := d.call(d.all, "POST", "/api/v1/reports", tt.body)
		if a.status != tt.status {
			t.Errorf("%s: %d %s", tt.name, a.status, a.text)
		}
		if strings.Contains(a.text, secret) {
			t.Errorf("%s: echoes what was sent: %s", tt.name, a.text)
		}
	}
	for _, path := range []string{"/api/v1/", "/api/v1/nothing", "/api/v1/tickets/12", "/api/v1/tickets/4821773052"} {
		if a := d.call(d.all, "GET", path, nil); a.status != 404 {
			t.Errorf("%s: %d", path, a.status)
		}
	}
	equal(t, "tickets", len(list(d.get("/tickets")["tickets"])), 0)
	if strings.Contains(d.log.String(), secret) {
		t.Errorf("logged: %s", d.log)
	}
}

func TestOperators(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		ctx := context.Background()
		raw := []byte("\xff\xfe binary of +62811999")
		inbox := bot.NewInbox(d.Store)
		if err := inbox.Accept(ctx, channels.Inbound{Account: "bot", Kind: channels.Unknown, EventID: "811999:1", From: channels.Address{Kind: channels.TelegramID, Value: "811999"}, Raw: raw}); err != nil {
			t.Fatal(err)
		}
		d.reported(object{"text": street, "phone": "+62811234567"})
		if err := d.SetAccount(ctx, "bot", "suspended", "token revoked"); err != nil {
			t.Fatal(err)
		}
		found := list(d.get("/quarantine")["quarantine"]) // the report came later, and is processed
		if len(found) != 1 || found[0]["account"] != "bot" || found[0]["size"] != float64(len(raw)) || found[0]["reason"] == "" {
			t.Errorf("quarantine %v", found)
		}
		if strings.Contains(fmt.Sprint(found), "811999") {
			t.Errorf("the quarantine tells an address: %v", found)
		}
		dinas := d.token(tickets.Token{Agency: lights, Name: "dinas"})
		d.must(403, dinas, "GET", "/api/v1/quarantine", nil)
		d.must(200, d.token(tickets.Token{Agency: root, Name: "desk"}), "GET", "/api/v1/quarantine", nil)

		accounts := map[string]object{}
		for _, a := range list(d.get("/accounts")["accounts"]) {
			accounts[a["name"].(string)] = a
		}
		equal(t, "accounts", len(accounts), 4)
		equal(t, "bot", fmt.Sprint(accounts["bot"]["state"], accounts["bot"]["last_error"], accounts["bot"]["channel"]), "suspendedtoken revokedtelegram")
		equal(t, "smsc", fmt.Sprint(accounts["smsc"]["state"], accounts["smsc"]["queue_length"]), "working1")
		equal(t, "mail", fmt.Sprint(accounts["mail"]["state"], accounts["mail"]["last_inbound_at"]), "working<nil>")
		if accounts["bot"]["last_inbound_at"] == nil || accounts["bot"]["last_error_at"] == nil {
			t.Errorf("bot %v", accounts["bot"])
		}
	})
}

func TestDescription(t *testing.T) {
	d := start(t, dbtest.New(t, dbtest.SQLite))
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			a := d.must(200, "", "GET", "/api/v1/openapi.json", nil)
			paths := a.body["paths"].(object)
			for _, p := range []string{
				"/reports", "/tickets", "/tickets/{reference}", "/tickets/{reference}/replies", "/tickets/{reference}/notes",
				"/tickets/{reference}/transfer", "/tickets/{reference}/state", "/accounts", "/quarantine",
			} {
				if paths["/api/v1"+p] == nil {
					t.Errorf("%s is not described", p)
				}
			}
			move := paths["/api/v1/tickets/{reference}/state"].(object)["post"].(object)
			if !strings.Contains(fmt.Sprint(move["parameters"]), "Idempotency-Key") || !strings.Contains(fmt.Sprint(move["security"]), "tickets:write") {
				t.Errorf("move is described as %v", move)
			}
		})
	}
	wg.Wait()
	if strings.Contains(d.must(404, "", "GET", "/api/v1/docs", nil).text, "<html") {
		t.Error("a page of documentation")
	}
}
