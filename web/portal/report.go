package portal

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"net/mail"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"tanggap/bot"
	"tanggap/channels"
	"tanggap/channels/sms"
	"tanggap/router"
	"tanggap/router/place"
	"tanggap/tickets"
	"tanggap/tickets/pass"
)

type reportView struct {
	filled
	Faults    []string
	Minutes   int  // to wait, of the fault "slow"
	MailTo    bool // an answer can go by mail …
	PhoneTo   bool // … and by SMS
	Emergency string
	Chosen    bool // files were sent, and must be chosen again
}

// slowUpload is how long a report with its pictures may take to arrive over a bad connection.
const slowUpload = 5 * time.Minute

func (p *Portal) reportForm(w http.ResponseWriter, r *http.Request) {
	p.showReport(w, r, &filled{Form: rand.Text()}, http.StatusOK, 0)
}

// showReport shows the form with what was typed. Only files have to be chosen again: browsers see to that.
func (p *Portal) showReport(w http.ResponseWriter, r *http.Request, f *filled, status int, wait time.Duration) {
	if len(f.Form) != formSize {
		f.Form = rand.Text()
	}
	v := reportView{filled: *f, Faults: f.faults, Minutes: minutes(wait), Emergency: p.emergency(), Chosen: len(f.files) > 0}
	v.MailTo, v.PhoneTo = p.answering(channels.Mail) != "", p.answering(channels.Tel) != ""
	p.pages.report.Write(w, r, frame("report", status), v)
}

// reportSend is POST /report. It ends when the report is durable; what becomes of it is for the next page.
func (p *Portal) reportSend(w http.ResponseWriter, r *http.Request) {
	var f filled
	if wait, ok := p.limits.report.take(p.caller(r), p.o.Now()); !ok {
		p.o.Count("report_limited")
		f.read(w, r, nil)
		f.faults = []string{"slow"}
		retryAfter(w, wait)
		p.showReport(w, r, &f, http.StatusTooManyRequests, wait)
		return
	}
	late := time.Now().Add(slowUpload)
	c := http.NewResponseController(w)
	if err := errors.Join(c.SetReadDeadline(late), c.SetWriteDeadline(late.Add(time.Minute))); err != nil && !errors.Is(err, http.ErrNotSupported) {
		p.ui.Unexpected(w, r, err)
		return
	}
	f.read(w, r, p.o.Keep)
	in := f.inbound(p.ui.Language(r))
	p.byPhoto(&f, &in)
	p.address(&f, &in)
	if len(f.faults) > 0 {
		p.o.Count("report_refused")
		p.showReport(w, r, &f, status(f.faults), 0)
		return
	}
	err := p.take(r.Context(), &f, in)
	switch {
	case errors.Is(err, tickets.ErrReused):
		f.faults, f.Form = []string{"sent"}, rand.Text()
		p.showReport(w, r, &f, http.StatusConflict, 0)
	case errors.Is(err, errBarred):
		f.faults, f.Form = []string{"address"}, rand.Text() // the id is taken by what it was refused with
		p.showReport(w, r, &f, http.StatusUnprocessableEntity, 0)
	case err != nil:
		p.o.Log.Error("a report was not taken in", "kind", "store")
		f.faults = []string{"busy"}
		p.showReport(w, r, &f, http.StatusServiceUnavailable, 0)
	default:
		p.o.Count("report")
		p.remember(w, sent{form: f.Form, account: in.Account, lost: f.lost})
		p.ui.Redirect(w, r, "/report/done", "")
	}
}

func status(faults []string) int {
	switch {
	case slices.Contains(faults, "large"):
		return http.StatusRequestEntityTooLarge
	case slices.Contains(faults, "body"):
		return http.StatusBadRequest
	}
	return http.StatusUnprocessableEntity
}

// errBarred says that an address may not be written to because somebody typed it.
var errBarred = errors.New("the address takes no more reports from here")

// How many reports a day may have us write to one address that only was typed, and how many of all together
// to numbers, each of which costs.
const (
	typedADay = 3
	paidTyped = 500
)

// take makes the report durable.
func (p *Portal) take(ctx context.Context, f *filled, in channels.Inbound) error {
	if in.Unverified {
		if err := p.typed(ctx, &in, f.Form); err != nil {
			return err
		}
	}
	in.Raw = []byte(f.request())
	return p.desk.Page(ctx, bot.PageReport, f.Form, in)
}

func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// typed bounds what we write to people because somebody typed their address.
func (p *Portal) typed(ctx context.Context, in *channels.Inbound, item string) error {
	to := tickets.Address{Kind: string(in.From.Kind), Value: in.From.Value}
	known, err := p.passes.Known(ctx, to)
	if err != nil {
		return err
	}
	barred, err := p.passes.Barred(ctx, known.CitizenID)
	if err != nil {
		return err
	}
	left, err := p.passes.Spend(ctx, pass.Use{Scope: "typed", Key: to.String(), Item: item, Most: typedADay, Within: 24 * time.Hour})
	if err != nil {
		return err
	}
	if left && !barred && in.From.Kind == channels.Tel {
		if left, err = p.passes.Spend(ctx, pass.Use{Scope: "typed", Key: string(channels.Tel), Item: item, Most: paidTyped, Within: 24 * time.Hour}); err != nil {
			return err
		}
	}
	if barred || !left {
		return errBarred
	}
	return nil
}

// inbound is the report as a channel would deliver it; what is wrong with it is noted on f.
func (f *filled) inbound(lang string) channels.Inbound {
	f.Text, f.Place = strings.TrimSpace(channels.Clean(f.Text)), short(f.Place)
	f.Pin, f.Mail, f.Phone = short(f.Pin), short(f.Mail), short(f.Phone)
	switch {
	case f.Text == "":
		f.fault("text")
	case utf8.RuneCountInString(f.Text) > mostText:
		f.fault("long")
	}
	if f.trap != "" {
		f.fault("trap")
	}
	if len(f.Form) != formSize {
		f.Form = rand.Text()
	}
	in := channels.Inbound{Account: bot.Web, Text: f.Text, Language: lang, Media: f.files}
	if f.Place != "" {
		in.Text += "\n\n" + f.Place
	}
	if f.Pin != "" {
		at, ok := place.Coordinates(f.Pin)
		if ok {
			in.Point = &channels.Point{Lat: at.Lat, Lng: at.Lng}
		} else {
			f.fault("pin")
		}
	}
	// Nobody else can have this address: the form's id is random, and known to who fills it in alone.
	in.From = channels.Address{Kind: channels.Web, Value: "page:" + digest("citizen:" + f.Form)[:32]}
	return in
}

// byPhoto takes the place of a picture where the citizen told none. One from beyond the city is of another thing.
func (p *Portal) byPhoto(f *filled, in *channels.Inbound) {
	if f.taken == nil || in.Point != nil {
		return
	}
	if area, at := p.o.City().Place(router.Report{Text: in.Text}); area != nil || at != nil {
		return
	}
	area, _ := p.o.City().Place(router.Report{Point: &router.Point{Lat: f.taken.Lat, Lng: f.taken.Lng}})
	if area != nil && !area.Outside {
		in.Point = f.taken
	}
}

// short is a field of one line, within bounds.
func short(text string) string {
	text = strings.Join(strings.Fields(channels.Clean(text)), " ")
	if runes := []rune(text); len(runes) > mostLabel {
		text = string(runes[:mostLabel])
	}
	return text
}

// address sets where the answer goes. Anybody can type anybody's address: such a report is Unverified, so
// that it shows nothing of that citizen's cases, joins none, and changes nothing about him.
func (p *Portal) address(f *filled, in *channels.Inbound) {
	switch {
	case f.Mail != "" && f.Phone != "":
		f.fault("both")
	case f.Mail != "":
		at, err := mail.ParseAddress(f.Mail)
		if err != nil || at.Name != "" || !strings.Contains(at.Address[strings.LastIndexByte(at.Address, '@'):], ".") || p.own(at.Address) {
			f.fault("mail")
			return
		}
		in.From = channels.Address{Kind: channels.Mail, Value: strings.ToLower(at.Address)}
	case f.Phone != "":
		at, mute := sms.Sender(f.Phone, "ID")
		if mute || !strings.HasPrefix(at.Value, "+62") { // whoever else pays for numbers abroad shall not be us
			f.fault("phone")
			return
		}
		in.From = at
	default:
		return
	}
	in.Unverified = true
	if in.Account = p.answering(in.From.Kind); in.Account == "" {
		f.fault("address")
	}
}

// own reports whether an address is one of the city's: writing to ourselves would go round for ever.
func (p *Portal) own(address string) bool {
	return slices.ContainsFunc(p.o.Doors(), func(d Door) bool { return strings.EqualFold(d.Shown, address) })
}

// answering is the account that may write to addresses of a kind at any time, the first by name; "" for none.
func (p *Portal) answering(kind channels.AddressKind) string {
	found := ""
	for _, a := range p.o.Accounts() {
		if c := a.Capabilities; c.Addresses == kind && !c.Mute && c.ReplyWindow == 0 && (found == "" || a.Name < found) {
			found = a.Name
		}
	}
	return found
}
