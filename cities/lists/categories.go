package lists

import (
	"errors"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"tanggap/internal/sheet"
	"tanggap/router"
)

// addedFile takes the topics that stand in no file of the pack yet.
const addedFile = "categories/tambahan.toml"

// categoryFields are the columns of a list of topics.
func categoryFields() []field {
	return []field{
		{"id", []string{"kode", "kode topik", "kode kategori", "id", "category id", "code"}, "Kode pendek yang tetap: huruf kecil, angka, tanda hubung; contoh: lampu-taman. / A short id that stays.", true},
		{"name_id", []string{"nama", "topik", "kategori", "nama topik", "nama kategori", "nama indonesia", "name (id)", "name", "category", "topic", "indonesian name"}, "Nama topik, seperti dibaca warga. / The topic's name in Indonesian.", false},
		{"name_en", []string{"nama inggris", "bahasa inggris", "nama bahasa inggris", "inggris", "english", "name in english", "english name"}, "Namanya dalam bahasa Inggris. / Its name in English.", false},
		{"agency", []string{"instansi", "kode instansi", "ditangani oleh", "penanggung jawab", "opd", "agency", "agency id", "handled by"}, "Kode atau nama instansi yang menangani. / Id or name of the agency that handles it.", false},
		{"role", []string{"peran", "urusan", "role"}, "Atau: urusan, yang dimiliki satu instansi. / Or: a role that one agency has.", false},
		{"office", []string{"kantor", "kantor wilayah", "office"}, "Atau: tingkat wilayah yang kantornya menangani, misalnya kelurahan. / Or: the level of the area whose office does.", false},
		{"kind", []string{"jenis", "jenis laporan", "kind"}, "pengaduan (kosong), informasi, aspirasi. / complaint (empty), information, suggestion.", false},
		{"deadline", []string{"tenggat", "batas waktu", "sla", "deadline"}, "Misalnya: 5 hari kerja, 3 hari kalender, 24 jam. / For example: 5 working days.", false},
		{"deadline_source", []string{"sumber tenggat", "dasar tenggat", "deadline source"}, "Aturan yang menetapkan tenggat; kosong: contoh, tidak dijanjikan kepada warga. / The rule behind it; empty: an example, which nobody is promised.", false},
		{"located", []string{"berlokasi", "ada lokasi", "located"}, "ya bila masalahnya ada di suatu tempat. / yes where the matter lies at a place.", false},
		{"sensitive", []string{"sensitif", "rahasia", "sensitive"}, "ya: laporannya tertutup. / yes: its reports are sealed.", false},
		{"emergency", []string{"darurat", "gawat darurat", "emergency"}, "ya: dijawab seketika dengan nomor darurat. / yes: answered at once with the emergency number.", false},
		{"conduct", []string{"perilaku petugas", "conduct"}, "ya: tentang petugas; ke inspektorat. / yes: about officials, goes to the inspectorate.", false},
		{"sure", []string{"kata pasti", "kata kunci", "sure", "keywords"}, "Kata yang cukup sendiri, dipisah titik koma. / Words that decide alone, between semicolons.", false},
		{"strong", []string{"kata kuat", "strong"}, "Kata yang menentukan bila tidak ada yang lain. / Words that decide unless others speak.", false},
		{"hint", []string{"kata pendukung", "kata bantu", "hint"}, "Kata yang mendukung. / Words that support.", false},
		{"against", []string{"kata lawan", "bukan", "against"}, "Kata yang berarti bukan topik ini. / Words that speak against it.", false},
		{"source", []string{"sumber", "dasar hukum", "source", "legal basis"}, "Aturan yang menyerahkannya; kosong: contoh. / The rule that says who acts; empty: an example.", false},
		{"checked", []string{"diperiksa", "tanggal diperiksa", "checked", "checked on"}, "Tanggal aturan itu dilihat, untuk sumber baru. / The day that the rule was looked at, for a new source.", false},
	}
}

func categoryOrder() []string {
	return []string{"id", "name", "agency", "role", "office", "kind", "located", "conduct", "sensitive", "emergency", "outside", "deadline", "source", "example", "sure", "strong", "hint", "against"}
}

// categories compares a list with the files of a pack.
type categories struct {
	*pack
	files []*document
	added *document   // addedFile, which may be among files
	below []*document // of the base
	lines map[string]int
}

// Categories says what a list of topics would do to the pack in a folder: as Agencies does for those. A topic of the
// base that changes is copied into the pack first, and stays its own from then on.
func Categories(dir, file string, now time.Time) (*Plan, error) {
	p, err := openPack(dir, now)
	if err != nil {
		return nil, err
	}
	t, err := read(file, categoryFields(), &p.plan.Outcome)
	if err != nil {
		return nil, err
	}
	c := categories{pack: p, lines: map[string]int{}}
	if err := c.open(); err != nil {
		return nil, err
	}
	for _, l := range t.lines {
		if c.id(l) {
			c.row(l, l.text("id"))
		}
	}
	if !p.plan.OK() {
		return p.plan, nil
	}
	for _, d := range append(c.files, c.added) {
		if _, there := p.plan.was[d.file]; !there && len(d.entries) == 0 {
			continue
		}
		text, err := d.bytes()
		if err != nil {
			return nil, err
		}
		p.plan.put(d.file, text)
	}
	return p.finish(c.lines)
}

// open reads the files of the pack and of the base.
func (c *categories) open() error {
	names, err := filepath.Glob(filepath.Join(c.plan.dir, "categories", "*.toml"))
	if err != nil {
		return err
	}
	for _, name := range names {
		file := path.Join("categories", filepath.Base(name))
		text, err := c.plan.read(file)
		if err != nil {
			return err
		}
		d, err := parse(file, "category", text)
		if err != nil {
			return err
		}
		if file == addedFile {
			c.added = d
			continue
		}
		c.files = append(c.files, d)
	}
	if c.added == nil {
		c.added = &document{file: addedFile, name: "category", head: []string{"# Topics of the city's own, from its lists, and those of the base that it has changed."}}
	}
	if c.base == nil {
		return nil
	}
	if names, err = fs.Glob(c.base, "categories/*.toml"); err != nil {
		return err
	}
	for _, file := range names {
		text, err := fs.ReadFile(c.base, file)
		if err != nil {
			return err
		}
		d, err := parse(file, "category", text)
		if err != nil {
			return err
		}
		c.below = append(c.below, d)
	}
	return nil
}

// id looks at a row's id.
func (c *categories) id(l line) bool {
	id := l.text("id")
	switch {
	case id == "":
		c.plan.fault(l, "id", "is empty: give a short id that stays, such as lampu-taman")
	case !idForm.MatchString(id):
		c.plan.fault(l, "id", "%q is no id: small letters, digits and hyphens only, such as lampu-taman", id)
	case c.lines[id] > 0:
		c.plan.fault(l, "id", "%s stands in line %d already", id, c.lines[id])
	case slices.Contains(c.drop, id):
		c.plan.fault(l, "id", "%s is dropped by this pack: take it out of drop in city.toml first", id)
	default:
		c.lines[id] = l.n
		return true
	}
	return false
}

// find is the entry of a topic in the pack, or a copy of the base's that is not in any file yet.
func (c *categories) find(id string) (e *entry, copied, isNew bool) {
	for _, d := range append(c.files, c.added) {
		if e := d.find(id); e != nil {
			return e, false, false
		}
	}
	for _, d := range c.below {
		if e := d.find(id); e != nil {
			return e.clone(), true, false
		}
	}
	e = (&document{name: "category"}).add()
	e.set(categoryOrder(), "id", id)
	return e, false, true
}

// row writes one row into its file.
func (c *categories) row(l line, id string) {
	e, copied, isNew := c.find(id)
	w := &writer{entry: e, order: categoryOrder()}
	c.name(l, w, isNew)
	c.conduct(l, w)
	c.acts(l, w, isNew)
	c.kind(l, w)
	for _, key := range []string{"located", "sensitive", "emergency"} {
		c.flag(l, w, key)
	}
	c.deadline(l, w, isNew)
	// What says that one agency acts does not say it of another.
	moved := slices.ContainsFunc(w.changed, func(f Field) bool { return f.Name == "agency" || f.Name == "role" || f.Name == "office" })
	c.origin(l, w, isNew || moved, "source", "deadline_source")
	for _, key := range []string{"sure", "strong", "hint", "against"} {
		w.list(l, key)
	}
	if isNew || copied && len(w.changed) > 0 {
		e.lead = []string{""}
		if copied {
			e.lead = append(e.lead, "# Of the base, and changed.")
		}
		c.added.entries = append(c.added.entries, e)
	}
	c.plan.note(l, id, isNew, w.changed)
}

func (e *entry) clone() *entry {
	values := map[string]any{}
	for k, v := range e.values {
		values[k] = v
	}
	return &entry{body: slices.Clone(e.body), values: values}
}

// name is one in each language; Indonesian and English are wanted by every reader.
func (c *categories) name(l line, w *writer, isNew bool) {
	names := map[string]any{}
	if had, ok := w.entry.values["name"].(map[string]any); ok {
		for k, v := range had {
			names[k] = v
		}
	}
	for key, language := range map[string]string{"name_id": "id", "name_en": "en"} {
		if l.text(key) != "" {
			names[language] = l.text(key)
		}
	}
	for _, key := range []string{"name_id", "name_en"} {
		if l.cleared(key) || isNew && !l.has(key) {
			c.plan.fault(l, key, "is empty: a topic has a name in Indonesian and one in English")
		}
	}
	if len(names) > 0 {
		w.put("name", names)
	}
}

// conduct is about officials: nobody but the inspectorate gets it.
func (c *categories) conduct(l line, w *writer) {
	c.flag(l, w, "conduct")
	if w.entry.values["conduct"] == true {
		for _, key := range []string{"agency", "role", "office"} {
			if l.text(key) != "" {
				c.plan.fault(l, key, "is to be empty: what is about officials goes to the inspectorate")
			}
			w.put(key, nil)
		}
	}
}

// acts says who handles a topic: an agency, a role, or an office, and one of them alone.
func (c *categories) acts(l line, w *writer, isNew bool) {
	var given []string
	for _, key := range []string{"agency", "role", "office"} {
		if l.text(key) != "" {
			given = append(given, key)
		}
	}
	switch {
	case w.entry.values["conduct"] == true:
	case len(given) > 1:
		c.plan.fault(l, given[1], "stands beside the column %q: who handles a topic is one of an agency, a role and an office", l.table.headings[l.table.at[given[0]]])
	case len(given) == 1:
		value, ok := l.text(given[0]), true
		if given[0] == "agency" {
			value, ok = c.agency(l, value)
		}
		if !ok {
			return
		}
		for _, key := range []string{"agency", "role", "office"} {
			if key != given[0] {
				w.put(key, nil)
			}
		}
		w.put(given[0], value)
	case isNew:
		c.plan.fault(l, "agency", "is empty: say who handles it")
	}
}

// agency finds one by its id or by a name that it alone has.
func (c *categories) agency(l line, name string) (string, bool) {
	id, err := agencyOf(c.city, name)
	if err != nil {
		c.plan.fault(l, "agency", "%v", err)
	}
	return id, err == nil
}

// agencyOf finds an agency of a city by its id or by a name that it alone has.
func agencyOf(city *router.City, name string) (string, error) {
	if _, known := city.Agency(name); known {
		return name, nil
	}
	var ids []string
	for _, a := range city.Agencies() {
		if n := sheet.Normal(name); n != "" && (sheet.Normal(a.Name) == n || sheet.Normal(a.Short) == n) {
			ids = append(ids, a.ID)
		}
	}
	switch len(ids) {
	case 0:
		return "", errors.New("the pack has no agency " + quoted(name))
	case 1:
		return ids[0], nil
	}
	return "", errors.New(quoted(name) + " may be " + strings.Join(ids[:min(3, len(ids))], " or ") + ": write the id")
}

func (c *categories) kind(l line, w *writer) {
	kinds := map[string]string{
		"pengaduan": router.Complaint, "complaint": router.Complaint, "informasi": router.Information, "permintaan informasi": router.Information,
		"information": router.Information, "aspirasi": router.Suggestion, "saran": router.Suggestion, "suggestion": router.Suggestion,
	}
	switch kind := strings.ToLower(l.text("kind")); {
	case l.cleared("kind") || kinds[kind] == router.Complaint && kind != "":
		w.put("kind", nil)
	case kind == "":
	case kinds[kind] == "":
		c.plan.fault(l, "kind", "%q is no kind of report: pengaduan, informasi or aspirasi", kind)
	default:
		w.put("kind", kinds[kind])
	}
}

// flag reads yes and no.
func (c *categories) flag(l line, w *writer, key string) {
	switch strings.ToLower(l.text(key)) {
	case "ya", "y", "yes", "true", "1", "benar", "v", "x", "✓", "✔":
		w.flag(key, true)
	case "tidak", "t", "tdk", "no", "n", "false", "0", "bukan":
		w.flag(key, false)
	case "":
		if l.cleared(key) {
			w.flag(key, false)
		}
	default:
		c.plan.fault(l, key, "%q is neither ya nor tidak", l.text(key))
	}
}
