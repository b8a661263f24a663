package e2e

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"time"

	"tanggap/internal/browser"
	"tanggap/internal/config"
	"tanggap/internal/dbtest"
	"tanggap/internal/sim"
	"tanggap/tickets/staff"
)

// newsletterish is a report as a mail program with many colours writes it, with a picture of its own and one from
// elsewhere.
func newsletterish(t *testing.T) []byte {
	picture := base64.StdEncoding.EncodeToString(photo(t))
	var folded strings.Builder
	for i := 0; i < len(picture); i += 76 {
		folded.WriteString(picture[i:min(i+76, len(picture))] + "\n")
	}
	return []byte(strings.ReplaceAll(fmt.Sprintf(`Received: from mx.kampung.test (mx.kampung.test [192.0.2.7]) by mail.kota.test; %[1]s
Received: from hp-sari by mx.kampung.test; %[1]s
From: Sari Rahasiawati <sari@kampung.test>
To: Pengaduan Kota <lapor@kota.test>
Cc: ketua.rt@kampung.test
Subject: Lampu jalan mati di Tebet Timur
Date: %[1]s
Message-ID: <asli-1@kampung.test>
MIME-Version: 1.0
Content-Type: multipart/related; boundary="luar"

--luar
Content-Type: multipart/alternative; boundary="dalam"

--dalam
Content-Type: text/plain; charset=utf-8

Lampu jalan mati di depan SDN 01 Tebet Timur sudah 3 hari, gelap.

Lihat https://peta.example/tebet

Hormat saya,
Sari

Pada Sen, 16 Mar 2026 pukul 09.00 Ketua RT <ketua.rt@kampung.test> menulis:
> Mohon dilaporkan lewat surel.
> Terima kasih.
--dalam
Content-Type: text/html; charset=utf-8

<html><head><style>body{background:url(https://luar.example/latar.png)} p{color:blue}</style><script>top.location="https://luar.example/"</script></head>
<body bgcolor="#ffffff" onload="alert(1)"><table width="600" cellpadding="8" border="0"><tr><td bgcolor="#0b5c66"><font color="#ffffff" size="5"><b>Laporan warga</b></font></td></tr>
<tr><td><p>Lampu jalan <b style="color:#a3161d">mati</b> di depan SDN 01 Tebet Timur sudah <u>3 hari</u>, gelap.</p>
<p><img src="cid:foto-1" alt="Lampu" width="320"> <img src="https://luar.example/logo.png" alt="Logo RT 05" width="120" height="40"><img src="https://luar.example/hitung.gif" width="1" height="1"></p>
<p>Lihat <a href="https://peta.example/tebet">peta</a>.</p><p>Hormat saya,<br>Sari</p></td></tr></table>
<blockquote>Mohon dilaporkan lewat surel.<br>Terima kasih.</blockquote></body></html>
--dalam--
--luar
Content-Type: image/jpeg; name="lampu.jpg"
Content-ID: <foto-1>
Content-Disposition: inline; filename="lampu.jpg"
Content-Transfer-Encoding: base64

%[2]s
--luar--
`, time.Now().Format(time.RFC1123Z), folded.String()), "\n", "\r\n"))
}

// TestTheOriginalIsSeenInItsFrame: somebody of the staff opens who wrote a mail, and then the mail as it was, at a desk
// and on a phone without scripts. The page asks for nothing elsewhere, and the browser has nothing to refuse.
func TestTheOriginalIsSeenInItsFrame(t *testing.T) {
	box := sim.NewMail(sim.MailOptions{Address: "lapor@kota.test", Password: "hush"})
	if err := box.Start(); err != nil {
		t.Fatal(err)
	}
	defer box.Close()
	k := run(t, configure(t, dbtest.New(t, dbtest.SQLite), freeAddr(t), config.Account{Name: "mail", Channel: &config.Email{
		Address: "lapor@kota.test", MaxMessage: 20 << 20, IdleFor: config.Duration(time.Minute), PollEvery: config.Duration(time.Second),
		IMAP: config.Mailbox{URL: box.IMAPURL(), Username: "lapor@kota.test", Password: config.NewSecret("hush")},
		SMTP: config.Outgoing{URL: box.SMTPURL(), Username: "lapor@kota.test", Password: config.NewSecret("hush")},
	}}))
	box.WriteRaw(newsletterish(t))
	ref := k.queue("", 1)[0].Reference
	at := "/console/tickets/" + ref
	messages := k.ticket(ref).Messages
	mail := at + "/mail/" + messages[len(messages)-1].ID

	for i, o := range []browser.Options{{Width: 1440, Height: 1600}, {Width: 360, Height: 800, NoScript: true, Dark: true}} {
		p := k.hires(fmt.Sprintf("rina%d", i), staff.Dispatcher, "dki", o)
		p.Open(at)
		p.Has("Surel aslinya memuat nama")
		if n := p.Count("iframe"); n != 0 {
			t.Errorf("%d frames while it is closed", n)
		}
		p.Click(`section[aria-labelledby="who"] summary`)
		p.Press(`section[aria-labelledby="who"] form button`)
		p.Click(".original summary")
		p.Fetched(mail)
		p.Fits()
		if status := p.Open(mail); status != 200 {
			t.Errorf("the original by itself: %d", status)
		}
		p.Has("Sari Rahasiawati <sari@kampung.test>")
		p.Has("Laporan warga")
		p.Has("<https://peta.example/tebet>")
		p.Has("Gambar dari luar tidak dimuat: 2")
		if n := p.Loaded("img"); n != 1 {
			t.Errorf("%d pictures are shown", n)
		}
		p.Fits()
	}
	k.silent("hush", "Rahasiawati", "sari@kampung", "gelap")
}
