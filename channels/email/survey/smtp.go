package survey

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"tanggap/channels"
	"tanggap/channels/email/wire"
)

func (a Account) lookSMTP(ctx context.Context) []channels.Finding {
	e := observe(a.SMTP, "smtp")
	conn, err := e.Submit(ctx, a.Helo)
	if err != nil {
		return []channels.Finding{e.refused(ctx, "SMTP", err)}
	}
	defer conn.Quit()
	f := e.reached("SMTP")
	switch largest := conn.Largest(); {
	case largest == 0:
		f.Detail += "; it names no limit for a mail"
	case largest < a.Largest:
		f.Grade = channels.Doubtful
		f.Detail += fmt.Sprintf("; it takes mails of up to %s, and ours are of up to %s, with what staff may attach: larger answers will be refused. Raise the limit (Postfix: message_size_limit = %d)", megabytes(largest), megabytes(a.Largest), a.Largest)
	default:
		f.Detail += "; it takes mails of up to " + megabytes(largest)
	}
	return []channels.Finding{f, a.sender(e, conn)}
}

func megabytes(n int64) string { return fmt.Sprintf("%.1f MB", float64(n)/1e6) }

// sender asks whether the server lets the login write as the address, and without a return path, as receipts
// go (RFC 3834, 3.3). Nothing is handed over.
func (a Account) sender(e *end, conn *wire.Submission) channels.Finding {
	f := channels.Finding{Subject: "sender", Grade: channels.Fine, Detail: "the server lets us write as " + a.Address}
	err := conn.Try(a.Address, a.Address)
	if err != nil {
		return e.refusedSender(f, err, "the server does not let us write as "+a.Address+", so no answer goes out: let the login write as that address, or log in as it")
	}
	if other := strings.Contains(e.Username, "@") && !strings.EqualFold(e.Username, a.Address); other {
		f.Grade = channels.Doubtful
		f.Detail += ", though the login is another address: some providers put that one in place of ours, which citizens then answer to. Allow it there (at Google: Send mail as; at Microsoft: Send as), and try --send"
		if _, domain, _ := strings.Cut(e.Username, "@"); !strings.HasSuffix(strings.ToLower(a.Address), "@"+strings.ToLower(domain)) {
			f.Detail += "; its domain is another one too, whose SPF and DKIM say nothing for ours"
		}
	}
	if err = conn.Try(wire.NullPath, a.Address); err != nil && channels.KindOf(err) != channels.Temporary {
		f.Grade = channels.Doubtful
		f.Detail += "; but not without a return path: receipts go with the address in it, and what answers them by itself comes back. Better allow the sender <> to the login" + e.said(err)
	}
	return f
}

func (e *end) refusedSender(f channels.Finding, err error, words string) channels.Finding {
	failed, _ := errors.AsType[*channels.Error](err)
	if failed.Kind == channels.Temporary || failed.Kind == channels.Throttled {
		f.Grade, f.Detail = channels.Doubtful, "cannot be told now: "+failed.Error()+e.said(err)
	} else {
		f.Grade, f.Detail = channels.Wrong, words+" ("+failed.Code+")"+e.said(err)
	}
	return f
}
