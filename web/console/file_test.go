package console

import (
	"bytes"
	"context"
	"errors"
	"image/jpeg"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"tanggap/tickets"
)

// kept is a folder of files by name.
type kept map[string][]byte

func (k kept) open(name string) (io.ReadCloser, error) {
	b, ok := k[name]
	if !ok {
		return nil, errors.New("not there")
	}
	return io.NopCloser(bytes.NewReader(b)), nil
}

func TestFilesAreShownDrawnAnewOrGivenAsDownloads(t *testing.T) {
	var photo bytes.Buffer
	if err := jpeg.Encode(&photo, flag(1200, 600), nil); err != nil {
		t.Fatal(err)
	}
	page := []byte("<html><script>alert(1)</script>")
	f := newFiles(kept{"photo": withExif(t, photo.Bytes(), 1), "page": page}.open)
	for name, tt := range map[string]struct {
		file         tickets.Attachment
		longest      int
		download     bool
		status       int
		kind, placed string
	}{
		"a photo":               {tickets.Attachment{State: "stored", Type: "image/jpeg", SHA256: "photo"}, thumbnail, false, 0, "image/jpeg", "inline"},
		"its download":          {tickets.Attachment{State: "stored", Type: "image/jpeg", SHA256: "photo", Name: "a.jpg"}, 0, true, 0, "application/octet-stream", "attachment; filename=a.jpg"},
		"a page":                {tickets.Attachment{State: "stored", Type: "text/html", SHA256: "page", Name: `..\x/"evil".html`}, thumbnail, false, 0, "application/octet-stream", "attachment; filename=_evil_.html"},
		"a page said a picture": {tickets.Attachment{State: "stored", Type: "image/png", SHA256: "page", Name: "p.png"}, thumbnail, false, 0, "application/octet-stream", "attachment; filename=p.png"},
		"a drawing":             {tickets.Attachment{State: "stored", Type: "image/svg+xml", SHA256: "page", Name: ""}, thumbnail, false, 0, "application/octet-stream", "attachment; filename=berkas"},
		"one that is to come":   {tickets.Attachment{State: "pending", SHA256: ""}, thumbnail, false, http.StatusNotFound, "", ""},
		"one that is gone":      {tickets.Attachment{State: "gone", SHA256: "photo"}, thumbnail, false, http.StatusNotFound, "", ""},
		"one that is lost":      {tickets.Attachment{State: "stored", Type: "image/png", SHA256: "lost"}, thumbnail, false, http.StatusServiceUnavailable, "", ""},
	} {
		w := httptest.NewRecorder()
		status := f.write(w, httptest.NewRequest("GET", "/", nil), &tt.file, tt.longest, tt.download)
		h := w.Header()
		if status != tt.status || h.Get("Content-Disposition") != tt.placed || h.Get("Content-Type") != tt.kind {
			t.Errorf("%s: %d, %q, %q", name, status, h.Get("Content-Disposition"), h.Get("Content-Type"))
		}
		if status == 0 && (h.Get("X-Content-Type-Options") != "nosniff" || !strings.Contains(h.Get("Content-Security-Policy"), "sandbox") || w.Body.Len() == 0) {
			t.Errorf("%s: %v", name, h)
		}
		if tt.kind == "image/jpeg" && strings.Contains(w.Body.String(), "RAHASIA") {
			t.Errorf("%s holds what the camera said", name)
		}
		if strings.Contains(tt.kind, "octet") && tt.file.SHA256 == "page" && !bytes.Equal(w.Body.Bytes(), page) {
			t.Errorf("%s is not whole", name)
		}
	}
}

func TestDrawingWaitsForItsTurnAndNoLonger(t *testing.T) {
	f := newFiles(kept{"p": []byte("x")}.open)
	f.turn <- struct{}{}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	w := httptest.NewRecorder()
	r := httptest.NewRequestWithContext(ctx, "GET", "/", nil)
	if status := f.write(w, r, &tickets.Attachment{State: "stored", Type: "image/png", SHA256: "p"}, thumbnail, false); status != http.StatusServiceUnavailable {
		t.Errorf("status %d", status)
	}
}
