package kannel_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"tanggap/internal/kannel"
)

// service hands messages on to server.
func service(server *httptest.Server) string {
	return "group = sms-service\nkeyword = default\ncatch-all = true\nomit-empty = true\nmax-messages = 0\n" +
		`get-url = "` + server.URL + `/?from=%p&to=%P&text=%b&charset=%C"` + "\n"
}

func TestBothWays(t *testing.T) {
	arrived := make(chan url.Values, 10)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { arrived <- r.URL.Query() }))
	defer server.Close()
	k := kannel.Start(t, kannel.Options{Service: service(server)})
	for _, text := range []string{"lampu mati", "baris satu\nbaris dua", "banjir 😀"} {
		if err := k.Write("+6281255501000", "1708", text); err != nil {
			t.Fatal(err)
		}
	}
	for range 3 {
		select {
		case q := <-arrived:
			if q.Get("from") != "+6281255501000" || q.Get("to") != "1708" || q.Get("text") == "" {
				t.Errorf("arrived: %v", q)
			}
		case <-time.After(2 * time.Minute):
			t.Fatal("nothing arrived")
		}
	}
	for _, c := range []struct{ coding, text string }{
		{"0", "satu"}, {"0", "dua\nbaris"}, {"2", "tiga 😀"}, {"0", strings.Repeat("panjang ", 60)}, {"2", strings.Repeat("洪水 a", 60)},
	} {
		resp, err := http.Get(k.SendURL() + "?" + url.Values{
			"username": {kannel.Username}, "password": {kannel.Password}, "from": {"1708"}, "to": {"+6281255501000"},
			"charset": {"UTF-8"}, "coding": {c.coding}, "text": {c.text},
		}.Encode())
		if err != nil || resp.StatusCode != http.StatusAccepted {
			t.Fatalf("sendsms: %v, %v", resp, err)
		}
		resp.Body.Close()
	}
	phones, err := k.Phones(t.Context(), 5)
	if err != nil {
		t.Fatalf("%v: %v", err, phones)
	}
	want := []kannel.SMS{
		{From: "1708", To: "+6281255501000", Text: "satu", Parts: 1},
		{From: "1708", To: "+6281255501000", Text: "dua\nbaris", Parts: 1},
		{From: "1708", To: "+6281255501000", Text: "tiga 😀", Parts: 1, UCS2: true},
		{From: "1708", To: "+6281255501000", Text: strings.Repeat("panjang ", 60), Parts: 4},
		{From: "1708", To: "+6281255501000", Text: strings.Repeat("洪水 a", 60), Parts: 4, UCS2: true},
	}
	for i, w := range want {
		if phones[i] != w {
			t.Errorf("message %d: %+v, want %+v", i, phones[i], w)
		}
	}
}
