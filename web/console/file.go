package console

import (
	"context"
	"io"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"
	"time"
	"unicode"

	"tanggap/tickets"
)

const (
	mostBytes = 25 << 20 // of a picture, as the files that citizens send are bounded
	// turnTime is how long a call waits for its turn at drawing: one picture at a time is in memory.
	turnTime = 10 * time.Second
)

// files serves what citizens attached. Nothing of theirs is shown as they made it: a picture is drawn
// anew, and everything else is a download without a type. It is safe for concurrent use.
type files struct {
	open func(sha256 string) (io.ReadCloser, error)
	turn chan struct{}
}

func newFiles(open func(string) (io.ReadCloser, error)) *files {
	return &files{open: open, turn: make(chan struct{}, 1)}
}

// isPicture reports whether a stored file may be one that redraw shows.
func isPicture(f *tickets.Attachment) bool {
	switch f.Type {
	case "image/jpeg", "image/png", "image/gif", "image/webp":
		return f.State == "stored" && f.Size <= mostBytes
	}
	return false
}

// write answers with the file of a ticket that the caller may see: a picture drawn anew, at most longest
// pixels wide and high (0: as large as it is), or a download, always that where download is set. It
// returns 0, or the status of the page to answer with where there is nothing to give.
func (f *files) write(w http.ResponseWriter, r *http.Request, a *tickets.Attachment, longest int, download bool) int {
	if a.State != "stored" {
		return http.StatusNotFound
	}
	from, err := f.open(a.SHA256)
	if err != nil {
		return http.StatusServiceUnavailable
	}
	defer from.Close()
	h := w.Header()
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("Cache-Control", "private, max-age=300")
	if !download && isPicture(a) {
		if p, status := f.draw(r.Context(), from, longest); status != 0 {
			return status
		} else if p.data != nil {
			h.Set("Content-Type", p.kind)
			h.Set("Content-Disposition", "inline")
			h.Set("Content-Length", strconv.Itoa(len(p.data)))
			w.Write(p.data)
			return 0
		}
		// It is none that we draw. What was read of it is read again from its beginning.
		again, err := f.open(a.SHA256)
		if err != nil {
			return http.StatusServiceUnavailable
		}
		defer again.Close()
		from = again
	}
	h.Set("Content-Type", "application/octet-stream")
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": safeName(a.Name)}))
	io.Copy(w, from) // the answer has begun: who hung up is told nothing
	return 0
}

// draw waits for its turn and draws; no data where it is no picture that we show.
func (f *files) draw(ctx context.Context, from io.Reader, longest int) (picture, int) {
	bounded, cancel := context.WithTimeout(ctx, turnTime)
	defer cancel()
	select {
	case f.turn <- struct{}{}:
		defer func() { <-f.turn }()
	case <-bounded.Done():
		return picture{}, http.StatusServiceUnavailable
	}
	file, err := io.ReadAll(io.LimitReader(from, mostBytes+1))
	if err != nil {
		return picture{}, http.StatusServiceUnavailable
	}
	p, err := redraw(file, longest)
	if err != nil {
		return picture{}, 0
	}
	return p, 0
}

// safeName is a name that no system takes for a path, a command or a page: letters, digits, and few signs.
func safeName(name string) string {
	name = path.Base(strings.ReplaceAll(name, `\`, "/"))
	var b strings.Builder
	for _, c := range name {
		switch {
		case b.Len() > 80:
		case unicode.IsLetter(c), unicode.IsDigit(c), strings.ContainsRune("-_. ", c):
			b.WriteRune(c)
		default:
			b.WriteByte('_')
		}
	}
	if name = strings.Trim(b.String(), ". "); name == "" {
		return "berkas"
	}
	return name
}
