package tickets

// Join puts a ticket under an incident, changes how it stands there, or takes it out, in the transaction
// of its Change: package tickets/incidents reads what comes of it.
type Join struct {
	Ticket   int64 // 0 means New
	Incident int64
	State    string // of package tickets/incidents; "" takes the ticket out
	Was      string // how the ticket stood before; "" leaves what is kept of that
}

const (
	setMember = `INSERT INTO incident_member (ticket_id, incident_id, state, was, since) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (ticket_id) DO UPDATE SET incident_id = excluded.incident_id, state = excluded.state, since = excluded.since,
		was = CASE WHEN excluded.was = '' THEN incident_member.was ELSE excluded.was END`
	dropMember = `DELETE FROM incident_member WHERE ticket_id = ?`
)

// join writes them: a statement each, since only floods bring many.
func (p *plan) join(x *tx) error {
	for _, j := range p.joins {
		var err error
		if j.State == "" {
			_, err = x.exec(dropMember, j.Ticket)
		} else {
			_, err = x.exec(setMember, j.Ticket, j.Incident, j.State, j.Was, micros(p.now))
		}
		if err != nil {
			return err
		}
	}
	return nil
}
