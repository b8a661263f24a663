package survey

import (
	"bytes"
	"context"
	"fmt"
	"net/mail"
	"slices"
	"strings"
	"time"

	"tanggap/channels"
	"tanggap/channels/email/trust"
	"tanggap/channels/email/wire"
)

// Proof is a mail that the account sends to itself.
type Proof struct {
	Key        string // stands in the mail, also where a server gives it another Message-ID
	MessageID  string
	AuthServID string // that is configured, "" for none
	Send       func(context.Context) error
	Wait       time.Duration // for its arrival
}

const (
	lookEvery = time.Second
	enough    = 64 << 10 // bytes of a mail that may be the one: its header, and our short text
	mostNew   = 200      // mails that come meanwhile and are looked at
	mostSkew  = 2 * time.Minute
)

// Prove sends the mail, and says how it arrived. What else lies in the mailbox is neither told nor touched.
func Prove(ctx context.Context, a Account, p Proof) []channels.Finding {
	places, failed := a.watch(ctx)
	if failed != nil {
		return []channels.Finding{*failed}
	}
	defer func() {
		for _, w := range places {
			w.Close()
		}
	}()
	sent := time.Now()
	if err := p.Send(ctx); err != nil {
		f := channels.Finding{Subject: "sending", Grade: channels.Wrong, Detail: reason(err) + observe(a.SMTP, "smtp").said(err)}
		return []channels.Finding{f}
	}
	m, w, err := await(ctx, places, p)
	f := channels.Finding{Subject: "arrival", Grade: channels.Wrong}
	switch {
	case err != nil:
		f.Detail = "sent, but the mailbox could not be watched: " + reason(err)
	case w == nil:
		f.Detail = fmt.Sprintf("sent, but not there after %s, in none of the folders %s. It may be late (some servers let a first mail wait for some minutes): look into the mailbox, then into the mail server's log", p.Wait, strings.Join(names(places), ", "))
	default:
		return p.arrived(a, m, w, sent)
	}
	return []channels.Finding{f}
}

// watched is a folder where the mail may arrive.
type watched struct {
	*wire.Mailbox
	folder string
	junk   bool
	last   uint32 // what was there before, or was looked at
}

func names(places []*watched) (all []string) {
	for _, w := range places {
		all = append(all, w.folder)
	}
	return all
}

// watch logs in once for each folder.
func (a Account) watch(ctx context.Context) (places []*watched, failed *channels.Finding) {
	e := observe(a.IMAP, "imap")
	first, err := e.Login(ctx)
	if err != nil {
		f := e.refused(ctx, "IMAP", err)
		return nil, &f
	}
	box, err := first.Open()
	if err != nil {
		folders, _ := first.Folders()
		first.Close()
		f := e.noFolder(folders, err)
		return nil, &f
	}
	places = append(places, &watched{Mailbox: first, folder: e.Folder, last: box.Next - 1})
	folders, _ := first.Folders()
	spam := e.Server
	if spam.Folder = junkFolder(folders); spam.Folder == "" || spam.Folder == e.Folder {
		return places, nil
	}
	if second, err := spam.Login(ctx); err == nil {
		if box, err := second.Open(); err != nil {
			second.Close()
		} else {
			places = append(places, &watched{Mailbox: second, folder: spam.Folder, junk: true, last: box.Next - 1})
		}
	}
	return places, nil
}

// await looks until the mail is in one of the folders; where is nil where it does not come in time.
func await(ctx context.Context, places []*watched, p Proof) (m wire.Mail, where *watched, err error) {
	ctx, cancel := context.WithTimeout(ctx, p.Wait)
	defer cancel()
	again := time.NewTicker(lookEvery)
	defer again.Stop()
	for {
		for _, w := range places {
			if m, found, err := w.look(p.Key); err != nil || found {
				return m, w, err
			}
		}
		select {
		case <-again.C:
		case <-ctx.Done():
			return wire.Mail{}, nil, nil
		}
	}
}

// look goes through what is new in the folder.
func (w *watched) look(key string) (m wire.Mail, found bool, err error) {
	if _, err := w.Open(); err != nil {
		return m, false, err
	}
	uids, err := w.Between(w.last+1, 1<<32-1)
	if err != nil {
		return m, false, err
	}
	for _, uid := range uids[max(0, len(uids)-mostNew):] {
		m, there, err := w.Fetch(uid, enough)
		if err != nil {
			return m, false, err
		}
		if w.last = uid; there && bytes.Contains(m.Raw, []byte(key)) {
			return m, true, nil
		}
	}
	return m, false, nil
}

// arrived says what can be read off the mail.
func (p Proof) arrived(a Account, m wire.Mail, w *watched, sent time.Time) []channels.Finding {
	f := channels.Finding{Subject: "arrival", Grade: channels.Fine, Detail: fmt.Sprintf("the mail was in %s after %s", w.folder, time.Since(sent).Round(time.Second/10))}
	if w.junk {
		f.Grade = channels.Doubtful
		f.Detail += ": the server took it for spam, and those of citizens may do so too. Mend what is said about SPF, DKIM and DMARC"
	}
	head, err := mail.ReadMessage(bytes.NewReader(m.Raw))
	if err != nil {
		f.Grade, f.Detail = channels.Doubtful, f.Detail+"; its header cannot be read"
		return []channels.Finding{f}
	}
	all := append([]channels.Finding{f}, p.changed(a, head.Header)...)
	if ahead := time.Until(m.Arrived); ahead > mostSkew {
		all = append(all, channels.Finding{Subject: "clock", Grade: channels.Doubtful, Detail: "the mail server's clock is ahead of ours by " + ahead.Round(time.Second).String() + ": set both by NTP"})
	} else if behind := sent.Sub(m.Arrived); !m.Arrived.IsZero() && behind > mostSkew {
		all = append(all, channels.Finding{Subject: "clock", Grade: channels.Doubtful, Detail: "the mail server's clock is behind ours by " + behind.Round(time.Second).String() + ": set both by NTP"})
	}
	return append(all, p.vouched(trust.Stamps(m.Raw))...)
}

// changed says what a server put in place of ours.
func (p Proof) changed(a Account, head mail.Header) (all []channels.Finding) {
	if id := strings.Trim(strings.TrimSpace(head.Get("Message-Id")), "<>"); id != p.MessageID {
		all = append(all, channels.Finding{
			Subject: "Message-ID", Grade: channels.Wrong,
			Detail: "a server on the way gave the mail another Message-ID: answers will not find their tickets by it. Send through one that leaves it as it is",
		})
	}
	from, err := mail.ParseAddress(head.Get("From"))
	if err != nil || !strings.EqualFold(from.Address, a.Address) {
		all = append(all, channels.Finding{
			Subject: "From", Grade: channels.Wrong,
			Detail: "a server on the way put another sender in place of " + a.Address + ", and citizens would answer to that. Allow the login to write as it (at Google: Send mail as; at Microsoft: Send as)",
		})
	}
	return all
}

// vouched says what servers on the way found of SPF, DKIM and DMARC, and by which name ours is to be believed.
func (p Proof) vouched(stamps []trust.Stamp) []channels.Finding {
	if len(stamps) == 0 {
		f := channels.Finding{Subject: "authentication", Grade: channels.Doubtful, Detail: "no server on the way wrote what it found of SPF, DKIM and DMARC (Authentication-Results). Some do not check what their own users send: send one to a mailbox elsewhere too (--send ACCOUNT=ADDRESS), and look at its header there"}
		if p.AuthServID == "" {
			f.Detail += ". Where yours checks nothing that comes, let it (Postfix: by rspamd, or opendkim and opendmarc): only so is a forged sender found out"
		}
		return []channels.Finding{f}
	}
	return []channels.Finding{authentication(stamps[0]), p.name(stamps)}
}

// verdicts are what may be found, and what is to be done where it is not well.
var verdicts = []struct {
	method, none, failed string
}{
	{"SPF", "does not say who may send for the domain: enter an SPF record", "does not allow the server that we send through: mend the SPF record"},
	{"DKIM", "the mail was not signed: let the mail server sign, or give tanggap a key (dkim)", "the signature does not hold: the key in the DNS is another one, or a server changed the mail after it was signed"},
	{"DMARC", "the domain has no DMARC record: enter one", "neither SPF nor DKIM speaks for the domain of the address: mend these first"},
}

func authentication(s trust.Stamp) channels.Finding {
	f := channels.Finding{Subject: "authentication", Grade: channels.Fine}
	who := s.ID
	if who == "" {
		who = "the mail server"
	}
	var found, advice []string
	for i, value := range []string{s.SPF, s.DKIM, s.DMARC} {
		v := verdicts[i]
		switch value {
		case "":
			found = append(found, v.method+" not looked at")
			continue
		case "pass", "bestguesspass":
		case "none":
			advice = append(advice, v.method+": "+v.none)
			if f.Grade == channels.Fine {
				f.Grade = channels.Doubtful
			}
		case "temperror":
			advice = append(advice, v.method+": the DNS did not answer, try again")
			f.Grade = channels.Doubtful
		default:
			advice = append(advice, v.method+": "+v.failed)
			f.Grade = channels.Wrong
		}
		found = append(found, v.method+" "+value)
	}
	f.Detail = who + " found: " + strings.Join(found, ", ")
	if len(advice) > 0 {
		f.Detail += ". " + strings.Join(advice, "; ")
	}
	return f
}

// name proposes whose Authentication-Results are to be believed.
func (p Proof) name(stamps []trust.Stamp) channels.Finding {
	f := channels.Finding{Subject: "authserv_id", Grade: channels.Fine}
	i := slices.IndexFunc(stamps, func(s trust.Stamp) bool { return s.Ours })
	if i < 0 {
		f.Grade = channels.Doubtful
		if stamps[0].ID == "" {
			f.Detail = "the server writes its results without a name, but not as Microsoft's does, so that a forger's cannot be told from them: leave authserv_id empty"
		} else {
			f.Detail = stamps[0].ID + " wrote results, but it cannot be told whether that is the server of this mailbox: only where it is, write it as authserv_id"
		}
		if p.AuthServID != "" && !slices.ContainsFunc(stamps, func(s trust.Stamp) bool { return strings.EqualFold(s.ID, p.AuthServID) }) {
			f.Detail += ". It is now " + p.AuthServID + ", who wrote none"
		}
		return f
	}
	id, as := stamps[i].ID, "as "+stamps[i].ID
	if id == "" {
		id, as = trust.Microsoft, "without a name, as Microsoft's does"
	}
	switch {
	case strings.EqualFold(id, p.AuthServID) && id == trust.Microsoft:
		f.Detail = "the results are found that Microsoft's server writes without a name"
	case strings.EqualFold(id, p.AuthServID):
		f.Detail = id + " is the name that the server writes"
	case p.AuthServID == "":
		f.Grade, f.Lines = channels.Doubtful, []string{fmt.Sprintf("authserv_id = %q", id)}
		f.Detail = "what the server finds of a sender is not looked at yet: write, in the account,"
	default:
		f.Grade, f.Lines = channels.Wrong, []string{fmt.Sprintf("authserv_id = %q", id)}
		f.Detail = "the server writes " + as + ", not as " + p.AuthServID + ", so that nothing is believed. Write, in the account,"
	}
	return f
}
