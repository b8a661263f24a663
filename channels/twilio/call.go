package twilio

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/twilio/twilio-go/client"
	api "github.com/twilio/twilio-go/rest/api/v2010"

	"tanggap/channels"
)

const maxAnswer = 4 << 20 // bytes of an answer of the API; a full page of messages is a tenth of it

// call is one request through twilio-go. As the library's transport it adds what the library lacks: the
// context, the configured host, a bound on the answer, and the answer's header.
type call struct {
	ctx       context.Context // a call lives no longer than the context of the method that makes it
	a         *Adapter
	departure channels.Departure
	status    int // of the answer; 0 while there is none
	header    http.Header
}

func (a *Adapter) call(ctx context.Context) *call { return &call{ctx: ctx, a: a} }

// service is the library's API, set to go through c.
func (c *call) service() *api.ApiService {
	library := &client.Client{
		Credentials: client.NewCredentials(c.a.config.AccountSID, c.a.config.AuthToken),
		HTTPClient: &http.Client{
			Transport:     c,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
	handler := client.NewRequestHandler(library)
	handler.Edge, handler.Region = "", "" // it took them from the environment
	return api.NewApiService(handler)
}

// RoundTrip sends req to the configured host and reads the whole answer.
func (c *call) RoundTrip(req *http.Request) (*http.Response, error) {
	req = req.Clone(c.departure.Watch(c.ctx))
	req.URL.Scheme, req.URL.Host = c.a.api.Scheme, c.a.api.Host
	req.URL.Path = strings.TrimRight(c.a.api.Path, "/") + req.URL.Path
	req.Host = ""
	resp, err := c.a.client.Do(req)
	if err != nil {
		return nil, cause(err)
	}
	defer resp.Body.Close()
	c.status, c.header = resp.StatusCode, resp.Header
	if c.status/100 == 3 {
		return nil, errors.New("the answer is a redirect")
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	if err != nil {
		return nil, cause(err)
	}
	if len(body) > maxAnswer {
		return nil, errors.New("the answer is too long")
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return resp, nil
}

// cause is err without the URL that net/http puts around it: a URL may hold a citizen's number.
func cause(err error) error {
	var u *url.Error
	for errors.As(err, &u) {
		err = u.Err
	}
	return err
}

// purpose is what a call is for: only a call that sends leaves an unknown outcome.
type purpose int

const (
	asking purpose = iota
	sending
)

// failure says what the error of a call means. It keeps nothing of Twilio's own message, which may
// repeat the number or the text.
func (c *call) failure(err error, p purpose) *channels.Error {
	var rest *client.TwilioRestError
	switch {
	case c.status == 0 || c.status/100 == 2:
		return c.unanswered(err, p)
	case c.status/100 == 3:
		return channels.Errorf(channels.Suspended, strconv.Itoa(c.status), "api_url redirects elsewhere")
	case c.status == http.StatusGatewayTimeout && p == sending:
		return channels.Errorf(channels.UnknownSent, "504", "Twilio's own servers gave up on the request")
	}
	e := &channels.Error{Kind: kindOfStatus(c.status), Code: strconv.Itoa(c.status)}
	e.Reason = fmt.Sprintf("Twilio answered with status %d", c.status)
	if errors.As(err, &rest) && rest.Code != 0 {
		e.Code = strconv.Itoa(rest.Code)
		if f, ok := faults[rest.Code]; ok {
			e.Kind, e.Reason = f.kind, f.words
		}
	}
	if e.RetryAfter = channels.RetryAfter(c.header, time.Now()); e.Kind == channels.Throttled && e.RetryAfter == 0 {
		e.RetryAfter = time.Second
	}
	return e
}

// unanswered is what it means that no whole, readable answer came.
func (c *call) unanswered(err error, p purpose) *channels.Error {
	e := &channels.Error{Kind: channels.Temporary, Reason: "no connection to Twilio", Err: cause(err)}
	if c.departure.Left() {
		e.Reason = "Twilio did not answer, or not as it should"
		if p == sending {
			e.Kind = channels.UnknownSent
		}
	}
	if ended := c.ctx.Err(); ended != nil {
		e.Err = ended
	}
	return e
}

func kindOfStatus(status int) channels.ErrorKind {
	switch {
	case status == http.StatusTooManyRequests:
		return channels.Throttled
	case status == http.StatusRequestTimeout || status >= 500:
		return channels.Temporary
	case status == http.StatusUnauthorized || status == http.StatusForbidden || status == http.StatusNotFound:
		return channels.Suspended
	}
	return channels.Rejected
}
