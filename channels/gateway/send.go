package gateway

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"tanggap/channels"
	"tanggap/channels/sms"
)

// Send makes the one call of Config.Send.
func (a *Adapter) Send(ctx context.Context, out channels.Outbound) (channels.Receipt, error) {
	if out.To.Kind != channels.Tel || !sms.Dialable(out.To.Value) {
		return channels.Receipt{}, channels.Errorf(channels.Unreachable, "", "the address is no phone number")
	}
	switch n := sms.Segments(out.Text); {
	case n == 0:
		return channels.Receipt{}, channels.Errorf(channels.Rejected, "", "the message has no text")
	case n > a.config.MaxSegments:
		return channels.Receipt{}, channels.Errorf(channels.Rejected, "", "the text takes %d segments, the limit is %d", n, a.config.MaxSegments)
	}
	answer, failed := a.call(ctx, func(ctx context.Context) (*http.Request, error) { return a.request(ctx, out) })
	if failed != nil {
		return channels.Receipt{}, failed
	}
	if answer.status/100 != 2 || !matches(a.config.Send.Accepted, answer.body) {
		return channels.Receipt{}, a.refusal(answer)
	}
	receipt := channels.Receipt{MessageID: out.Key, State: channels.Sent, Segments: sms.SplitPairs(out.Text)}
	if id := group(a.config.Send.MessageID, answer.body); id != "" {
		receipt.MessageID = id
	}
	return receipt, nil
}

// values are what the placeholders stand for.
func (a *Adapter) values(out channels.Outbound) map[string]string {
	to, coding, smsc := out.To.Value, "0", a.config.SMSC
	if a.config.Send.Plain {
		to = strings.TrimPrefix(to, "+")
	}
	if !sms.IsGSM7(out.Text) {
		coding = "2"
	}
	if smsc == "*" {
		smsc = out.Thread
	}
	return map[string]string{
		"{to}": to, "{from}": a.config.From, "{text}": out.Text, "{key}": out.Key, "{coding}": coding, "{smsc}": smsc,
		"{username}": a.config.Username, "{password}": a.config.Password, "{status_url}": a.statusURL(out.Key),
	}
}

func (a *Adapter) request(ctx context.Context, out channels.Outbound) (*http.Request, error) {
	send, values := a.config.Send, a.values(out)
	address := a.config.SendURL
	if send.Query != "" {
		address += "?" + fill(send.Query, values, url.QueryEscape)
	}
	req, err := http.NewRequestWithContext(ctx, send.Method, address, nil)
	if err != nil {
		return nil, err
	}
	// A body of a type that net/http does not know makes even a GET one that it never repeats by itself
	// when a connection breaks: whether to send again is the outbox's to decide.
	body := fill(send.Body, values, escapeFor(send.ContentType))
	req.Body = io.NopCloser(strings.NewReader(body))
	if body != "" {
		req.ContentLength = int64(len(body))
		req.Header.Set("Content-Type", send.ContentType)
	}
	req.Close = true // a connection left idle may be closed at the moment of sending, and nobody would know
	req.Header.Set("User-Agent", "tanggap")
	for name, template := range send.Header {
		req.Header.Set(name, fill(template, values, headerValue))
	}
	return req, nil
}

// answer is what the gateway said.
type answer struct {
	status     int
	body       string
	retryAfter time.Duration
}

// call makes one request and reads its answer, of which the first 64 KB count. Where none came, the
// error's kind is Unknown if the request may have arrived.
func (a *Adapter) call(ctx context.Context, request func(context.Context) (*http.Request, error)) (answer, *channels.Error) {
	var d channels.Departure
	fail := func(err error) (answer, *channels.Error) {
		var u *url.Error
		for errors.As(err, &u) { // net/http's error names the URL, which holds password, number and text
			err = u.Err
		}
		if ctx.Err() != nil {
			err = ctx.Err()
		}
		if d.Left() {
			return answer{}, &channels.Error{Kind: channels.UnknownSent, Reason: "the gateway did not answer, or not to the end", Err: err}
		}
		return answer{}, &channels.Error{Kind: channels.Temporary, Reason: "no connection to the gateway", Err: err}
	}
	req, err := request(d.Watch(ctx))
	if err != nil {
		return fail(errors.New("the templates make no valid request"))
	}
	resp, err := a.client.Do(req)
	if err != nil {
		return fail(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 64<<10))
	if err != nil && resp.StatusCode/100 == 2 {
		return fail(err)
	}
	return answer{resp.StatusCode, strings.TrimSpace(string(body)), channels.RetryAfter(resp.Header, time.Now())}, nil
}

// refusal is what an answer that is no acceptance means. Nothing of its body is kept: it may repeat the
// number or the text.
func (a *Adapter) refusal(ans answer) *channels.Error {
	e := channels.Errorf(kindOfStatus(ans.status), strconv.Itoa(ans.status), "the gateway answered with status %d", ans.status)
	for _, f := range a.config.Send.Failures {
		if (f.Status == 0 || f.Status == ans.status) && matches(f.Match, ans.body) {
			e.Kind, e.Reason = f.Kind, f.Reason
			break
		}
	}
	if e.RetryAfter = ans.retryAfter; e.Kind == channels.Throttled && e.RetryAfter == 0 {
		e.RetryAfter = time.Second
	}
	return e
}

func kindOfStatus(status int) channels.ErrorKind {
	switch status {
	case http.StatusUnauthorized, http.StatusPaymentRequired, http.StatusForbidden, http.StatusNotFound, http.StatusMethodNotAllowed:
		return channels.Suspended
	case http.StatusTooManyRequests:
		return channels.Throttled
	case http.StatusGatewayTimeout:
		return channels.UnknownSent // a proxy's: the gateway behind it may have the message
	case http.StatusRequestTimeout, http.StatusTooEarly:
		return channels.Temporary
	}
	switch {
	case status/100 == 4:
		return channels.Rejected
	case status/100 == 3:
		return channels.Suspended // the configured URL is not the right one
	}
	return channels.Temporary // also for a 2xx that does not say "accepted"
}
