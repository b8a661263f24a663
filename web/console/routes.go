package console

import "net/http"

// home is where the console begins.
const home = "/console/"

// routes is the whole table. What follows a ticket's reference is behind the agency's wall: see ticket.
func (c *console) routes(mux *http.ServeMux) {
	mux.HandleFunc("GET /console/sign-in", c.showSignIn)
	mux.HandleFunc("POST /console/sign-in", c.signIn)
	mux.HandleFunc("GET /console/link/{token}", c.showLink)
	mux.HandleFunc("POST /console/link/{token}", c.useLink)
	mux.HandleFunc("POST /console/sign-out", c.signOut)

	mux.Handle("GET /console", http.RedirectHandler(home, http.StatusSeeOther))
	mux.HandleFunc("GET /console/{$}", c.signed(c.begin))
	mux.HandleFunc("GET /console/queue", c.signed(c.showQueue))
	mux.HandleFunc("GET /console/verify", c.rootDesk(c.showVerify))

	mux.HandleFunc("GET /console/tickets/{ref}", c.ticket(c.showTicket))
	mux.HandleFunc("GET /console/tickets/{ref}/files/{file}", c.ticket(c.showFile))
	mux.HandleFunc("POST /console/tickets/{ref}/reply", c.ticket(c.reply))
	mux.HandleFunc("POST /console/tickets/{ref}/note", c.ticket(c.note))
	mux.HandleFunc("POST /console/tickets/{ref}/transfer", c.ticket(c.transfer))
	mux.HandleFunc("POST /console/tickets/{ref}/move", c.ticket(c.move))
	mux.HandleFunc("POST /console/tickets/{ref}/identity", c.ticket(c.openIdentity))
}
