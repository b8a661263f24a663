package twilio

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"tanggap/channels"
)

// maxMediaBytes is the most that any channel of Twilio takes (WhatsApp video, 16 MB), with some room.
const maxMediaBytes = 20 << 20

var mediaRef = regexp.MustCompile(`^((?:SM|MM)[0-9A-Za-z]+)/(ME[0-9A-Za-z]+)$`)

// stores are where Twilio's API sends us on to for the bytes, without our credentials.
var stores = []string{".twilio.com", ".twiliocdn.com", ".amazonaws.com"}

// Fetch opens the media that a message came with. Credentials go to the configured API only.
// https://www.twilio.com/docs/messaging/api/media-resource
func (a *Adapter) Fetch(ctx context.Context, ref string) (io.ReadCloser, error) {
	ids := mediaRef.FindStringSubmatch(ref)
	if ids == nil {
		return nil, channels.Errorf(channels.Rejected, "", "the attachment is not kept by Twilio's API")
	}
	at := a.api.JoinPath("2010-04-01", "Accounts", a.config.AccountSID, "Messages", ids[1], "Media", ids[2])
	const redirects = 3
	for range redirects + 1 {
		c := a.call(ctx)
		resp, err := a.get(c, at)
		if err != nil {
			return nil, c.unanswered(err, asking)
		}
		if resp.StatusCode == http.StatusOK {
			return &bounded{r: resp.Body, left: maxMediaBytes}, nil
		}
		resp.Body.Close()
		if resp.StatusCode/100 != 3 {
			return nil, missing(resp.StatusCode)
		}
		if at, err = at.Parse(resp.Header.Get("Location")); err != nil || !a.keepsMedia(at) {
			return nil, channels.Errorf(channels.Rejected, "", "the attachment is not kept by Twilio")
		}
	}
	return nil, channels.Errorf(channels.Temporary, "", "Twilio redirects in circles")
}

func (a *Adapter) get(c *call, at *url.URL) (*http.Response, error) {
	req, err := http.NewRequestWithContext(c.departure.Watch(c.ctx), http.MethodGet, at.String(), nil)
	if err != nil {
		return nil, err
	}
	if a.isAPI(at) {
		req.SetBasicAuth(a.config.AccountSID, a.config.AuthToken)
	}
	return a.client.Do(req)
}

func (a *Adapter) isAPI(at *url.URL) bool { return at.Scheme == a.api.Scheme && at.Host == a.api.Host }

// keepsMedia is whether a redirect may be followed there.
func (a *Adapter) keepsMedia(at *url.URL) bool {
	return a.isAPI(at) || at.Scheme == "https" && slices.ContainsFunc(stores, func(s string) bool { return strings.HasSuffix(at.Hostname(), s) })
}

// missing is why there are no bytes.
func missing(status int) *channels.Error {
	e := channels.Errorf(kindOfStatus(status), strconv.Itoa(status), "Twilio did not hand out the attachment")
	if status == http.StatusNotFound || status == http.StatusGone {
		e.Kind, e.Reason = channels.Rejected, "the attachment is gone at Twilio"
	}
	return e
}

// bounded ends with an error where a body goes beyond what Twilio can have taken.
type bounded struct {
	r    io.ReadCloser
	left int64
}

func (b *bounded) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, channels.Errorf(channels.Rejected, "", "the attachment is too large")
	}
	n, err := b.r.Read(p[:min(int64(len(p)), b.left)])
	b.left -= int64(n)
	return n, err
}

func (b *bounded) Close() error { return b.r.Close() }
