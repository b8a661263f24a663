package survey

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"tanggap/channels"
	"tanggap/channels/email/wire"
)

func (a Account) lookIMAP(ctx context.Context) []channels.Finding {
	e := observe(a.IMAP, "imap")
	m, err := e.Login(ctx)
	if err != nil {
		return []channels.Finding{e.refused(ctx, "IMAP", err)}
	}
	defer m.Close()
	f := e.reached("IMAP")
	if m.Idles() {
		f.Detail += "; it announces new mail (IDLE)"
	} else {
		f.Detail += "; it cannot announce new mail (no IDLE), so we look every " + a.PollEvery.String()
	}
	all := []channels.Finding{f}
	folders, listing := m.Folders()
	box, err := m.Open()
	if err != nil {
		all = append(all, e.noFolder(folders, err))
	} else {
		all = append(all, channels.Finding{Subject: "folder", Grade: channels.Fine, Detail: fmt.Sprintf("%s holds %d mails", e.Folder, box.Messages)}, quota(m))
	}
	if listing == nil {
		all = append(all, e.junk(m, folders))
		if f, told := e.sent(folders, a.Sent); told {
			all = append(all, f)
		}
	}
	return all
}

// noFolder says what there is in place of a folder that cannot be opened.
func (e *end) noFolder(folders []wire.Folder, err error) channels.Finding {
	f := channels.Finding{Subject: "folder", Grade: channels.Wrong, Detail: e.Folder + " cannot be opened" + e.said(err)}
	var names []string
	for _, folder := range folders {
		names = append(names, folder.Name)
	}
	if len(names) == 0 || holds(folders, e.Folder) {
		f.Detail += ": " + reason(err)
		return f
	}
	f.Detail = fmt.Sprintf("there is no folder %s; there are %s. Write, for instance,", e.Folder, list(names))
	scheme := ""
	if e.Implicit() {
		scheme = "s"
	}
	f.Lines = []string{e.url(scheme, nearest(folders, e.Folder))}
	return f
}

// holds reports whether a folder is among them.
func holds(folders []wire.Folder, name string) bool {
	return slices.ContainsFunc(folders, func(f wire.Folder) bool {
		return f.Name == name || strings.EqualFold(f.Name, "INBOX") && strings.EqualFold(name, "INBOX")
	})
}

// sent looks for the folder in which mail programs keep what staff answer; told is false where there is none.
func (e *end) sent(folders []wire.Folder, configured string) (f channels.Finding, told bool) {
	f = channels.Finding{Subject: "Sent", Grade: channels.Fine}
	marked := ""
	if i := slices.IndexFunc(folders, func(f wire.Folder) bool { return f.Sent }); i >= 0 {
		marked = folders[i].Name
	}
	switch {
	case configured == "" && marked == "":
		return f, false
	case configured == "":
		f.Detail = "what staff answer in a mail program stands on no ticket. Where they do, write, in the account,"
		f.Lines = []string{fmt.Sprintf("sent = %q", marked)}
	case holds(folders, configured):
		f.Detail = "what staff answer in a mail program is read in " + configured
	default:
		if marked == "" {
			marked = nearest(folders, configured)
		}
		f.Grade, f.Detail = channels.Wrong, "there is no folder "+configured+", and what staff answer in a mail program stands on no ticket"
		if marked != "INBOX" {
			f.Detail += ". Write, for instance,"
			f.Lines = []string{fmt.Sprintf("sent = %q", marked)}
		}
	}
	return f, true
}

// nearest is the folder that is probably meant: under INBOX, with another separator, in other letters, or
// with a slip of the hand. Where none is near it is INBOX.
func nearest(folders []wire.Folder, wanted string) string {
	plain := func(name string, delim rune) []string {
		if delim == 0 {
			delim = '/'
		}
		return strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return r == delim })
	}
	best, least := "INBOX", 1+max(1, len([]rune(wanted))/4)
	for _, f := range folders {
		name := plain(f.Name, f.Delim)
		for _, delim := range []rune{'/', '.', f.Delim} {
			meant := plain(wanted, delim)
			n := min(len(name), len(meant)) // one may leave out what the other names above it
			if d := distance(strings.Join(name[len(name)-n:], "/"), strings.Join(meant[len(meant)-n:], "/")); n > 0 && d < least {
				best, least = f.Name, d
			}
		}
	}
	return best
}

// distance is how many letters differ (Levenshtein).
func distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	row := make([]int, len(y)+1)
	for j := range row {
		row[j] = j
	}
	for i, r := range x {
		corner := row[0]
		row[0] = i + 1
		for j, s := range y {
			next := corner
			if r != s {
				next = 1 + min(corner, row[j], row[j+1])
			}
			corner, row[j+1] = row[j+1], next
		}
	}
	return row[len(y)]
}

// junkNames are what a folder of spam is called where the server does not mark it.
var junkNames = []string{"junk", "spam", "junk email", "junk e-mail", "bulk", "bulk mail", "sampah", "surat sampah"}

// junkFolder is where the server puts spam, "" where there is none.
func junkFolder(folders []wire.Folder) string {
	i := slices.IndexFunc(folders, func(f wire.Folder) bool { return f.Junk })
	if i < 0 {
		i = slices.IndexFunc(folders, func(f wire.Folder) bool {
			parts := strings.FieldsFunc(strings.ToLower(f.Name), func(r rune) bool { return r == f.Delim })
			return len(parts) > 0 && slices.Contains(junkNames, parts[len(parts)-1])
		})
	}
	if i < 0 {
		return ""
	}
	return folders[i].Name
}

func (e *end) junk(m *wire.Mailbox, folders []wire.Folder) channels.Finding {
	f := channels.Finding{Subject: "Junk", Grade: channels.Fine}
	name := junkFolder(folders)
	if name == "" {
		f.Detail = "there is no folder for spam: nothing is put aside where nobody looks"
		return f
	}
	mails, unseen, err := m.Count(name)
	switch {
	case err != nil:
		f.Grade, f.Detail = channels.Doubtful, "what lies in "+name+" cannot be told: "+err.Error()
	case name == e.Folder:
		f.Detail = name + " is what is read"
	case mails == 0:
		f.Detail = name + " is empty; it is not read, so look into it from time to time"
	default:
		f.Detail = fmt.Sprintf("%d mails lie in %s, of which nobody has opened %d. It is not read, and reports of citizens may be there: look every week, and move into %s what is one, then it is taken as new", mails, name, unseen, e.Folder)
		if unseen > 0 {
			f.Grade = channels.Doubtful
		}
	}
	return f
}

// The parts of a quota at which a mailbox is told of, and at which it is as good as full; in hundredths.
const (
	muchUsed = 80
	allUsed  = 98
)

func quota(m *wire.Mailbox) channels.Finding {
	f := channels.Finding{Subject: "quota", Grade: channels.Fine}
	all, told, err := m.Quotas()
	switch {
	case err != nil:
		f.Grade, f.Detail = channels.Doubtful, "cannot be told: "+err.Error()
		return f
	case !told:
		f.Detail = "the server does not tell how much room there is: look there. tanggap deletes nothing"
		return f
	case len(all) == 0:
		f.Detail = "the server sets no limit"
		return f
	}
	var parts []string
	fullest := int64(0)
	for _, q := range all {
		used := int64(float64(q.Used) / float64(q.Limit) * 100) // the product may be too large for an integer
		fullest = max(fullest, used)
		parts = append(parts, fmt.Sprintf("%d %% used (%s)", used, measure(q)))
	}
	slices.Sort(parts)
	f.Detail = strings.Join(parts, ", ")
	if fullest >= muchUsed {
		f.Grade = channels.Doubtful
		f.Detail += ": a full mailbox takes no reports. tanggap deletes nothing: move old mails elsewhere, or give it more room"
	}
	if fullest >= allUsed {
		f.Grade = channels.Wrong
	}
	return f
}

func measure(q wire.Quota) string {
	if q.Resource == "STORAGE" {
		return fmt.Sprintf("%.1f of %.1f MB", float64(q.Used)/1024, float64(q.Limit)/1024)
	}
	return fmt.Sprintf("%d of %d, %s", q.Used, q.Limit, strings.ToLower(q.Resource))
}
