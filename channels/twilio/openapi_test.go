package twilio_test

import (
	"bytes"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers/gorillamux"

	"tanggap/channels/twilio"
	"tanggap/internal/sim"
)

// TestCallsMeetTwiliosSpecification holds every call that the adapter makes, and every answer that the
// simulation gives, against Twilio's own OpenAPI document (make corpora).
func TestCallsMeetTwiliosSpecification(t *testing.T) {
	data := os.Getenv("TANGGAP_DATA")
	if data == "" {
		t.Skip("TANGGAP_DATA names no folder of corpora")
	}
	doc, err := openapi3.NewLoader().LoadFromFile(filepath.Join(data, "twilio", "twilio_api_v2010.json"))
	if err != nil {
		t.Fatal(err)
	}
	doc.Servers = nil
	for _, item := range doc.Paths.Map() {
		item.Servers = nil
	}
	router, err := gorillamux.NewRouter(doc)
	if err != nil {
		t.Fatal(err)
	}
	platform := sim.NewTwilio(sim.TwilioOptions{AccountSID: account, AuthToken: token, Number: number, Webhook: public})
	defer platform.Close()
	calls := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		calls++
		body, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		route, path, err := router.FindRoute(r)
		if err != nil {
			t.Errorf("%s %s: %v", r.Method, r.URL.Path, err)
			return
		}
		in := &openapi3filter.RequestValidationInput{Request: r, PathParams: path, Route: route, Options: &openapi3filter.Options{
			AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, MultiError: true,
		}}
		if err := openapi3filter.ValidateRequest(t.Context(), in); err != nil {
			t.Errorf("%s %s: %v", r.Method, r.URL.Path, err)
		}
		for key := range r.URL.Query() {
			if route.Operation.Parameters.GetByInAndName("query", key) == nil {
				t.Errorf("%s %s: no parameter %s", r.Method, r.URL.Path, key)
			}
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		rec := httptest.NewRecorder()
		platform.ServeHTTP(rec, r)
		answer := &openapi3filter.ResponseValidationInput{RequestValidationInput: in, Status: rec.Code, Header: rec.Header(), Body: io.NopCloser(bytes.NewReader(rec.Body.Bytes()))}
		if err := openapi3filter.ValidateResponse(t.Context(), answer); err != nil {
			t.Errorf("the answer to %s %s: %v", r.Method, r.URL.Path, err)
		}
		for k, v := range rec.Header() {
			w.Header()[k] = v
		}
		w.WriteHeader(rec.Code)
		w.Write(rec.Body.Bytes())
	}))
	defer server.Close()
	a, err := twilio.New("twilio", twilio.Config{AccountSID: account, AuthToken: token, From: number, APIURL: server.URL, PublicURL: public}, server.Client(), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.Check(t.Context()); err != nil {
		t.Error(err)
	}
	if _, err := a.Send(t.Context(), out); err != nil {
		t.Error(err)
	}
	if _, found, err := a.Find(t.Context(), out, time.Now().Add(-time.Minute)); err != nil || !found {
		t.Error(found, err)
	}
	if calls != 3 {
		t.Errorf("%d calls", calls)
	}
}
