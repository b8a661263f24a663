// Package lapor takes an export of the national complaint system SP4N-LAPOR! into a city's history: closed
// reports only, by a map that says which column is what. Names and numbers of citizens are in no column that it reads.
package lapor

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"tanggap/internal/sheet"
	"tanggap/router"
)

// Map says how an export is to be read.
type Map struct {
	Account    string            `toml:"account"`   // under which the reports are kept
	Worksheet  string            `toml:"worksheet"` // of a workbook; "" is the first
	Closed     []string          `toml:"closed"`    // the values of status that mean closed; "*" is every one
	Columns    Columns           `toml:"columns"`
	Agencies   map[string]string `toml:"agencies"`   // the export's name: our id, "-" to leave its reports out
	Categories map[string]string `toml:"categories"` // the same of categories; reports without are taken all the same
}

// Columns are headings of the export. ID, Date, Agency and Text or Title there must be.
type Columns struct {
	ID       string `toml:"id"`
	Date     string `toml:"date"`
	Title    string `toml:"title"`
	Text     string `toml:"text"`
	Agency   string `toml:"agency"`
	Category string `toml:"category"`
	Kind     string `toml:"kind"`
	Status   string `toml:"status"`
	Answer   string `toml:"answer"`
	Answered string `toml:"answered"`
	Closed   string `toml:"closed"`
	Location string `toml:"location"`
}

// fields are the columns with their keys and the headings that exports are known to have, in the order of the map.
func (c *Columns) fields() []field {
	return []field{
		{"id", &c.ID, "tracking id|nomor laporan|no laporan|id laporan|kode laporan|nomor tiket|no tiket|id"},
		{"date", &c.Date, "tanggal laporan masuk|tanggal laporan|tgl laporan|tanggal masuk|tanggal dibuat|waktu laporan|tanggal"},
		{"title", &c.Title, "judul laporan|judul|perihal|subjek"},
		{"text", &c.Text, "isi laporan akhir|isi laporan|isi laporan awal|isi aduan|uraian|deskripsi|laporan|isi"},
		{"agency", &c.Agency, "instansi terdisposisi|instansi tujuan|instansi terlapor|disposisi|unit kerja|opd|skpd|perangkat daerah|instansi"},
		{"category", &c.Category, "kategori laporan|kategori|topik|sub kategori"},
		{"kind", &c.Kind, "klasifikasi laporan|klasifikasi|jenis laporan"},
		{"status", &c.Status, "status laporan|status"},
		{"answer", &c.Answer, "tindak lanjut terakhir|tindak lanjut|jawaban|tanggapan|respon"},
		{"answered", &c.Answered, "tanggal tindak lanjut terakhir|tanggal tindak lanjut|tanggal jawaban|tanggal tanggapan"},
		{"closed", &c.Closed, "tanggal selesai|tanggal ditutup|tanggal tutup|tanggal penutupan"},
		{"location", &c.Location, "lokasi kejadian|tempat kejadian|lokasi"},
	}
}

type field struct {
	key     string
	heading *string
	known   string
}

var accountForm = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,31}$`)

// ReadMap reads a map strictly and checks it against the city; all that is wrong is told at once.
func ReadMap(path string, city *router.City) (Map, error) {
	var m Map
	data, err := os.ReadFile(path)
	if err != nil {
		return m, err
	}
	dec := toml.NewDecoder(bytes.NewReader(data)).DisallowUnknownFields()
	err = dec.Decode(&m)
	var wrong *toml.DecodeError
	var unknown *toml.StrictMissingError
	switch {
	case errors.As(err, &unknown):
		line, _ := unknown.Errors[0].Position()
		return m, fmt.Errorf("%s: line %d: unknown key %v", path, line, unknown.Errors[0].Key())
	case errors.As(err, &wrong):
		line, _ := wrong.Position()
		return m, fmt.Errorf("%s: line %d: %w", path, line, err)
	case err != nil:
		return m, fmt.Errorf("%s: %w", path, err)
	}
	m.Account = cmp.Or(m.Account, "lapor")
	var faults []error
	fault := func(format string, args ...any) {
		faults = append(faults, fmt.Errorf("%s: %s", path, fmt.Sprintf(format, args...)))
	}
	if !accountForm.MatchString(m.Account) {
		fault("account: %q is none: small letters, digits and hyphens", m.Account)
	}
	for _, f := range m.Columns.fields() {
		if *f.heading == "" && slices.Contains([]string{"id", "date", "agency"}, f.key) {
			fault("columns.%s is missing", f.key)
		}
	}
	if m.Columns.Text == "" && m.Columns.Title == "" {
		fault("columns.text and columns.title are both missing")
	}
	if len(m.Closed) == 0 || m.Columns.Status == "" && !slices.Contains(m.Closed, "*") {
		fault(`closed: names no values of the status that mean closed ("*" where all reports are)`)
	}
	for _, name := range slices.Sorted(maps.Keys(m.Agencies)) {
		if id := m.Agencies[name]; id != "" && id != "-" {
			if _, ok := city.Agency(id); !ok {
				fault("agencies: %q: the city has no agency %q", name, id)
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(m.Categories)) {
		if id := m.Categories[name]; id != "" && id != "-" {
			if _, ok := city.Category(id); !ok {
				fault("categories: %q: the city has no category %q", name, id)
			}
		}
	}
	return m, errors.Join(faults...)
}

// names finds our ids by names in their normal form; one that two of ours have finds none.
type names map[string]string

func (n names) add(name, id string) {
	key := sheet.Normal(name)
	if had, there := n[key]; there && had != id {
		id = ""
	}
	if key != "" {
		n[key] = id
	}
}

// find finds an id by a name, also where the name of the city, which ends in last, stands behind it.
func (n names) find(name, last string) string {
	key := sheet.Normal(name)
	if id, there := n[key]; there {
		return id
	}
	for _, tier := range []string{" provinsi ", " kabupaten ", " kota "} {
		if short, of, cut := strings.Cut(key, tier); cut && last != "" && strings.HasSuffix(" "+of, " "+last) {
			return n[short]
		}
	}
	return ""
}

// lastWord is that of the city's name, in its normal form.
func lastWord(city *router.City) string {
	words := strings.Fields(sheet.Normal(city.Facts().Name))
	if len(words) == 0 {
		return ""
	}
	return words[len(words)-1]
}

func agencyNames(city *router.City, given map[string]string) names {
	n := names{}
	for _, a := range city.Agencies() {
		for _, name := range []string{a.ID, a.Name, a.Short} {
			n.add(name, a.ID)
		}
	}
	n.override(given)
	return n
}

func categoryNames(city *router.City, given map[string]string) names {
	n := names{}
	for _, c := range city.Categories() {
		n.add(c.ID, c.ID)
		for _, name := range c.Name {
			n.add(name, c.ID)
		}
	}
	n.override(given)
	return n
}

// override takes what a person said; "" says nothing.
func (n names) override(given map[string]string) {
	for name, id := range given {
		if id != "" {
			n[sheet.Normal(name)] = id
		}
	}
}

// closedWords are in statuses that mean closed, unless one of openWords is.
var (
	closedWords = []string{"selesai", "tutup", "ditutup", "closed"}
	openWords   = []string{"belum", "proses", "menunggu", "tunda"}
)

// Draft makes a first map out of an export: columns by headings that such exports have, agencies and categories by
// their names, with how many reports each has.
func Draft(path, worksheet string, city *router.City) ([]byte, error) {
	r, err := sheet.Open(path, worksheet)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	m := Map{Account: "lapor", Worksheet: worksheet}
	heading, err := r.Heading(func(cells []string) int { return guess(cells, &Columns{}) })
	if err != nil {
		return nil, errors.New("no row of the first twenty looks like the heading of such an export; write the map by hand")
	}
	guess(heading.Cells, &m.Columns)
	at := positions(heading.Cells, &m.Columns)
	seen := [3]map[string]int{{}, {}, {}}
	err = each(r, func(row sheet.Row) error {
		for i, key := range []string{"agency", "category", "status"} {
			column, there := at[key]
			if !there {
				continue // not the first: there may be who reported
			}
			if name := row.Cell(column); row.Err == nil && name != "" && len(seen[i]) < mostNames {
				seen[i][name]++
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return m.text(heading.Cells, city, seen), nil
}

const mostNames = 5000

// guess fills in the columns whose headings are known, and returns how many.
func guess(cells []string, c *Columns) (n int) {
	normal := map[string]string{}
	for _, cell := range cells {
		normal[sheet.Normal(cell)] = cell
	}
	for _, f := range c.fields() {
		for _, known := range strings.Split(f.known, "|") {
			if cell, ok := normal[sheet.Normal(known)]; ok && cell != "" {
				*f.heading = cell
				n++
				break
			}
		}
	}
	return n
}

// text is the map as a file.
func (m *Map) text(heading []string, city *router.City, seen [3]map[string]int) []byte {
	var b bytes.Buffer
	b.WriteString("# Which column of the export is what, and whom its names mean. Columns that are not named here are not read:\n" +
		"# name none that holds who reported. The headings of the export:\n")
	for _, h := range heading {
		if h != "" {
			fmt.Fprintf(&b, "#   %s\n", oneLine(h))
		}
	}
	fmt.Fprintf(&b, "account = %q\n", m.Account)
	if m.Worksheet != "" {
		fmt.Fprintf(&b, "worksheet = %s\n", quoted(m.Worksheet))
	}
	b.WriteString("# The values of the status that mean closed; all others are left out. The export has:\n")
	var closed []string
	for _, s := range common(seen[2]) {
		fmt.Fprintf(&b, "#   %s (%d)\n", oneLine(s.Name), s.Count)
		has := func(words []string) bool {
			return slices.ContainsFunc(strings.Fields(sheet.Normal(s.Name)), func(w string) bool { return slices.Contains(words, w) })
		}
		if has(closedWords) && !has(openWords) {
			closed = append(closed, quoted(s.Name))
		}
	}
	fmt.Fprintf(&b, "closed = [%s]\n\n[columns]\n", strings.Join(closed, ", "))
	for _, f := range m.Columns.fields() {
		if *f.heading == "" {
			fmt.Fprintf(&b, "# %s = \"\"\n", f.key)
			continue
		}
		fmt.Fprintf(&b, "%s = %s\n", f.key, quoted(*f.heading))
	}
	b.WriteString("\n# The export's name = our id; \"\" is still open, \"-\" leaves its reports out.\n[agencies]\n")
	writeNames(&b, seen[0], agencyNames(city, nil), lastWord(city))
	b.WriteString("\n[categories]\n")
	writeNames(&b, seen[1], categoryNames(city, nil), "")
	return b.Bytes()
}

func writeNames(b *bytes.Buffer, seen map[string]int, known names, last string) {
	for _, c := range common(seen) {
		fmt.Fprintf(b, "%s = %q # %d\n", quoted(c.Name), known.find(c.Name, last), c.Count)
	}
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// quoted is a basic string of TOML, whose escapes JSON's are.
func quoted(s string) string {
	s = strconv.QuoteToGraphic(s)
	return strings.NewReplacer(`\a`, `\u0007`, `\v`, `\u000b`, `\x`, `\u00`).Replace(s)
}

// Count is a name with how many reports have it.
type Count struct {
	Name  string `json:"name"`
	Count int    `json:"count"`
}

// common lists names, the commonest first.
func common(seen map[string]int) []Count {
	all := make([]Count, 0, len(seen))
	for name, n := range seen {
		all = append(all, Count{name, n})
	}
	slices.SortFunc(all, func(a, b Count) int { return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Name, b.Name)) })
	return all
}
