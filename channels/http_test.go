package channels_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"tanggap/channels"
)

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 3, 17, 3, 0, 0, 0, time.UTC)
	for value, want := range map[string]time.Duration{
		"": 0, "7": 7 * time.Second, "-3": 0, "soon": 0,
		"Tue, 17 Mar 2026 03:00:30 GMT": 30 * time.Second,
		"Tue, 17 Mar 2026 02:00:00 GMT": 0,
	} {
		if got := channels.RetryAfter(http.Header{"Retry-After": {value}}, now); got != want {
			t.Errorf("Retry-After %q: %v, want %v", value, got, want)
		}
	}
}

func TestDeparture(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	get := func() *channels.Departure {
		var d channels.Departure
		req, err := http.NewRequestWithContext(d.Watch(t.Context()), http.MethodGet, server.URL, nil)
		if err != nil {
			t.Fatal(err)
		}
		if resp, err := server.Client().Do(req); err == nil {
			resp.Body.Close()
		}
		return &d
	}
	if !get().Left() {
		t.Error("an answered request has not left")
	}
	server.Close()
	if get().Left() {
		t.Error("a request has left for a closed port")
	}
}
