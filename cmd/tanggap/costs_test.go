package main

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"tanggap/bot"
	"tanggap/channels"
	"tanggap/cities"
	"tanggap/internal/dbtest"
	"tanggap/tickets"
)

const paidAccount = `
[channels.sms]
type = "twilio-sms"
account_sid = "AC1"
auth_token = "at"
from = "+6281110001000"
`

// carry lets a citizen write an SMS of two segments at a time, and a platform take the receipt as three, or
// refuse it.
func carry(t *testing.T, url, number string, at time.Time, refused bool) {
	t.Helper()
	pack, err := cities.Load("jakarta")
	if err != nil {
		t.Fatal(err)
	}
	store, err := tickets.Open(t.Context(), url, tickets.Options{Now: func() time.Time { return at }})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	ctx := context.Background()
	b := bot.New(pack.City, bot.Options{Accounts: func(string) (channels.Capabilities, bool) {
		return channels.Capabilities{Channel: "sms", Addresses: channels.Tel, Text: channels.Limit{Max: 3, Unit: channels.Segments}, Paid: true}, true
	}})
	err = bot.NewInbox(store).Accept(ctx, channels.Inbound{
		Account: "sms", Kind: channels.Message, EventID: number, MessageID: number, From: channels.Address{Kind: channels.Tel, Value: number},
		Text: "Lampu jalan mati di depan SDN 01 Tebet Timur, " + strings.Repeat("gelap sekali ", 10), Raw: []byte("x"), RawType: "text/plain",
	})
	if err != nil {
		t.Fatal(err)
	}
	lease, ok, err := store.Take(ctx, "processor", "test", time.Minute)
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	if _, err := store.Process(ctx, lease, tickets.Share{Max: 10}, bot.Mentions, b.Decide); err != nil {
		t.Fatal(err)
	}
	parcels, err := store.Claim(ctx, "sms", 10, time.Minute)
	if err != nil || len(parcels) != 1 {
		t.Fatal(len(parcels), err)
	}
	p := &parcels[0]
	if err := store.Render(ctx, p, []string{p.Text}); err != nil {
		t.Fatal(err)
	}
	attempt, err := store.Begin(ctx, p, &p.Parts[0], time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	fate := tickets.Fate{State: "delivered", ExternalID: "SM" + number, Segments: 3}
	if refused {
		fate = tickets.Fate{State: "failed", Kind: "rejected", Reason: "refused"}
	}
	if err := store.End(ctx, p, &p.Parts[0], attempt, fate); err != nil {
		t.Fatal(err)
	}
	if err := store.Drop(ctx, lease); err != nil {
		t.Fatal(err)
	}
}

func TestCostsAreWhatWasCarriedTimesTheCitysPrices(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		now := time.Now()
		carry(t, url, "+628120000001", now.AddDate(0, 0, -40), false) // too long ago
		carry(t, url, "+628120000002", now.Add(-time.Hour), false)
		carry(t, url, "+628120000003", now.Add(-time.Minute), true)
		path := configFile(t, url, "server.public_url = 'https://x.go.id'\ncosts.currency = 'IDR'\n"+botAccount+paidAccount+"price_in = \"12.5\"\nprice_out = \"350\"\n")
		status, out, errs := tanggap(t, "costs", "--config", path, "--json", "--reports-a-day", "100")
		var sheet costSheet
		if err := json.Unmarshal([]byte(out), &sheet); err != nil || status != done || errs != "" {
			t.Fatalf("status %d: %v: %s%s", status, err, out, errs)
		}
		chat, sms := sheet.Accounts[0], sheet.Accounts[1]
		if chat.Paid || chat.Cost != nil || sms.Tickets != 2 || sms.In != 4 || sms.Out != 3 || *sms.Cost != 4*12.5+3*350 || *sms.CostPerTicket != 550 || *sheet.Total != 1100 || sheet.Currency != "IDR" {
			t.Errorf("the sheet is %s", out)
		}
		if e := sheet.Reckoned.Accounts; len(e) != 1 || e[0].Basis != "one case played through" || *e[0].CostADay != 100**e[0].CostPerTicket || *e[0].CostAMonth != 30**e[0].CostADay {
			t.Errorf("the estimate is %+v", e)
		}
		// A flag stands above the file.
		if _, out, _ := tanggap(t, "costs", "--config", path, "--price-out", "sms=0", "--currency", "USD"); !strings.Contains(out, "in USD") || !strings.Contains(out, " 50.00 ") {
			t.Errorf("%s", out)
		}
		if _, _, errs := tanggap(t, "costs", "--config", configFile(t, url, botAccount)); !strings.Contains(errs, "not in the sheet: what sms carried") {
			t.Errorf("of an account that is gone it says %q", errs)
		}
		if _, out, _ := tanggap(t, "costs", "--config", path, "--days", "60"); !strings.Contains(out, " 2 175 ") {
			t.Errorf("over 60 days:\n%s", out)
		}
	})
}

func TestAPriceThatNobodyGaveIsAskedFor(t *testing.T) {
	path := configFile(t, dbtest.New(t, dbtest.SQLite), "server.public_url = 'https://x.go.id'\n"+paidAccount)
	status, out, errs := tanggap(t, "costs", "--config", path, "--reports-a-day", "508")
	if status != failed || !strings.Contains(errs, "channels.sms.price_in, or --price-in sms=…") || !strings.Contains(errs, "price_out") || !strings.Contains(errs, "currency") {
		t.Errorf("status %d: %s", status, errs)
	}
	// What one case takes is known without any price.
	if !strings.Contains(out, "2.0") || !strings.Contains(out, "4.0") || !strings.Contains(out, "?") {
		t.Errorf("%s", out)
	}
	status, _, errs = tanggap(t, "costs", "--config", path, "--price-in", "sms=Rp 1", "--price-out", "fax=1", "--days", "0")
	if status != wrong || strings.Count(errs, "tanggap: --") != 3 {
		t.Errorf("status %d: %s", status, errs)
	}
}
