package console

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"strconv"

	"tanggap/tickets"
)

// mails is where the mails behind messages are kept: originals.Store.
type mails interface {
	Of(ctx context.Context, ticket int64) (map[int64]bool, error)
	Raw(ctx context.Context, ticket, message int64) ([]byte, error)
}

// mailSide is the longest side of a picture in a mail, in pixels.
const mailSide = 1600

// drawn makes a picture of a mail anew.
func (f *files) drawn(ctx context.Context, file []byte) (kind string, data []byte) {
	p, _ := f.draw(ctx, bytes.NewReader(file), mailSide)
	return p.kind, p.data
}

// showOriginal is a message as the mail that it was: a page for a frame, or with ?as=file a file. A mail tells in every
// line who wrote it, so it is there for those to whom that is open, and for nobody else.
func (c *console) showOriginal(v *visit, t *tickets.Ticket) {
	until, err := c.Staff.Opened(v.r.Context(), t.ID, v.who.Login)
	if c.failed(v, err) {
		return
	}
	if until.IsZero() {
		c.UI.Fail(v.w, v.r, http.StatusForbidden)
		return
	}
	message, err := strconv.ParseInt(v.r.PathValue("message"), 10, 64)
	if err != nil {
		c.UI.Fail(v.w, v.r, http.StatusNotFound)
		return
	}
	raw, err := c.Mails.Raw(v.r.Context(), t.ID, message)
	if errors.Is(err, tickets.ErrNotFound) {
		c.UI.Fail(v.w, v.r, http.StatusNotFound)
		return
	}
	if c.failed(v, err) {
		return
	}
	if v.r.URL.Query().Get("as") == "file" {
		c.original.Save(v.w, raw, t.Reference.String()+".eml")
		return
	}
	if !c.original.Show(v.w, v.r, raw) {
		c.UI.Fail(v.w, v.r, http.StatusServiceUnavailable)
	}
}

// originals gives the lines that came as mails the way to those.
func (c *console) originals(v *visit, t *tickets.Ticket, p *ticketPage) error {
	of, err := c.Mails.Of(v.r.Context(), t.ID)
	if err != nil || len(of) == 0 {
		return err
	}
	for i := range p.Lines {
		id, err := strconv.ParseInt(p.Lines[i].ID, 10, 64)
		if err != nil || !of[id] {
			continue
		}
		if p.Lines[i].Mail = true; p.Opened != nil {
			p.Lines[i].Original = ticketPath(t) + "/mail/" + p.Lines[i].ID
		}
	}
	return nil
}
