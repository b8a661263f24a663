package bot

import (
	"context"
	"slices"

	"tanggap/router"
	"tanggap/tickets"
)

// PlaceByPhoto tells a case where a photo that its citizen sent was taken. That counts where nothing else said
// where it is, or makes a place that was named more exact; it contradicts no word of the citizen, who may send
// a picture from home. A case that waited for its place goes on to who acts there.
func (d *Desk) PlaceByPhoto(ctx context.Context, ticket int64, at router.Point) error {
	thread, err := d.store.Thread(ctx, ticket)
	if err != nil {
		return err
	}
	report := router.Report{Point: &at}
	if i := slices.IndexFunc(thread, func(l tickets.Line) bool { return l.Direction == tickets.In }); i >= 0 {
		report.Subject, report.Text = thread[i].Subject, thread[i].Text
	}
	_, err = d.work(ctx, "placing by a photo", tickets.Act{Ticket: ticket, By: routerActor}, func(s *scene, c *tickets.Ticket) error {
		report.Language = c.Language
		return s.placed(c, report)
	})
	return err
}

func (s *scene) placed(c *tickets.Ticket, r router.Report) error {
	d, ok := s.city.AskPhoto(r, s.bot.Mind())
	if cat, known := s.city.Category(c.Category); !ok || c.Located || !c.State.Open() || known && cat.Outside {
		return nil
	}
	if c.Area != "" && d.Area.Code != c.Area && !slices.Contains(d.Area.Parents, c.Area) {
		return nil
	}
	n := s.touch(c)
	locate(n, &d)
	s.event(n.ID, routerActor, "located", fields{}.text("area", n.Area).text("by", "photo"))
	if n.Question == tickets.AskPlace {
		n.Question = tickets.NoQuestion
	}
	if c.State != tickets.Triage || c.Area != "" || d.Abstained || n.Sealed || d.Sealed {
		return nil
	}
	if err := s.reroute(n, &d); err != nil {
		return err
	}
	if s.agency(n) != "" && !s.caps.Paid && !s.caps.Subject {
		s.tellAgency(n)
	}
	return nil
}
