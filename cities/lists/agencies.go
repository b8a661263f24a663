package lists

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"tanggap/internal/sheet"
	"tanggap/router"
)

// agencyFields are the columns of a list of agencies.
func agencyFields() []field {
	return []field{
		{"id", []string{"kode", "kode instansi", "id", "id instansi", "agency id", "code"}, "Kode pendek yang tetap: huruf kecil, angka, titik, tanda hubung; contoh: bwi.dishub. / A short id that stays: small letters, digits, dots, hyphens.", true},
		{"parent", []string{"induk", "kode induk", "instansi induk", "parent", "parent agency"}, "Kode atau nama instansi induk; kosong: meja verifikasi. / Id or name of the agency above; empty: the root desk.", false},
		{"name", []string{"nama", "nama instansi", "instansi", "nama opd", "opd", "name", "agency", "agency name"}, "Nama lengkap. / The full name.", false},
		{"short", []string{"nama singkat", "singkatan", "nama pendek", "short", "short name", "abbreviation"}, "Paling banyak 20 huruf: dipakai di SMS. / At most 20 letters: it stands in an SMS.", false},
		{"kind", []string{"jenis", "jenis instansi", "kind", "type"}, "dinas, unit, inspektorat, eksternal. / dinas, unit, inspectorate, external.", false},
		{"area", []string{"kode wilayah", "wilayah", "area", "area code"}, "Hanya untuk tetangga: kode wilayahnya. / For a neighbour alone: the code of its area.", false},
		{"mailbox", []string{"surel", "email", "e-mail", "alamat email", "surat elektronik", "mailbox", "mail"}, "Ke mana laporan baru dikabarkan. / Where it hears of new reports.", false},
		{"chat", []string{"telegram", "id telegram", "chat", "chat id", "telegram chat"}, "Nomor grup Telegram. / The id of a Telegram group.", false},
		{"words", []string{"sebutan", "nama lain", "sebutan warga", "words", "also called", "aliases"}, "Bagaimana warga menyebutnya, dipisah titik koma. / What citizens call it, between semicolons.", false},
		{"roles", []string{"peran", "urusan", "tugas", "roles", "role"}, "Urusan menurut paket dasar, misalnya jalan; penerangan-jalan. / Its roles in the base pack.", false},
		{"source", []string{"sumber", "dasar hukum", "source", "legal basis"}, "Aturan yang menyebutnya; kosong: tercatat sebagai contoh. / The rule that says so; empty: marked as an example.", false},
		{"checked", []string{"diperiksa", "tanggal diperiksa", "checked", "checked on"}, "Tanggal aturan itu dilihat, untuk sumber baru. / The day that the rule was looked at, for a new source.", false},
	}
}

func agencyOrder() []string {
	return []string{"id", "parent", "name", "short", "kind", "external", "area", "zone", "hours", "mailbox", "chat", "words", "roles", "source", "example"}
}

var idForm = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{0,63}$`)

// agencies compares a list with the file of a pack.
type agencies struct {
	*pack
	file  *document
	lines map[string]int      // of the ids of the table
	names map[string][]string // ids by a name in its normal form
}

// Agencies says what a list of agencies would do to the pack in a folder. What a row leaves empty stays as it is; a
// dash takes away what is there. An agency that the list does not name stays. An error is one of reading; what is
// wrong with the list stands among the plan's problems.
func Agencies(dir, path string, now time.Time) (*Plan, error) {
	p, err := openPack(dir, now)
	if err != nil {
		return nil, err
	}
	t, err := read(path, agencyFields(), &p.plan.Outcome)
	if err != nil {
		return nil, err
	}
	const file = "agencies.toml"
	text, err := p.plan.read(file)
	if err != nil {
		return nil, err
	}
	a := agencies{pack: p, lines: map[string]int{}, names: map[string][]string{}}
	if a.file, err = parse(file, "agency", text); err != nil {
		return nil, err
	}
	a.ids(t.lines)
	for _, l := range t.lines {
		if id := l.text("id"); a.lines[id] == l.n {
			a.row(l, id)
		}
	}
	a.parents(t.lines)
	if !p.plan.OK() {
		return p.plan, nil
	}
	a.file.order()
	text, err = a.file.bytes()
	if err != nil {
		return nil, err
	}
	p.plan.put(file, text)
	return p.finish(a.lines)
}

// ids looks at the ids of all rows before any of them is read, because each may name any other.
func (a *agencies) ids(lines []line) {
	know := func(id string, names ...string) {
		for _, name := range names {
			name = sheet.Normal(name)
			if name != "" && !slices.Contains(a.names[name], id) {
				a.names[name] = append(a.names[name], id)
			}
		}
	}
	for _, e := range a.file.entries {
		know(text(e.values, "id"), text(e.values, "name"), text(e.values, "short"))
	}
	for _, l := range lines {
		id := l.text("id")
		agency, office := a.city.Agency(id)
		switch {
		case id == "":
			a.plan.fault(l, "id", "is empty: give a short id that stays, such as %s.dishub", a.id)
		case !idForm.MatchString(id):
			a.plan.fault(l, "id", "%q is no id: small letters, digits, dots and hyphens only, such as %s.dishub", id, a.id)
		case a.lines[id] > 0:
			a.plan.fault(l, "id", "%s stands in line %d already", id, a.lines[id])
		case office && agency.Area != "" && a.file.find(id) == nil:
			a.plan.fault(l, "id", "%s is the office of an area: those are made from areas.csv", id)
		default:
			a.lines[id] = l.n
			know(id, l.text("name"), l.text("short"))
		}
	}
}

func text(values map[string]any, key string) string {
	s, _ := values[key].(string)
	return s
}

// row writes one row into the file.
func (a *agencies) row(l line, id string) {
	e := a.file.find(id)
	isNew := e == nil
	if isNew {
		e = a.file.add()
		e.set(agencyOrder(), "id", id)
	}
	w := writer{entry: e, order: agencyOrder()}
	a.parent(l, id, &w, isNew)
	if l.cleared("name") || isNew && !l.has("name") {
		a.plan.fault(l, "name", "is empty: an agency has a name")
	}
	w.text(l, "name")
	a.short(l, &w, isNew)
	a.kind(l, &w, isNew)
	w.text(l, "area")
	if l.has("mailbox") {
		w.set("mailbox", strings.ToLower(l.text("mailbox")))
	}
	if chat, ok := number(l.text("chat")); !ok {
		a.plan.fault(l, "chat", lostDigits)
	} else if l.has("chat") {
		w.put("chat", chat)
	}
	w.list(l, "words")
	w.list(l, "roles")
	a.origin(l, &w, isNew, "source")
	a.plan.note(l, id, isNew, w.changed)
}

// parent finds the agency above by its id or by its name.
func (a *agencies) parent(l line, id string, w *writer, isNew bool) {
	name := l.text("parent")
	switch {
	case id == a.root && name != "":
		a.plan.fault(l, "parent", "%s is the root desk, above which there is nobody", id)
	case name == "" && (isNew || l.cleared("parent")) && id != a.root:
		w.put("parent", a.root)
	case name != "":
		if above, ok := a.named(l, name); ok {
			w.put("parent", above)
		}
	}
}

func (a *agencies) named(l line, name string) (string, bool) {
	if a.lines[name] > 0 || a.file.find(name) != nil {
		return name, true
	}
	ids := a.names[sheet.Normal(name)]
	switch {
	case len(ids) == 1:
		return ids[0], true
	case len(ids) > 1:
		a.plan.fault(l, "parent", "%q may be %s: write the id", name, strings.Join(ids, " or "))
	default:
		if _, office := a.city.Agency(name); office {
			a.plan.fault(l, "parent", "%q is the office of an area: nothing of this list stands below one", name)
			break
		}
		a.plan.fault(l, "parent", "there is no agency %q, neither in this list nor in the pack", name)
	}
	return "", false
}

// short is the name in an SMS; a full name that is short enough serves.
func (a *agencies) short(l line, w *writer, isNew bool) {
	short := l.text("short")
	if short == "" && isNew && len(l.text("name")) <= 20 {
		short = l.text("name")
	}
	switch {
	case short == "" && (isNew || l.cleared("short")):
		a.plan.fault(l, "short", "is empty: an SMS needs a name of at most 20 letters")
	case len(short) > 20:
		a.plan.fault(l, "short", "%q has %d letters: at most 20, because it stands in an SMS", short, len([]rune(short)))
	case short != "":
		w.put("short", short)
	}
}

func (a *agencies) kind(l line, w *writer, isNew bool) {
	kinds := map[string]string{
		"dinas": router.Dinas, "badan": router.Dinas, "inspektorat": router.Inspectorate, "inspectorate": router.Inspectorate,
		"unit": router.Unit, "upt": router.Unit, "uptd": router.Unit, "eksternal": router.External, "external": router.External,
		"luar": router.External, "province": router.Province, "provinsi": router.Province,
	}
	for _, e := range a.file.entries {
		kinds[text(e.values, "kind")] = text(e.values, "kind")
	}
	delete(kinds, "")
	kind := strings.ToLower(l.text("kind"))
	switch {
	case kind == "" && isNew:
		w.put("kind", router.Dinas)
	case kind == "":
	case kinds[kind] == "":
		a.plan.fault(l, "kind", "%q is no kind of agency: dinas, unit, inspektorat or eksternal", kind)
	default:
		w.put("kind", kinds[kind])
		w.flag("external", kinds[kind] == router.External)
	}
}

// parents looks for circles, which no agency could be reached in.
func (a *agencies) parents(lines []line) {
	above := map[string]string{}
	for _, e := range a.file.entries {
		above[text(e.values, "id")] = text(e.values, "parent")
	}
	told := map[string]bool{}
	for _, l := range lines {
		way := []string{l.text("id")}
		for id := above[way[0]]; id != "" && !told[id]; id = above[id] {
			if i := slices.Index(way, id); i >= 0 {
				way = append(way[i:], id)
				a.plan.fault(l, "parent", "goes round in a circle: %s", strings.Join(way, " is below "))
				for _, id := range way {
					told[id] = true
				}
				break
			}
			way = append(way, id)
		}
	}
}
