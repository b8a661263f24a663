package lists

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"tanggap/router"
	"tanggap/tickets/staff"
)

// personFields are the columns of a list of people.
func personFields() []field {
	return []field{
		{"login", []string{"login", "nama pengguna", "pengguna", "username", "user name", "user", "akun", "user id"}, "Huruf kecil, angka, titik, @; boleh alamat surel atau NIP. / Small letters, digits, dots, @; a mail address will do.", false},
		{"mail", []string{"surel", "email", "e-mail", "alamat email", "mail"}, "Dipakai sebagai login bila kolom login kosong. / Serves as the login where that is empty.", false},
		{"name", []string{"nama", "nama lengkap", "nama pegawai", "name", "full name"}, "Seperti dibaca rekan kerja. / As colleagues read it.", true},
		{"role", []string{"peran", "peran di aplikasi", "hak akses", "role"}, "petugas, penyalur, penyelia, auditor, admin. / clerk, dispatcher, supervisor, auditor, admin.", false},
		{"agency", []string{"instansi", "kode instansi", "opd", "unit kerja", "agency", "agency id"}, "Kode atau nama instansi. / Id or name of the agency.", false},
		{"language", []string{"bahasa", "language", "lang"}, "id (kosong) atau en. / id (empty) or en.", false},
	}
}

// People is what a list of people would do to the staff of a city.
type People struct {
	Outcome
	store          *staff.Store
	added, changed []staff.Member
}

// Invitation is a link that signs a person in once.
type Invitation struct {
	Login string `json:"login"`
	Name  string `json:"name"`
	Token string `json:"-"`
	Link  string `json:"link"`
}

// Staff says what a list of people would do. Who is there already gets what the row says; what it leaves empty stays.
// Nobody is taken away, let in again or given another password.
func Staff(ctx context.Context, store *staff.Store, city *router.City, path string) (*People, error) {
	p := &People{store: store}
	t, err := read(path, personFields(), &p.Outcome)
	if err != nil {
		return nil, err
	}
	_, login := t.at["login"]
	_, mail := t.at["mail"]
	if !login && !mail {
		return nil, errors.New("reading " + path + `: there is no column "login", nor "surel"`)
	}
	all, err := store.List(ctx)
	if err != nil {
		return nil, err
	}
	known := make(map[string]staff.Member, len(all))
	for _, m := range all {
		known[m.Login] = m
	}
	lines := map[string]int{}
	for _, l := range t.lines {
		p.row(l, city, known, lines)
	}
	return p, nil
}

func (p *People) row(l line, city *router.City, known map[string]staff.Member, lines map[string]int) {
	column := "login"
	if l.has("mail") && !l.has(column) {
		column = "mail"
	}
	if _, there := l.table.at[column]; !there {
		column = "mail"
	}
	login, ok := number(strings.ToLower(l.text(column)))
	switch {
	case login == "":
		p.fault(l, column, "is empty: a person signs in with something")
		return
	case !ok:
		p.fault(l, column, lostDigits)
		return
	case (staff.Member{Login: login, Name: login, Role: staff.Clerk, Agency: "a", Language: "id"}).Check() != nil:
		p.fault(l, column, "%q is no login: 2 to 64 small letters, digits, dots, hyphens and @", login)
		return
	case lines[login] > 0:
		p.fault(l, column, "%s stands in line %d already", login, lines[login])
		return
	}
	lines[login] = l.n
	was, there := known[login]
	m := staff.Member{Login: login, Name: was.Name, Role: was.Role, Agency: was.Agency, Language: was.Language}
	faults := len(p.Problems)
	p.fill(&m, l, city, there)
	if len(p.Problems) > faults {
		return
	}
	if !there {
		p.added = append(p.added, m)
		p.note(l, login, true, differ(staff.Member{}, m))
		return
	}
	fields := differ(was, m)
	if len(fields) > 0 {
		p.changed = append(p.changed, m)
	}
	p.note(l, login, false, fields)
}

// fill reads what a row says of a person.
func (p *People) fill(m *staff.Member, l line, city *router.City, there bool) {
	if name := l.text("name"); name != "" {
		m.Name = name
	} else if !there || l.cleared("name") {
		p.fault(l, "name", "is empty: colleagues read it")
	}
	if len(m.Name) > 200 {
		p.fault(l, "name", "is longer than 200 letters")
	}
	switch role := roleOf(l.text("role")); {
	case role != "":
		m.Role = role
	case l.text("role") != "":
		p.fault(l, "role", "%q is no role: petugas, penyalur, penyelia, auditor or admin", l.text("role"))
	case !there || l.cleared("role"):
		p.fault(l, "role", "is empty: petugas, penyalur, penyelia, auditor or admin")
	}
	if name := l.text("agency"); name != "" {
		id, err := agencyOf(city, name)
		if err != nil {
			p.fault(l, "agency", "%v", err)
		}
		m.Agency = id
	} else if !there || l.cleared("agency") {
		p.fault(l, "agency", "is empty: say whose reports the person sees; at the root desk, %s, those are all", city.Root().ID)
	}
	switch language := strings.ToLower(l.text("language")); language {
	case "id", "indonesia", "bahasa indonesia", "indonesian":
		m.Language = "id"
	case "en", "inggris", "bahasa inggris", "english":
		m.Language = "en"
	case "":
		if !there {
			m.Language = "id"
		}
	default:
		p.fault(l, "language", "%q is neither id nor en", language)
	}
}

// roleOf knows a role by what offices call it, "" where it is none.
func roleOf(text string) staff.Role {
	return map[string]staff.Role{
		"clerk": staff.Clerk, "petugas": staff.Clerk, "staf": staff.Clerk, "operator": staff.Clerk,
		"dispatcher": staff.Dispatcher, "penyalur": staff.Dispatcher, "verifikator": staff.Dispatcher,
		"supervisor": staff.Supervisor, "penyelia": staff.Supervisor,
		"auditor": staff.Auditor, "pemeriksa": staff.Auditor,
		"admin": staff.Administrator, "administrator": staff.Administrator,
	}[strings.ToLower(text)]
}

// differ names what of a person changes.
func differ(a, b staff.Member) (fields []Field) {
	for _, f := range []Field{
		{"name", a.Name, b.Name}, {"role", string(a.Role), string(b.Role)}, {"agency", a.Agency, b.Agency}, {"language", a.Language, b.Language},
	} {
		if f.Was != f.Is {
			fields = append(fields, f)
		}
	}
	return fields
}

// Write does what the list says, all of it or nothing, and returns the links of those who are new, which are valid for
// ttl. by says who does it.
func (p *People) Write(ctx context.Context, by string, ttl time.Duration) ([]Invitation, error) {
	if !p.OK() {
		return nil, errors.New("importing staff: the table has errors")
	}
	if len(p.added)+len(p.changed) == 0 {
		return nil, nil
	}
	tokens, err := p.store.Import(ctx, by, slices.Clone(p.added), slices.Clone(p.changed), ttl)
	if err != nil {
		return nil, err
	}
	var all []Invitation
	for _, m := range p.added {
		token, ok := tokens[m.Login]
		if !ok {
			return nil, fmt.Errorf("importing staff: %s has no link", m.Login)
		}
		all = append(all, Invitation{Login: m.Login, Name: m.Name, Token: token})
	}
	return all, nil
}
