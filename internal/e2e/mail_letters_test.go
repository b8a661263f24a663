package e2e

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"mime/quotedprintable"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tanggap/internal/dovecot"
)

// What a mail is to become.
const (
	anything   = "" // of a collection: a message of a ticket or talk, a robot or in quarantine
	aMessage   = "message"
	aRobot     = "robot"
	quarantine = "quarantine"
	talk       = "talk" // a message, or less than one that is answered all the same
)

// posted is a mail on its way to the mailbox.
type posted struct {
	raw   []byte
	name  string // to say which one is meant
	want  string
	from  string // address, where it is to be answered or is not to be
	id    string // Message-ID, "" for none
	word  string // that stands in the text of no other, "" where there is none to find
	file  string // SHA-256 of the attachment, hex, "" for none
	times int    // how often it is delivered
	same  bool   // by a citizen who writes another one: that which comes later may join the ticket
}

// letters makes n mails of all sorts, each from a citizen of its own unless it says otherwise. Equal seeds make
// equal letters.
func letters(r *rand.Rand, n int) []posted {
	all := make([]posted, n)
	for i := range all {
		p := &all[i]
		p.name, p.times = fmt.Sprintf("letter %d (%d)", i, i%len(sorts)), 1
		p.from, p.id, p.word = fmt.Sprintf("warga%d@kampung.test", i), fmt.Sprintf("%d.%x@kampung.test", i, r.Uint64()), word(i)
		p.want = aMessage
		sorts[i%len(sorts)](r, i, p)
	}
	return all
}

// word is made of letters only: digits might be taken for a ticket's number.
func word(i int) string {
	w := "surat"
	for ; i > 0; i /= 20 {
		w += string("bcdfghjklmnpqrstvwxz"[i%20])
	}
	return w + "q"
}

func (p *posted) text(i int) string {
	return reports[i%len(reports)] + "\r\nSekian, " + p.word + "\r\n"
}

// head is the header's common part.
func (p *posted) head(i int) string {
	return fmt.Sprintf("From: Warga Kampung <%s>\r\nTo: %s\r\nSubject: Laporan warga\r\nMessage-ID: <%s>\r\nDate: %s\r\n",
		p.from, dovecot.Address, p.id, time.Now().Add(-time.Duration(i)*time.Second).Format(time.RFC1123Z))
}

const (
	asText  = "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
	inParts = "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"=_b\"\r\n\r\n--=_b\r\n"
)

const sortCount = 15

var sorts = [sortCount]func(r *rand.Rand, i int, p *posted){
	func(_ *rand.Rand, i int, p *posted) {
		p.same = true // the other one may come first
		p.raw = []byte(p.head(i) + asText + "\r\n" + p.text(i))
	},
	func(_ *rand.Rand, i int, p *posted) { // text and HTML, quoted-printable, in an old charset
		var text bytes.Buffer
		w := quotedprintable.NewWriter(&text)
		w.Write([]byte("Caf\xe9 \x93Melati\x94: " + p.text(i)))
		w.Close()
		p.raw = []byte(p.head(i) + "MIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain; charset=windows-1252\r\n" +
			"Content-Transfer-Encoding: quoted-printable\r\n\r\n" + text.String() + "\r\n--x\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>" + p.text(i) + "</p>\r\n--x--\r\n")
	},
	func(_ *rand.Rand, i int, p *posted) { // HTML alone
		p.raw = []byte(p.head(i) + "MIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<html><body><div>" + p.text(i) + "</div><style>p{}</style></body></html>\r\n")
	},
	func(r *rand.Rand, i int, p *posted) { p.raw = withFile(p, i, randomBytes(r, 2000+r.IntN(60_000))) },
	func(_ *rand.Rand, i int, p *posted) { // no Message-ID
		p.raw = []byte(strings.Replace(p.head(i), "Message-ID: <"+p.id+">\r\n", "", 1) + asText + "\r\n" + p.text(i))
		p.id = ""
	},
	func(_ *rand.Rand, i int, p *posted) { // nothing but a sender
		p.id = ""
		p.raw = []byte("From: " + p.from + "\r\n\r\n" + p.text(i))
	},
	func(_ *rand.Rand, i int, p *posted) { // parts without an end
		p.raw = []byte(p.head(i) + "Subject: \xe4\xe4 kedua\r\n" + inParts + "Content-Type: text/plain\r\n\r\n" + p.text(i) + "\r\n--=_b\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0KGgo")
	},
	func(_ *rand.Rand, i int, p *posted) {
		p.want = aRobot
		p.raw = []byte(p.head(i) + "Auto-Submitted: auto-replied\r\n" + asText + "\r\nSaya sedang cuti. " + p.text(i))
	},
	func(_ *rand.Rand, i int, p *posted) { // twice: by To and by Cc, or by somebody's forwarding
		p.times = 2
		p.raw = []byte(p.head(i) + asText + "\r\n" + p.text(i))
	},
	func(_ *rand.Rand, i int, p *posted) {
		p.want, p.id = quarantine, ""
		p.raw = []byte("Subject: tanpa pengirim\r\n" + asText + "\r\n" + p.text(i))
	},
	func(_ *rand.Rand, i int, p *posted) {
		p.want, p.from = aRobot, fmt.Sprintf("kabar-request%d@milis.test", i)
		p.raw = []byte(p.head(i) + "List-Id: <kabar.milis.test>\r\nPrecedence: list\r\n" + asText + "\r\n" + p.text(i))
	},
	func(_ *rand.Rand, i int, p *posted) { // somebody else's bounce
		p.want, p.from = aRobot, fmt.Sprintf("mailer-daemon@mx%d.test", i)
		p.raw = []byte(p.head(i) + "Return-Path: <>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=r\r\n\r\n--r\r\nContent-Type: text/plain\r\n\r\n" +
			p.text(i) + "\r\n--r\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.test\r\n\r\nFinal-Recipient: rfc822; siapa@mana.test\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n--r--\r\n")
	},
	func(_ *rand.Rand, i int, p *posted) { // by the writer of the first sort
		p.same, p.from = true, fmt.Sprintf("warga%d@kampung.test", i-i%sortCount)
		p.raw = []byte(p.head(i) + asText + "\r\nSatu hal lagi: " + p.text(i))
	},
	func(_ *rand.Rand, i int, p *posted) { // a mail passed on, as an attachment
		inner := "From: tetangga@kampung.test\r\nSubject: keluhan\r\nMessage-ID: <dalam-" + p.id + ">\r\n\r\nTolong diteruskan.\r\n"
		p.raw = []byte(p.head(i) + inParts + "Content-Type: text/plain\r\n\r\n" + p.text(i) + "\r\n--=_b\r\nContent-Type: message/rfc822\r\n\r\n" + inner + "\r\n--=_b--\r\n")
	},
	func(r *rand.Rand, i int, p *posted) { // a line longer than any server's memory for lines
		p.raw = []byte(p.head(i) + asText + "\r\n" + p.text(i) + strings.Repeat("banjir ", 2000+r.IntN(3000)) + "\r\n")
	},
}

func randomBytes(r *rand.Rand, n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return b
}

// withFile is a letter with a file, as a phone's mail program writes it.
func withFile(p *posted, i int, file []byte) []byte {
	sum := sha256.Sum256(file)
	p.file = hex.EncodeToString(sum[:])
	var b bytes.Buffer
	b.WriteString(p.head(i) + inParts + "Content-Type: text/plain; charset=utf-8\r\n\r\n" + p.text(i) +
		"\r\n--=_b\r\nContent-Type: application/octet-stream; name=rekaman.bin\r\nContent-Disposition: attachment; filename=rekaman.bin\r\nContent-Transfer-Encoding: base64\r\n\r\n")
	text := base64.StdEncoding.EncodeToString(file)
	for len(text) > 76 {
		b.WriteString(text[:76] + "\r\n")
		text = text[76:]
	}
	b.WriteString(text + "\r\n--=_b--\r\n")
	return b.Bytes()
}

// collected are the mails of others in the folder that TANGGAP_DATA names, none where it names none. Texts
// of replies get a header.
func collected(t testing.TB) (all []posted) {
	t.Helper()
	dir := os.Getenv("TANGGAP_DATA")
	if dir == "" {
		t.Log("TANGGAP_DATA is not set: our own letters alone")
		return nil
	}
	seen := map[string]bool{}
	err := filepath.WalkDir(filepath.Join(dir, "email"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		p := posted{name: filepath.Base(path), times: 1}
		if p.raw, err = os.ReadFile(path); err != nil {
			return err
		}
		switch {
		case strings.HasSuffix(path, ".eml"), strings.HasSuffix(path, ".box"):
		case filepath.Base(filepath.Dir(path)) == "emails":
			p.want, p.from, p.id = talk, fmt.Sprintf("penulis%d@kampung.test", len(all)), fmt.Sprintf("balasan%d@kampung.test", len(all))
			p.raw = append([]byte(p.head(len(all))+asText+"\r\n"), p.raw...)
		default:
			return nil
		}
		if key := p.key(); !seen[key] {
			seen[key] = true
			all = append(all, p)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// key tells a mail from all others by its bytes, whatever became of its line ends on the way.
func (p *posted) key() string { return contentKey(p.raw) }

func contentKey(raw []byte) string {
	raw = bytes.ReplaceAll(raw, []byte("\r\n"), []byte("\n"))
	raw = bytes.ReplaceAll(raw, []byte("\x00"), []byte("\x80")) // which IMAP cannot carry (RFC 9051, 4.3): Dovecot writes another for it
	sum := sha256.Sum256(bytes.TrimRight(raw, "\r\n"))
	return hex.EncodeToString(sum[:])
}
