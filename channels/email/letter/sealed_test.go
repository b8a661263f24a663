package letter

import (
	"encoding/base64"
	"encoding/binary"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"
)

// TestSealed: mails that OpenSSL and GnuPG signed and encrypted. What is signed is read, what is encrypted is kept and
// says so, and everything is attached.
func TestSealed(t *testing.T) {
	note := func(by string) string { return strings.ReplaceAll(noteSealed, "%s", by) }
	for name, want := range map[string]struct {
		text     string
		attached []string
	}{
		"smime-signed":         {"Lampu jalan di café mati.", []string{"smime.p7m", "lampu.png"}},
		"smime-signed-stream":  {"Lampu jalan di café mati.", []string{"smime.p7m", "lampu.png"}},
		"smime-detached":       {"Lampu jalan di café mati.", []string{"lampu.png", "smime.p7s"}},
		"smime-encrypted":      {note("S/MIME"), []string{"smime.p7m"}},
		"smime-authenveloped":  {note("S/MIME"), []string{"smime.p7m"}},
		"pgp-inline-signed":    {"Salam.\n\nLampu jalan mati.\n- Sejak Senin", []string{"signed.asc"}},
		"pgp-inline-encrypted": {note("OpenPGP"), []string{"encrypted.asc"}},
		"pgp-mime-encrypted":   {note("OpenPGP"), []string{"application-pgp-encrypted-1.asc", "encrypted.asc"}},
	} {
		raw, err := os.ReadFile(filepath.Join("testdata", "sealed", name+".eml"))
		if err != nil {
			t.Fatal(err)
		}
		l, err := Read(raw)
		if err != nil || l.Text != want.text || l.Robot != "" || l.From != "siti@warga.test" {
			t.Errorf("%s: %q from %s, %q, %v", name, l.Text, l.From, l.Robot, err)
		}
		var names []string
		for _, a := range l.Attached {
			names = append(names, a.Name)
			if len(a.Data) == 0 {
				t.Errorf("%s: %s is empty", name, a.Name)
			}
		}
		if !slices.Equal(names, want.attached) {
			t.Errorf("%s holds %q, want %q", name, names, want.attached)
		}
	}
}

// TestSealedInAnotherShape: keys, signatures and blocks that are cut off.
func TestSealedInAnotherShape(t *testing.T) {
	for text, want := range map[string]string{
		"Isi\n-----BEGIN PGP PUBLIC KEY BLOCK-----\nx\n-----END PGP PUBLIC KEY BLOCK-----\nakhir": "Isi\n\nakhir",
		"Isi\n-----BEGIN PGP SIGNATURE-----\nx\n-----END PGP SIGNATURE-----":                      "Isi",
		"-----BEGIN PGP SIGNED MESSAGE-----\n\nIsi\n-----BEGIN PGP SIGNATURE-----":                "-----BEGIN PGP SIGNED MESSAGE-----\n\nIsi\n-----BEGIN PGP SIGNATURE-----",
		"kata -----BEGIN PGP MESSAGE----- adalah":                                                 "kata -----BEGIN PGP MESSAGE----- adalah",
	} {
		l, err := Read([]byte("From: a@b.test\r\n\r\n" + text))
		if err != nil || l.Text != want {
			t.Errorf("%q reads %q, %v", text, l.Text, err)
		}
	}
}

// tnefAttribute is one of a winmail.dat.
func tnefAttribute(id uint32, data []byte) []byte {
	b := binary.LittleEndian.AppendUint32([]byte{1}, id)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(data)))
	b = append(b, data...)
	sum := uint16(0)
	for _, c := range data {
		sum += uint16(c)
	}
	return binary.LittleEndian.AppendUint16(b, sum)
}

func tnefProps(props ...[]byte) []byte {
	return append(binary.LittleEndian.AppendUint32(nil, uint32(len(props))), slices.Concat(props...)...)
}

func tnefProp(kind, id uint16, value []byte) []byte {
	b := binary.LittleEndian.AppendUint16(binary.LittleEndian.AppendUint16(nil, kind), id)
	b = binary.LittleEndian.AppendUint32(b, 1)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(value)))
	b = append(b, value...)
	return append(b, make([]byte, (4-len(value)&3)&3)...)
}

func wide(s string) (b []byte) {
	for _, u := range append(utf16.Encode([]rune(s)), 0) {
		b = binary.LittleEndian.AppendUint16(b, u)
	}
	return b
}

func tnefStream(attributes ...[]byte) []byte {
	b := binary.LittleEndian.AppendUint32(nil, tnefSignature)
	return append(append(b, 1, 0), slices.Concat(attributes...)...)
}

func winmailSample() []byte {
	named := append([]byte{0x03, 0, 0x01, 0x80}, make([]byte, 16+4+4)...) // a named property with a number
	named = append(named, 7, 0, 0, 0)
	inner := tnefStream(tnefAttribute(tnefBody, []byte("Surat di dalam surat\x00")), tnefAttribute(tnefNewFile, nil), tnefAttribute(tnefTitle, []byte("dalam.txt\x00")), tnefAttribute(tnefData, []byte("isi dalam")))
	return tnefStream(
		tnefAttribute(tnefCodepage, []byte{0xe3, 4, 0, 0, 0, 0, 0, 0}), // 1251
		tnefAttribute(tnefMailProps, tnefProps(named, tnefProp(0x1F, propBody, wide("Lampu di café mati")))),
		tnefAttribute(tnefNewFile, make([]byte, 14)),
		tnefAttribute(tnefTitle, []byte("\xcf\xee~1.pdf\x00")),
		tnefAttribute(tnefData, []byte("%PDF")),
		tnefAttribute(tnefFileProps, tnefProps(tnefProp(0x1F, propLongName, wide("Laporan lampu.pdf")), tnefProp(0x1E, propMediaType, []byte("application/pdf\x00")))),
		tnefAttribute(tnefNewFile, make([]byte, 14)),
		tnefAttribute(tnefTitle, []byte("\xcf\xee.txt\x00")),
		tnefAttribute(tnefData, []byte("teks")),
		tnefAttribute(tnefNewFile, make([]byte, 14)),
		tnefAttribute(tnefFileProps, tnefProps(tnefProp(0x1F, propLongName, wide("Surat lama")), tnefProp(0x0D, propFile, append(make([]byte, 16), inner...)))),
	)
}

// TestWinmail: what Outlook wraps is attached beside the wrapping; its text is read where the mail has none.
func TestWinmail(t *testing.T) {
	packed := base64.StdEncoding.EncodeToString(winmailSample())
	for text, want := range map[string]string{"": "Lampu di café mati", "Lihat lampiran.": "Lihat lampiran."} {
		l, err := Read(mailOf("From: a@b.test", "Content-Type: multipart/mixed; boundary=x", "", "--x", "", text, "--x",
			"Content-Type: application/ms-tnef; name=\"winmail.dat\"", "Content-Transfer-Encoding: base64", "", packed, "--x--", ""))
		if err != nil || l.Text != want {
			t.Errorf("%q reads %q, %v", text, l.Text, err)
		}
		got := ""
		for _, a := range l.Attached[1:] {
			got += a.Name + " " + a.Type + " " + string(a.Data) + "|"
		}
		if i := strings.Index(got, "Surat lama application/octet-stream"); i < 0 || !strings.HasPrefix(got, "Laporan lampu.pdf application/pdf %PDF|По.txt application/octet-stream teks|") ||
			!strings.HasSuffix(got, "|dalam.txt application/octet-stream isi dalam|Surat lama.txt text/plain Surat di dalam surat|") {
			t.Errorf("holds %q", got)
		}
		if l.Attached[0].Name != "winmail.dat" || len(l.Attached[0].Data) != len(winmailSample()) {
			t.Error("the wrapping is not kept")
		}
	}
}

// TestWinmailCutAnywhere is read as far as it goes.
func TestWinmailCutAnywhere(t *testing.T) {
	whole := winmailSample()
	for n := range whole {
		readTNEF(whole[:n], 0)
		bent := slices.Clone(whole)
		for _, c := range []byte{0, 0x7f, 0x80, 0xff} {
			bent[n] = c
			if w := readTNEF(bent, 0); len(w.files) > maxAttached {
				t.Fatal("too many files")
			}
		}
	}
	nested := []byte("x")
	for range 50 {
		nested = tnefStream(tnefAttribute(tnefNewFile, nil), tnefAttribute(tnefFileProps, tnefProps(tnefProp(0x0D, propFile, append(make([]byte, 16), nested...)))))
	}
	if w := readTNEF(nested, 0); len(w.files) > maxTNEFNesting+1 {
		t.Errorf("%d files of nested ones", len(w.files))
	}
}

// TestBERCutAnywhere likewise.
func TestBERCutAnywhere(t *testing.T) {
	raw, err := os.ReadFile("testdata/sealed/smime-signed-stream.eml")
	if err != nil {
		t.Fatal(err)
	}
	root, err := parse(raw)
	if err != nil {
		t.Fatal(err)
	}
	for n := range root.content {
		smime(root.content[:n])
		bent := slices.Clone(root.content)
		for _, c := range []byte{0, 0x24, 0x30, 0x80, 0x84, 0xff} {
			bent[n] = c
			smime(bent)
		}
	}
	if _, signed := smime(root.content[:200]); !strings.Contains(string(signed), "Content-Type") {
		t.Error("what was cut off is not read as far as it goes")
	}
	smime([]byte(strings.Repeat("\x30\x80", 1<<20)))
	smime([]byte(strings.Repeat("\x24\x80", 1<<20)))
}

// TestSignedWithinSigned ends.
func TestSignedWithinSigned(t *testing.T) {
	tlv := func(tag byte, content []byte) []byte {
		return append([]byte{tag, 0x83, byte(len(content) >> 16), byte(len(content) >> 8), byte(len(content))}, content...)
	}
	inner := []byte("Content-Type: text/plain\r\n\r\nisi")
	for range 6 {
		data := tlv(0xa0, tlv(0x04, inner))
		signed := slices.Concat(tlv(0x02, []byte{1}), tlv(0x31, nil), tlv(0x30, slices.Concat(tlv(0x06, cmsSigned), data)))
		der := tlv(0x30, slices.Concat(tlv(0x06, cmsSigned), tlv(0xa0, tlv(0x30, signed))))
		inner = []byte("Content-Type: application/pkcs7-mime; name=smime.p7m\r\nContent-Transfer-Encoding: base64\r\n\r\n" + base64.StdEncoding.EncodeToString(der))
	}
	l, err := Read(append([]byte("From: a@b.test\r\n"), inner...))
	if err != nil || l.Text != "" || len(l.Attached) != maxWrappings+1 {
		t.Errorf("%q, %d attached, %v", l.Text, len(l.Attached), err)
	}
}

// TestMailsThatAreAllAttachment: a picture, an invitation, a mail passed on whole.
func TestMailsThatAreAllAttachment(t *testing.T) {
	of := func(kind, content string) []byte {
		return mailOf("From: a@b.test", "Subject: x", "Content-Type: "+kind, "", content)
	}
	for what, c := range map[string]struct {
		raw        []byte
		text, name string
	}{
		"a picture":           {of("image/jpeg", "JPEG"), "", "image-jpeg-1.jpg"},
		"a picture in a page": {of("multipart/related; boundary=x", "--x\r\nContent-Type: text/html\r\n\r\n<img src=cid:a>\r\n--x\r\nContent-Type: image/png\r\nContent-ID: <a>\r\n\r\nPNG\r\n--x--\r\n"), "", "image-png-1.png"},
		"an invitation":       {of("text/calendar; method=REQUEST", "BEGIN:VCALENDAR"), "", "text-calendar-1.ics"},
		"a mail": {
			of("message/rfc822", "From: Ani <ani@c.test>\r\nSubject: =?utf-8?q?Got?=\r\nContent-Type: text/html\r\n\r\n<p>Got mampet"),
			"---------- Forwarded message ----------\nFrom: Ani <ani@c.test>\nSubject: Got\n\nGot mampet", "Got.eml",
		},
	} {
		l, err := Read(c.raw)
		if err != nil || l.Text != c.text || len(l.Attached) != 1 || l.Attached[0].Name != c.name {
			t.Errorf("%s: %q, %v, %v", what, l.Text, l.Attached, err)
		}
	}
}
