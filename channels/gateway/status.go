package gateway

import (
	"net/http"
	"time"

	"tanggap/channels"
)

// report hands a delivery receipt on. One that names no message or no state that we know is nothing to act on.
func (a *Adapter) report(r *http.Request, inbox channels.Inbox, d delivery) error {
	report, ok := a.delivered(d, time.Now())
	if !ok {
		return nil
	}
	return inbox.Report(r.Context(), report)
}

func (a *Adapter) delivered(d delivery, now time.Time) (channels.Report, bool) {
	fields := a.config.Status
	value := d.get(fields.State)
	state, known := fields.States[value]
	key, id := d.get(fields.Key), d.get(fields.MessageID)
	if !known || key == "" && id == "" {
		return channels.Report{}, false
	}
	report := channels.Report{Account: a.name, MessageID: id, Key: key, State: state, At: clock(d.get(fields.Time), a.config.Receive.TimeFormat)}
	if report.MessageID == "" {
		report.MessageID = key
	}
	report.EventID = report.MessageID + ":" + value
	if report.At.IsZero() {
		report.At = now
	}
	if state == channels.Failed {
		a.explain(&report, value, d.get(fields.Detail))
	}
	return report, true
}

// explain says why a delivery failed. The detail itself goes no further: an operator's receipt may quote
// the message.
func (a *Adapter) explain(report *channels.Report, value, detail string) {
	report.Kind, report.Reason, report.Code = channels.Unreachable, "the operator could not deliver the message", value
	for _, f := range a.config.Status.Failures {
		if matches(f.Match, detail) {
			report.Kind, report.Reason = f.Kind, f.Reason
			break
		}
	}
	if code := group(a.config.Status.Code, detail); code != "" && len(code) <= 32 {
		report.Code = code
	}
}
