package demo

import (
	"context"
	"fmt"
	"strings"

	"tanggap/tickets"
)

// act is a step of staff, of the agency that holds the ticket then.
func (p *player) act(ctx context.Context, ticket int64, s step) error {
	t, err := p.store.TicketByID(ctx, ticket)
	if err != nil {
		return err
	}
	act := tickets.Act{Ticket: ticket, By: p.staff(t.Agency), Version: t.Version}
	switch s.What {
	case "reply":
		_, err = p.desk.Reply(ctx, act, s.Text)
	case "note":
		_, err = p.desk.Note(ctx, act, s.Text)
	case "transfer":
		err = p.desk.Transfer(ctx, act, s.Agency, s.Text)
	case "start":
		err = p.desk.Move(ctx, act, tickets.Step{To: tickets.InProgress})
	case "ask":
		err = p.desk.Move(ctx, act, tickets.Step{To: tickets.Pending, Text: s.Text})
	case "resolve":
		err = p.desk.Move(ctx, act, tickets.Step{To: tickets.Resolved, Text: s.Text})
	case "merge":
		err = p.desk.Move(ctx, act, tickets.Step{To: tickets.Merged, Reason: s.Text})
	case "back":
		err = p.desk.Move(ctx, act, tickets.Step{To: tickets.Triage, Reason: s.Text})
	case "reject":
		reason, text, _ := strings.Cut(s.Text, " | ")
		err = p.desk.Move(ctx, act, tickets.Step{To: tickets.Rejected, Reason: reason, Text: text})
	default:
		err = fmt.Errorf("nobody knows how to %s", s.What)
	}
	return err
}

// staff is who works at an agency.
func (p *player) staff(agency string) string {
	if name := p.week.Staff[agency]; name != "" {
		return name
	}
	return p.week.Staff["dki"]
}
