package app

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"tanggap/channels"
	"tanggap/internal/dbtest"
)

func get(t *testing.T, url string) string {
	t.Helper()
	res, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestMetrics scrapes a city to which a citizen wrote.
func TestMetrics(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		c := settings(t, url)
		a, stop := start(t, c, Options{})
		err := a.inbox.Accept(t.Context(), channels.Inbound{
			Account: "sms", Kind: channels.Message, EventID: "SM1", MessageID: "SM1", From: channels.Address{Kind: channels.Tel, Value: "+628120000001"},
			Text: "Lampu jalan mati di depan SDN 01 Tebet Timur", Raw: []byte("x"), RawType: "text/plain",
		})
		if err != nil {
			t.Fatal(err)
		}
		admin := "http://" + a.admin.Addr().String()
		var text string
		for end := time.Now().Add(30 * time.Second); !strings.Contains(text, "tanggap_decide_seconds_count 1\n"); {
			if text = get(t, admin+"/metrics"); time.Now().After(end) {
				t.Fatalf("nothing was decided:\n%s", text)
			}
		}
		for _, want := range []string{
			`tanggap_outbox_waiting{account="bot"} 0`, `tanggap_outbox_oldest_seconds{account="sms"} `, `tanggap_account_working{account="bot"} 1`, `tanggap_answers_held{account="bot"} 0`,
			"tanggap_decide_seconds_count 1", "tanggap_inbox_waiting ", "tanggap_store_up 1", "tanggap_accept_seconds_count",
			`tanggap_tickets_late{kind="complaint"} 0`, `tanggap_tickets_late{kind="misconduct"} 0`, "tanggap_tickets_late_oldest_seconds 0",
			`tanggap_account_last_inbound_timestamp_seconds{account="sms"} `,
		} {
			if !strings.Contains(text, want) {
				t.Errorf("the scrape has no %s", want)
			}
		}
		if strings.Contains(text, "628120000001") {
			t.Error("the scrape tells a number")
		}
		var details map[string]string
		if err := json.Unmarshal([]byte(get(t, admin+"/readyz")), &details); err != nil || details["account bot"] != "working" || !strings.HasSuffix(details["inbox"], " waiting") {
			t.Errorf("%v %v", details, err)
		}
		if public := get(t, "http://"+a.Addr()+"/readyz"); public != "ready\n" {
			t.Errorf("the public side tells %q", public)
		}
		stop()
	})
}
