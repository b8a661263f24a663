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

// form is what a kind of list looks like.
type form struct {
	page     string
	fields   []field
	examples []map[string]string
}

func formOf(kind string) form {
	switch kind {
	case OfStaff:
		return form{"Pegawai", personFields(), []map[string]string{
			{"login": "contoh.siti", "name": "Siti Aminah", "role": "petugas", "agency": "Dinas Perhubungan"},
			{"login": "contoh.budi", "mail": "budi@dishub.example.go.id", "name": "Budi Santoso", "role": "penyelia", "agency": "Dinas Perhubungan", "language": "id"},
		}}
	case OfCategories:
		return form{"Topik", categoryFields(), []map[string]string{
			{"id": "contoh-lampu-taman", "name_id": "Lampu taman", "name_en": "Park lights", "agency": "Dinas Pertamanan", "deadline": "5 hari kerja", "located": "ya", "sure": "lampu taman mati|padam; lampu rptra", "hint": "gelap", "source": "Perwal Nomor 12 Tahun 2025", "checked": "2026-03-01"},
			{"id": "contoh-arsip", "name_id": "Layanan arsip", "name_en": "Archive services", "role": "kearsipan", "kind": "informasi", "deadline": "10 hari kerja", "sure": "arsip daerah; salinan arsip"},
		}}
	}
	return form{"Instansi", agencyFields(), []map[string]string{
		{"id": "contoh.dishub", "name": "Dinas Perhubungan", "short": "Dishub", "kind": "dinas", "mailbox": "pengaduan@dishub.example.go.id", "words": "dishub; dinas perhubungan", "source": "Perda Nomor 5 Tahun 2016 tentang Perangkat Daerah", "checked": "2026-03-01"},
		{"id": "contoh.parkir", "parent": "contoh.dishub", "name": "UPT Perparkiran", "short": "UPT Parkir", "kind": "unit", "chat": "-1001234567890", "words": "juru parkir resmi; upt parkir"},
	}}
}

// Template writes a workbook to fill in: the headings with two examples, which an import leaves out, and a page
// that says what each column is for.
func Template(w io.Writer, kind string) error {
	f := formOf(kind)
	var head []string
	about := [][]string{{"Kolom", "Keterangan"}, {"", "Kosong: tidak diubah. Tanda - : dihapus. Baris contoh tidak dibaca. / Empty: stays as it is. A dash: taken away. The examples are not read."}}
	for _, c := range f.fields {
		head = append(head, c.names[0])
		about = append(about, []string{c.names[0], c.about})
	}
	rows := [][]string{head}
	for _, e := range f.examples {
		row := make([]string, len(f.fields))
		for i, c := range f.fields {
			row[i] = e[c.key]
		}
		rows = append(rows, row)
	}
	return sheet.WriteBook(w, sheet.Page{Name: f.page, Rows: rows}, sheet.Page{Name: "Petunjuk", Rows: about})
}
