package console_test

import (
	"testing"
	"time"

	"tanggap/tickets"
	"tanggap/tickets/history"
	"tanggap/tickets/staff"
)

func TestAnImportedReportIsReadAndNothingIsOfferedThatNobodyWouldHear(t *testing.T) {
	each(t, func(w *town) {
		at := time.Date(2025, 3, 1, 8, 0, 0, 0, time.UTC)
		old := history.Report{Number: "8000001", At: at, Title: "Lampu mati", Text: street, Agency: lights, Kind: tickets.Complaint, Language: "id", Answer: "Sudah menyala."}
		if _, err := history.New(w.Store).Add(t.Context(), "command", "lapor", []history.Report{old}); err != nil {
			t.Fatal(err)
		}
		found, _, err := w.List(t.Context(), tickets.Filter{})
		if err != nil || len(found) != 1 {
			t.Fatalf("%d tickets, %v", len(found), err)
		}
		boss := w.hires("siti", staff.Supervisor, root)
		page := boss.sees(path(found[0]))
		w.has(page, street, "Sudah menyala.", "diimpor dari sistem lain", "Tidak ada warga yang dapat dibalas")
		w.lacks(page, path(found[0])+"/reply", path(found[0])+"/move", path(found[0])+"/transfer", path(found[0])+"/identity", "kanal lain", "Anda hanya dapat membaca")
	})
}
