package app

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"tanggap/internal/dbtest"
)

// slowly hands a body on in as many pieces as it has bytes, one for each tick.
type slowly struct {
	io.Reader
	tick <-chan time.Time
}

func (s slowly) Read(b []byte) (int, error) {
	<-s.tick
	return s.Reader.Read(b)
}

// A citizen's pictures may take their time over a bad connection, which other calls may not.
func TestReportMayArriveSlowly(t *testing.T) {
	c := settings(t, dbtest.New(t, dbtest.SQLite))
	const short = 200 * time.Millisecond
	a, _ := start(t, c, Options{Request: short})
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	for _, field := range [][2]string{{"form", strings.Repeat("A", 26)}, {"text", "lampu jalan mati di Tebet Timur"}} {
		if err := m.WriteField(field[0], field[1]); err != nil {
			t.Fatal(err)
		}
	}
	if err := m.Close(); err != nil {
		t.Fatal(err)
	}
	tick := time.NewTicker(3 * short / time.Duration(body.Len()))
	defer tick.Stop()
	r, err := http.NewRequest(http.MethodPost, "http://"+a.Addr()+"/report", slowly{iotest.OneByteReader(&body), tick.C})
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", m.FormDataContentType())
	began := time.Now()
	res, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if took := time.Since(began); res.StatusCode != http.StatusSeeOther || took < short {
		t.Errorf("%d after %v", res.StatusCode, took)
	}
}
