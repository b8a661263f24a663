package portal

import (
	"net/http"

	"tanggap/web/ui"
)

func (p *Portal) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", p.home)
	mux.HandleFunc("GET /privacy", p.privacy)
	mux.HandleFunc("GET /report", p.reportForm)
	mux.HandleFunc("POST /report", p.reportSend)
	mux.HandleFunc("GET /report/done", p.reportDone)
	mux.HandleFunc("GET /track", p.track)
	mux.HandleFunc("GET /track/code", p.codeForm)
	mux.HandleFunc("POST /track/code", p.codeWanted)
	mux.HandleFunc("POST /track/open", p.codeOpen)
	mux.HandleFunc("GET /track/case", p.caseShow)
	mux.HandleFunc("POST /track/case/revoke", p.caseRevoke)
	mux.HandleFunc("GET /t/{token}", p.caseShow)
	mux.HandleFunc("POST /t/{token}/message", p.caseMessage)
	mux.HandleFunc("POST /t/{token}/answer", p.caseAnswer)
	mux.HandleFunc("POST /t/{token}/revoke", p.caseRevoke)
	return p.ui.Serve(mux)
}

// frame is what stands around a public page; current is the place in the menu.
func frame(current string, status int) ui.Frame {
	return ui.Frame{Status: status, Nav: []ui.Link{
		{Path: "/report", Name: "report", Current: current == "report"}, {Path: "/track", Name: "track", Current: current == "track"},
	}, Foot: []ui.Link{{Path: "/privacy", Name: "privacy", Current: current == "privacy"}}}
}

// private is a frame that asks search engines to stay away.
func private(current string, status int) ui.Frame {
	f := frame(current, status)
	f.Private = true
	return f
}

type homeView struct {
	Doors      []Door
	Emergency  string
	Playground string
}

func (p *Portal) home(w http.ResponseWriter, r *http.Request) {
	p.pages.home.Write(w, r, frame("", 0), homeView{Doors: p.o.Doors(), Emergency: p.emergency(), Playground: p.o.Playground})
}

// emergency is the number that helps at once, "" where it is only an example (invariant 8).
func (p *Portal) emergency() string {
	e := p.o.City().Facts().Emergency
	if e.Example && !p.o.Examples {
		return ""
	}
	return e.Number
}

type privacyView struct{ Link string }

// privacy leads to the city's own notice; where the pack has none, what stands here is marked as an
// example.
func (p *Portal) privacy(w http.ResponseWriter, r *http.Request) {
	p.pages.privacy.Write(w, r, frame("privacy", 0), privacyView{Link: p.o.City().Facts().Privacy})
}
