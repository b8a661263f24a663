package bot

import (
	"errors"
	"strings"
	"testing"
	"time"

	"tanggap/internal/dbtest"
	"tanggap/tickets"
	"tanggap/tickets/staff"
)

func TestIdentityOpensWithAReasonForAWhile(t *testing.T) {
	converse(t, func(w *town) {
		w.says("sms", lamp)
		n := w.only()
		ctx := w.t.Context()
		opened := func(by string) time.Time {
			w.t.Helper()
			until, err := staff.New(w.store).Opened(ctx, n.ID, by)
			if err != nil {
				w.t.Fatal(err)
			}
			return until
		}
		act := tickets.Act{Ticket: n.ID, By: "siti"}
		for _, o := range []Opening{{}, {Reason: "curious"}, {Reason: ToOther, Words: " "}} {
			if err := w.desk.OpenIdentity(ctx, act, o); !errors.Is(err, ErrReason) {
				w.t.Errorf("%+v: %v", o, err)
			}
		}
		if until := opened("siti"); !until.IsZero() {
			w.t.Errorf("open until %s without a reason", until)
		}
		if err := w.desk.OpenIdentity(ctx, act, Opening{Reason: ToOther, Words: "Alamat rumah perlu dicek."}); err != nil {
			w.t.Fatal(err)
		}
		if until := opened("siti"); until.Sub(w.now).Round(time.Minute) != staff.OpenFor {
			w.t.Errorf("open until %s at %s", until, w.now)
		}
		if until := opened("budi"); !until.IsZero() {
			w.t.Error("open to a colleague too")
		}
		now := w.wants(n.ID, n.State, n.Agency)
		id, err := staff.New(w.store).Identity(ctx, &now)
		if err != nil || id.Address != n.Return.Address {
			w.t.Errorf("%+v %v", id, err)
		}
		w.has(w.events(n), "siti identity_opened")
		events, err := w.store.Events(ctx, n.ID)
		if err != nil || tickets.VerifyChain(now, events) != nil {
			w.t.Error("the chain is broken", err)
		}
		for _, e := range events {
			if strings.Contains(string(e.Data), "Alamat rumah") {
				w.t.Errorf("the event holds words: %s", e.Data)
			}
		}
		w.pass(staff.OpenFor)
		if until := opened("siti"); !until.IsZero() {
			w.t.Errorf("still open until %s", until)
		}
	})
}

func TestSealedIdentitiesNeedMore(t *testing.T) {
	w := settle(t, dbtest.New(t, dbtest.SQLite), smallTown(t, nil))
	w.says("chat", "petugas minta uang di Kelurahan Tebet Timur")
	n := w.only()
	act := tickets.Act{Ticket: n.ID, By: "siti"}
	if err := w.desk.OpenIdentity(t.Context(), act, Opening{Reason: ToCheck}); !errors.Is(err, ErrSealed) {
		t.Errorf("a clerk: %v", err)
	}
	if err := w.desk.OpenIdentity(t.Context(), act, Opening{Reason: ToCheck, Sealed: true}); err != nil {
		t.Errorf("a supervisor: %v", err)
	}
}

func TestANameOfAnyLengthIsCut(t *testing.T) {
	converse(t, func(w *town) {
		in := w.inbound("mail", lamp)
		in.Name = strings.Repeat("é ", 50_000)
		w.receives(in)
		n := w.only()
		who, err := staff.New(w.store).Identity(w.t.Context(), &n)
		if err != nil || len(who.Name) == 0 || len(who.Name) > mostName {
			w.t.Errorf("a name of %d bytes, %v", len(who.Name), err)
		}
	})
}
