package console_test

import (
	"net/http"
	"strings"
	"testing"

	"tanggap/tickets"
	"tanggap/tickets/staff"
	"tanggap/web/console"
)

func TestTheQualityPageSaysHowOftenTheRouterWasRight(t *testing.T) {
	each(t, func(w *town) {
		head, clerk := w.hires("rina", staff.Dispatcher, root), w.hires("siti", staff.Clerk, lights)
		if status, _, _ := clerk.get("/console/quality"); status != http.StatusNotFound {
			t.Errorf("an agency's clerk sees it: %d", status)
		}
		w.has(head.sees("/console/quality"), "Belum ada laporan yang bisa dinilai", "Tidak ada yang tertukar")
		right, wrong := w.reports("bot", street), w.reports("smsc", street)
		clerk.post(path(right)+"/move", clerk.form(right, "to", "in_progress"))
		clerk.post(path(wrong)+"/transfer", clerk.form(wrong, "agency", water, "reason", "Bukan lampu."))
		other := w.hires("budi", staff.Clerk, water)
		other.post(path(wrong)+"/transfer", other.form(wrong, "agency", inspector, "reason", "Coba inspektorat."))
		last := w.hires("tono", staff.Clerk, inspector)
		last.post(path(wrong)+"/move", last.form(wrong, "to", "in_progress"))
		if got := w.now(wrong); got.State != tickets.InProgress {
			t.Fatalf("%+v", got)
		}
		page := head.sees("/console/quality?days=7&wanted=90")
		w.has(page, "50% (1 dari 2)", "Dinas Bina Marga", "→ Inspektorat", wrong.Reference.String(), "→ Dinas Sumber Daya Air → ", "SMS", `value="90"`, "Belum cukup laporan")
		w.lacks(page, right.Reference.String(), "lampu jalan mati")
		status, _, file := head.get("/console/quality/pairs.csv?days=7")
		if status != http.StatusOK || !strings.Contains(file, lights+",") || !strings.Contains(file, ",1\n") {
			t.Errorf("%d:\n%s", status, file)
		}
	})
}

func TestCellsAreNoFormulas(t *testing.T) {
	for text, want := range map[string]string{"": "", "Dinas": "Dinas", "=1+1": "'=1+1", "@SUM(A1)": "'@SUM(A1)", "-2": "'-2", "a=b": "a=b"} {
		if got := console.PlainCell(text); got != want {
			t.Errorf("%q is written %q", text, got)
		}
	}
}
