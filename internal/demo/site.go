package demo

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"tanggap/web/ui"
)

// patience is how long a citizen's message may take to be taken by us.
const patience = 10 * time.Second

// site serves the playground.
type site struct {
	*Demo
	ui   *ui.UI
	page ui.Page[playground]
}

func (s *site) routes() *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /playground", s.show)
	mux.HandleFunc("POST /playground/write/{device}", s.write)
	mux.HandleFunc("POST /playground/press", s.pressed)
	mux.HandleFunc("POST /playground/person", s.person)
	mux.HandleFunc("POST /playground/switch", s.switched)
	mux.HandleFunc("POST /playground/console", s.enter)
	mux.HandleFunc("GET /playground/picture/{name}", s.sample)
	mux.HandleFunc("GET /playground/file/{id}", s.file)
	mux.HandleFunc("GET /playground/mail/{id}/{n}", s.mailed)
	return mux
}

// live is the header of the script's calls, which look at the page and are no visit of it.
const live = "X-Playground"

func (s *site) show(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get(live) != "" {
		keep := r.Clone(r.Context()) // what the next page is to say must not be said to the script
		keep.Header.Del("Cookie")
		if c, err := r.Cookie("tanggap_language"); err == nil {
			keep.AddCookie(c)
		}
		r = keep
	}
	q := r.URL.Query()
	problem := q.Get("problem")
	if problem != "platform" && problems[problem] == nil {
		problem = ""
	}
	p, err := s.fill(r.Context(), s.town.find(q.Get("as")), accountOf(q.Get("via")), q.Get("try"), s.ui.Language(r))
	if err != nil {
		s.ui.Unexpected(w, r, err)
		return
	}
	p.Problem = problem
	frame := ui.Frame{Wide: true, Nav: []ui.Link{
		{Path: "/playground", Name: "playground", Current: true}, {Path: "/report", Name: "report"}, {Path: "/track", Name: "track"},
	}}
	s.page.Write(w, r, frame, p)
}

// fill reads all that the page shows.
func (s *site) fill(ctx context.Context, c citizen, account, try, lang string) (playground, error) {
	p := playground{
		Me: c, People: s.town.people(), Console: s.console != nil, Now: strconv.FormatInt(time.Now().UnixMilli(), 36), Examples: examples, Try: exampleOf(try), Pictures: pictureNames, Places: places,
		Chat: s.chat(ctx, c), Mail: s.mailbox(c), Levers: s.levers(c),
	}
	p.Phone = s.phone(ctx, c, account, p.Try.Text)
	var err error
	if p.Events, err = s.look(ctx, c, lang); err == nil {
		p.Queues, err = s.queues(ctx)
	}
	return p, err
}

// accountOf is which of the city's numbers the phone writes to: the short code unless asked otherwise.
func accountOf(via string) string {
	if via == "sms" {
		return "sms"
	}
	return "smsc"
}

// form reads a form of the page; false where it has answered.
func (s *site) form(w http.ResponseWriter, r *http.Request) bool {
	r.Body = http.MaxBytesReader(w, r.Body, maxPicture+1<<20)
	err := r.ParseMultipartForm(maxPicture + 1<<20)
	if errors.Is(err, http.ErrNotMultipart) {
		err = nil // ParseForm has read it
	}
	if err == nil {
		return true
	}
	status := http.StatusBadRequest
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
		status = http.StatusRequestEntityTooLarge
	}
	s.ui.Fail(w, r, status)
	return false
}

// back leads to the page again, at one of its parts.
func (s *site) back(w http.ResponseWriter, r *http.Request, part string, err error) {
	p := playground{Me: s.town.find(r.FormValue("as")), Phone: phoneView{Account: accountOf(r.FormValue("via"))}}
	at := p.At("", "", "")
	if err != nil {
		name := "platform"
		for known, problem := range problems {
			if errors.Is(err, problem) {
				name = known
			}
		}
		at += "&problem=" + name
	}
	http.Redirect(w, r, at+"#"+part, http.StatusSeeOther)
}

func (s *site) write(w http.ResponseWriter, r *http.Request) {
	if !s.form(w, r) {
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), patience)
	defer cancel()
	c, device := s.town.find(r.FormValue("as")), r.PathValue("device")
	draft, err := draftOf(r)
	if err != nil {
		s.back(w, r, device, err)
		return
	}
	switch device {
	case "chat":
		err = s.chatWrite(ctx, c, draft)
	case "phone":
		err = s.phoneWrite(ctx, c, accountOf(r.FormValue("via")), draft)
	case "mail":
		err = s.mailWrite(ctx, c, draft)
	default:
		s.ui.Fail(w, r, http.StatusNotFound)
		return
	}
	s.back(w, r, device, err)
}

func (s *site) pressed(w http.ResponseWriter, r *http.Request) {
	if s.form(w, r) {
		s.back(w, r, "chat", s.press(s.town.find(r.FormValue("as")), r.FormValue("press")))
	}
}

func (s *site) person(w http.ResponseWriter, r *http.Request) {
	if !s.form(w, r) {
		return
	}
	c := s.town.arrive()
	s.telegram.Open(c.telegram())
	p := playground{Me: c, Phone: phoneView{Account: accountOf(r.FormValue("via"))}}
	http.Redirect(w, r, p.At("", "", ""), http.StatusSeeOther)
}

func (s *site) switched(w http.ResponseWriter, r *http.Request) {
	if !s.form(w, r) {
		return
	}
	err := s.flip(r.Context(), s.town.find(r.FormValue("as")), r.FormValue("name"), r.FormValue("on") == "1")
	switch {
	case errors.Is(err, errSwitch):
		s.ui.Fail(w, r, http.StatusNotFound)
	case err != nil:
		s.ui.Unexpected(w, r, err)
	default:
		s.back(w, r, "banner", nil)
	}
}

// enter opens the console in one click: the POST goes on to a link that signs in as the demo's staff, and
// from there to the page asked for.
func (s *site) enter(w http.ResponseWriter, r *http.Request) {
	if !s.form(w, r) {
		return
	}
	if s.console == nil {
		s.ui.Fail(w, r, http.StatusNotFound)
		return
	}
	link, err := s.console(r.Context())
	if err != nil {
		s.ui.Unexpected(w, r, err)
		return
	}
	http.Redirect(w, r, link+"?"+url.Values{"next": {ui.Local(r.PostFormValue("next"), "")}}.Encode(), http.StatusTemporaryRedirect)
}

// sample is one of the pictures that the page offers.
func (s *site) sample(w http.ResponseWriter, r *http.Request) {
	s.picture(w, r, picture(r.PathValue("name")))
}

// file is a file of a chat.
func (s *site) file(w http.ResponseWriter, r *http.Request) {
	data, _ := s.telegram.File(r.PathValue("id"))
	s.picture(w, r, data)
}

// mailed is a file of a mail that a citizen got.
func (s *site) mailed(w http.ResponseWriter, r *http.Request) {
	n, err := strconv.Atoi(r.PathValue("n"))
	for _, m := range s.mail.Taken() {
		if m.MessageID == r.PathValue("id") && err == nil && n >= 0 && n < len(m.Files) {
			s.picture(w, r, m.Files[n].Data)
			return
		}
	}
	s.ui.Fail(w, r, http.StatusNotFound)
}

// picture shows what is one, and lets the rest be saved.
func (s *site) picture(w http.ResponseWriter, r *http.Request, data []byte) {
	if len(data) == 0 {
		s.ui.Fail(w, r, http.StatusNotFound)
		return
	}
	kind := typeOf(data)
	if !isPicture(kind) {
		kind = "application/octet-stream"
		w.Header().Set("Content-Disposition", "attachment")
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Cache-Control", "private, max-age=3600")
	_, _ = w.Write(data) // an error is the caller's hanging up
}
