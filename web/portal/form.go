package portal

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"path"
	"strings"

	"tanggap/channels"
)

const (
	mostText  = 10_000   // characters of a report or message
	mostField = 64 << 10 // bytes of one field
	mostFiles = 5        // pictures of a report
	mostFile  = 10 << 20 // bytes of one
	mostBody  = 26 << 20 // of all, with the form around them
	mostLabel = 200      // characters of the place, the pin and the address
	formSize  = 26       // of the id of a form, crypto/rand.Text
)

// faults are what can be wrong with a form: the family "fault".
var faults = []string{"text", "empty", "long", "pin", "both", "mail", "phone", "address", "files", "many", "large", "kind", "body", "trap", "slow", "sent", "other", "busy"}

// filled is a report as it was filled in.
type filled struct {
	Form, Text, Place, Pin, Mail, Phone string
	trap                                string // a field that people do not see
	files                               []channels.Media
	taken                               *channels.Point // where the first picture that says so was taken
	lost                                int             // files that could not be stored
	faults                              []string
}

func (f *filled) fault(name string) { f.faults = append(f.faults, name) }

// read takes a report's form apart, field by field, so that what was typed is there however the rest
// fails. keep stores a file; nil leaves files unread.
func (f *filled) read(w http.ResponseWriter, r *http.Request, keep func(io.Reader, int64) (Stored, error)) {
	r.Body = http.MaxBytesReader(w, r.Body, mostBody)
	if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind != "multipart/form-data" {
		r.Body = http.MaxBytesReader(w, r.Body, 4*mostField)
		if err := r.ParseForm(); err != nil {
			f.broken(err)
		}
		for name, to := range f.fields() {
			*to = r.PostForm.Get(name)
		}
		return
	}
	parts, err := r.MultipartReader()
	if err != nil {
		f.fault("body")
		return
	}
	for n := 0; ; n++ {
		part, err := parts.NextPart()
		if err == io.EOF {
			return
		}
		if err == nil {
			err = f.part(part, keep)
		}
		switch {
		case errors.Is(err, errEnough):
			return
		case err != nil || n > 4*mostFiles:
			f.broken(err)
			return
		}
	}
}

// errEnough says that the rest of a form is not worth reading.
var errEnough = errors.New("enough")

func (f *filled) part(part *multipart.Part, keep func(io.Reader, int64) (Stored, error)) error {
	if part.FileName() != "" {
		if keep == nil || f.trap != "" || strings.TrimSpace(f.Text) == "" {
			return errEnough // the form is shown again, and browsers make people choose files anew
		}
		return f.file(part, keep)
	}
	to, ok := f.fields()[part.FormName()]
	if !ok {
		return nil
	}
	text, err := io.ReadAll(io.LimitReader(part, mostField))
	*to = string(text)
	return err
}

func (f *filled) fields() map[string]*string {
	return map[string]*string{"form": &f.Form, "text": &f.Text, "place": &f.Place, "pin": &f.Pin, "mail": &f.Mail, "phone": &f.Phone, "website": &f.trap}
}

// file keeps one picture. What cannot be stored is missed by the report, and does not hold it up.
func (f *filled) file(part *multipart.Part, keep func(io.Reader, int64) (Stored, error)) error {
	if len(f.files)+f.lost >= mostFiles {
		f.fault("many")
		return errEnough
	}
	head := make([]byte, 512)
	n, err := io.ReadFull(part, head)
	switch {
	case err == io.EOF:
		return nil // a field left empty
	case err != nil && !errors.Is(err, io.ErrUnexpectedEOF):
		return err
	}
	if head = head[:n]; !picture(head) {
		f.fault("kind")
		return nil
	}
	body := &counting{Reader: io.MultiReader(bytes.NewReader(head), part)}
	stored, err := keep(body, mostFile)
	switch {
	case body.err != nil:
		return body.err // the caller's, not the disk's
	case body.n > mostFile:
		f.fault("large")
	case err != nil:
		f.lost++
	default:
		if f.taken == nil {
			f.taken = stored.Taken
		}
		f.files = append(f.files, channels.Media{Ref: stored.SHA256, Name: fileName(part.FileName()), Type: stored.Type, Size: stored.Size})
	}
	return nil
}

// counting tells a caller who hung up from a disk that is full.
type counting struct {
	io.Reader
	n   int64
	err error
}

// Read counts.
func (c *counting) Read(b []byte) (int, error) {
	n, err := c.Reader.Read(b)
	c.n += int64(n)
	if err != nil && err != io.EOF {
		c.err = err
	}
	return n, err
}

// picture reports whether a file begins as a picture that cameras and phones make, or as a PDF.
func picture(head []byte) bool {
	switch http.DetectContentType(head) {
	case "image/jpeg", "image/png", "image/gif", "image/webp", "application/pdf":
		return true
	}
	if len(head) < 12 || string(head[4:8]) != "ftyp" {
		return false
	}
	switch string(head[8:12]) {
	case "heic", "heix", "hevc", "mif1", "msf1", "avif":
		return true
	}
	return false
}

// fileName is the sender's name of a file, without folders and within bounds.
func fileName(name string) string {
	name = path.Base(strings.ReplaceAll(channels.Clean(name), `\`, "/"))
	if runes := []rune(name); len(runes) > 100 {
		name = string(runes[:100])
	}
	return name
}

func (f *filled) broken(err error) {
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
		f.fault("large")
		return
	}
	f.fault("body")
}

// request tells this filling-in from another one with the same id.
func (f *filled) request() string {
	var b strings.Builder
	for _, v := range []string{f.Text, f.Place, f.Pin, f.Mail, f.Phone} {
		fmt.Fprintf(&b, "%d:%s", len(v), v)
	}
	for _, m := range f.files {
		b.WriteString(m.Ref)
	}
	return b.String()
}
