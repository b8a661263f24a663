package lists

import (
	"io"

	"tanggap/internal/sheet"
)

// example begins what stands in a template to be looked at, and is never taken.
const example = "contoh"

// The kinds of list.
const (
	OfAgencies   = "agencies"
	OfCategories = "categories"
	OfStaff      = "staff"
)

// Template writes a workbook to fill in: the headings with two examples, which an import leaves out, and a page
// that says what each column is for.
func Template(w io.Writer, kind string) error {
	fields, examples := agencyFields(), []map[string]string{
		{"id": "contoh.dishub", "name": "Dinas Perhubungan", "short": "Dishub", "kind": "dinas", "mailbox": "pengaduan@dishub.example.go.id", "words": "dishub; dinas perhubungan", "source": "Perda Nomor 5 Tahun 2016 tentang Perangkat Daerah", "checked": "2026-03-01"},
		{"id": "contoh.parkir", "parent": "contoh.dishub", "name": "UPT Perparkiran", "short": "UPT Parkir", "kind": "unit", "chat": "-1001234567890", "words": "juru parkir resmi; upt parkir"},
	}
	page := "Instansi"
	head, about := []string{}, [][]string{{"Kolom", "Keterangan"}, {"", "Kosong: tidak diubah. Tanda - : dihapus. Baris contoh tidak dibaca. / Empty: stays as it is. A dash: taken away. The examples are not read."}}
	rows := [][]string{nil}
	for _, f := range fields {
		head = append(head, f.names[0])
		about = append(about, []string{f.names[0], f.about})
	}
	rows[0] = head
	for _, e := range examples {
		row := make([]string, len(fields))
		for i, f := range fields {
			row[i] = e[f.key]
		}
		rows = append(rows, row)
	}
	return sheet.WriteBook(w, sheet.Page{Name: page, Rows: rows}, sheet.Page{Name: "Petunjuk", Rows: about})
}
