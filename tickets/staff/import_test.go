package staff_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"tanggap/tickets"
	"tanggap/tickets/staff"
)

func TestAListOfPeopleIsTakenWholeOrNotAtAll(t *testing.T) {
	withStaff(t, func(s *staff.Store, _ *deskClock, clerkOf staff.Member) {
		ctx := t.Context()
		boss, err := s.Add(ctx, "command", staff.Member{Login: "kepala", Name: "Kepala", Role: staff.Administrator, Agency: clerkOf.Agency}, "")
		if err != nil {
			t.Fatal(err)
		}
		before, err := s.List(ctx)
		if err != nil {
			t.Fatal(err)
		}
		clerk := func(login string) staff.Member {
			return staff.Member{Login: login, Name: "Petugas " + login, Role: staff.Clerk, Agency: boss.Agency}
		}
		lesser := boss
		lesser.Role = staff.Auditor
		for name, c := range map[string]struct {
			added, changed []staff.Member
			want           error
		}{
			"taken":      {[]staff.Member{clerk("satu"), clerk(boss.Login)}, nil, staff.ErrTaken},
			"no login":   {[]staff.Member{clerk("dua"), clerk("a b")}, nil, staff.ErrMember},
			"unknown":    {[]staff.Member{clerk("tiga")}, []staff.Member{clerk("nobody.here")}, tickets.ErrNotFound},
			"the last":   {[]staff.Member{clerk("empat")}, []staff.Member{lesser}, staff.ErrNobodyLeft},
			"a nobody's": {[]staff.Member{clerk("lima"), clerk("system")}, nil, staff.ErrMember},
		} {
			if tokens, err := s.Import(ctx, "command", c.added, c.changed, time.Hour); !errors.Is(err, c.want) || tokens != nil {
				t.Errorf("%s: %v, %d tokens", name, err, len(tokens))
			}
		}
		if after, err := s.List(ctx); err != nil || len(after) != len(before) {
			t.Errorf("%v, %d people, were %d", err, len(after), len(before))
		}

		var many []staff.Member
		for i := range 300 {
			many = append(many, clerk(fmt.Sprintf("p%03d", i)))
		}
		tokens, err := s.Import(ctx, "command", many, []staff.Member{{Login: boss.Login, Name: "Ibu Baru", Role: boss.Role, Agency: boss.Agency, Language: "en"}}, time.Hour)
		if err != nil || len(tokens) != len(many) {
			t.Fatalf("%v, %d tokens", err, len(tokens))
		}
		who, err := s.UseLink(ctx, tokens["p007"])
		if err != nil || who.Login != "p007" || who.Role != staff.Clerk || who.Language != "id" || who.HasPassword {
			t.Errorf("%v, %+v", err, who)
		}
		if _, err := s.UseLink(ctx, tokens["p007"]); !errors.Is(err, staff.ErrLink) {
			t.Errorf("a second time: %v", err)
		}
		if m, err := s.Find(ctx, boss.Login); err != nil || m.Name != "Ibu Baru" || m.Language != "en" {
			t.Errorf("%v, %+v", err, m)
		}
		events, err := s.Events(ctx, 2)
		if err != nil || len(events) != 2 || events[1].Type != "changed" || events[1].Login != boss.Login || events[1].Actor != "command" {
			t.Errorf("%v, %+v", err, events)
		}
	})
}
