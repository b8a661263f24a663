package trust

import (
	"context"
	"net"
	"strings"
	"testing"
	"time"
)

// noDNS knows nothing.
type noDNS struct{}

func (noDNS) LookupTXT(_ context.Context, name string) ([]string, error) {
	return nil, &net.DNSError{Err: "no such host", Name: name, IsNotFound: true}
}

const (
	kota     = "pengaduan@kota.test"
	budi     = "budi@kampung.test"
	from     = "From: Budi <budi@kampung.test>\n"
	outside  = "Received: from mail.kampung.test (mail.kampung.test [203.0.113.5]) by mx.kota.test (Postfix) with ESMTPS id 1; Tue, 17 Mar 2026 09:30:00 +0700\n"
	local    = "Received: from mx.kota.test ([127.0.0.1]) by imap.kota.test with LMTP id abc; Tue, 17 Mar 2026 09:30:01 +0700\n"
	filter   = "Received: from localhost (localhost [127.0.0.1]) by mx.kota.test (Postfix) with ESMTP id 2; Tue, 17 Mar 2026 09:30:00 +0700\n"
	elder    = "Received: from rumah (host.kampung.test [198.51.100.7]) by mail.kampung.test with ESMTPA id 9\n"
	imposter = "Received: from mx.kota.test (mx.kota.test [127.0.0.1]) by mx.kota.test with LMTP id 7\n"
	good     = "Authentication-Results: mx.kota.test; spf=pass smtp.mailfrom=budi@kampung.test;\n dkim=pass header.d=kampung.test; dmarc=pass (p=reject) header.from=kampung.test\n"
	bad      = "Authentication-Results: mx.kota.test; dmarc=fail (p=none dis=none) header.from=kampung.test\n"
	nothing  = "Authentication-Results: mx.kota.test; none\n"
)

func judged(id, header string) Finding {
	raw := strings.ReplaceAll(header+"\nhalo\n", "\n", "\r\n")
	return New(kota, id, noDNS{}).Of(context.Background(), []byte(raw), budi)
}

// Only what our own server can have added is believed.
func TestWhereResultsStand(t *testing.T) {
	for name, c := range map[string]struct {
		header string
		want   Verdict
	}{
		"nothing said":                                   {outside + elder + from, Silent},
		"above the border":                               {good + outside + elder + from, Passed},
		"above the border, failed":                       {bad + outside + elder + from, Failed},
		"behind a local hop":                             {local + good + outside + from, Passed},
		"behind a filter and a local hop":                {local + good + filter + outside + from, Passed},
		"on both sides of a filter":                      {nothing + filter + good + outside + from, Passed},
		"without any Received":                           {good + from, Passed},
		"another server's":                               {strings.ReplaceAll(good, "mx.kota", "mx.lain") + outside + from, Silent},
		"the name in capitals":                           {strings.ReplaceAll(good, "mx.kota", "MX.Kota") + outside + from, Passed},
		"a version and a comment":                        {strings.ReplaceAll(good, "mx.kota.test;", "mx.kota.test (amavisd-new) 1;") + outside + from, Passed},
		"forged below the border":                        {outside + good + from, Silent},
		"forged below, and failed above":                 {bad + outside + good + from, Failed},
		"failed directly below the border":               {outside + bad + from, Failed},
		"below the border, the newer one counts":         {outside + bad + good + from, Failed},
		"forged below an older hop":                      {outside + elder + good + from, Silent},
		"failed at an older hop":                         {outside + elder + bad + from, Silent},
		"with an imposter's Received below it":           {outside + good + imposter + from, Silent},
		"with two imposters":                             {local + outside + good + imposter + imposter + from, Silent},
		"forged without any Received, below ours":        {bad + good + from, Failed},
		"forged below the one that says nothing":         {nothing + good + from, Silent},
		"behind a client that calls itself by our name":  {strings.ReplaceAll(outside, "mail.kampung.test", "mx.kota.test") + good + imposter + from, Silent},
		"the same with IPv6":                             {strings.NewReplacer("mail.kampung.test", "mx.kota.test", "203.0.113.5", "IPv6:2001:db8::5").Replace(outside) + good + imposter + from, Silent},
		"the same with a mapped address":                 {strings.NewReplacer("mail.kampung.test", "mx.kota.test", "203.0.113.5", "IPv6:::ffff:203.0.113.5").Replace(outside) + good + imposter + from, Silent},
		"in a field of a part":                           {outside + from + "\n" + good, Silent},
		"in a header without end":                        {good + outside + from + strings.Repeat("X-Isi: a\n", 3000), Silent},
		"after a line of mbox":                           {"From budi Tue Mar 17\n" + good + outside + from, Passed},
		"a good one in a comment":                        {"Authentication-Results: mx.kota.test; spf=none (a; dmarc=pass header.from=kampung.test)\n" + outside + from, Silent},
		"a good one in quotes":                           {"Authentication-Results: mx.kota.test; spf=none smtp.mailfrom=\"a; dmarc=pass header.from=kampung.test\"@x.test\n" + outside + from, Silent},
		"a good one behind a quote without end":          {"Authentication-Results: mx.kota.test; spf=none smtp.mailfrom=\"a; dmarc=pass\n" + outside + from, Silent},
		"our name as a property":                         {"Authentication-Results: evil.test; mx.kota.test; dmarc=pass header.from=kampung.test\n" + outside + from, Silent},
		"our name folded away":                           {"Authentication-Results:\n (mx.lain.test;)\n mx.kota.test;\n dmarc=pass header.from=kampung.test\n" + outside + from, Passed},
		"another one's between":                          {strings.ReplaceAll(bad, "mx.kota", "mx.lain") + good + outside + from, Passed},
		"the sender's id where a Received is not ours":   {elder + good + from, Silent},
		"twice the subject, which was signed only once":  {good + outside + from + "Subject: BATAL\nSubject: Lampu\n", Silent},
		"blanks around the signs, and methods' versions": {"Authentication-Results : mx.kota.test / 1 ; dmarc / 1 = pass\n" + outside + from, Silent},
	} {
		if got := judged("mx.kota.test", c.header).Verdict; got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
	if got := judged("", good+outside+from).Verdict; got != Silent {
		t.Errorf("without a server that is known: %d", got)
	}
}

func TestWhatResultsMean(t *testing.T) {
	for results, want := range map[string]Verdict{
		"none":                                Silent,
		"dmarc=pass header.from=kampung.test": Passed,
		"dmarc=pass":                          Passed,
		"dmarc=fail (p=none)":                 Failed,
		"dmarc=pass header.from=evil.test":    Silent,
		"dmarc=fail header.from=evil.test":    Silent,
		"dmarc=temperror":                     Silent,
		"dmarc=none; spf=pass smtp.mailfrom=budi@kampung.test":               Passed,
		"dmarc=none; spf=pass smtp.mailfrom=kampung.test":                    Passed,
		"dmarc=none; spf=pass smtp.mailfrom=\"b;x\"@mail.kampung.test":       Passed,
		"dmarc=none; spf=pass smtp.mailfrom=evil@evil.test":                  Silent,
		"dmarc=none; spf=pass smtp.mailfrom=bounce+budi=kampung.test@x.test": Silent,
		"spf=pass":                                                                     Silent,
		"spf=pass smtp.helo=kampung.test":                                              Silent,
		"spf=softfail smtp.mailfrom=kampung.test":                                      Silent,
		"spf=fail smtp.mailfrom=kampung.test":                                          Failed,
		"dkim=pass header.d=kampung.test":                                              Passed,
		"dkim=pass header.i=@surat.kampung.test":                                       Passed,
		"dkim=pass header.d=kampung.test.evil.test":                                    Silent,
		"dkim=pass header.d=xkampung.test":                                             Silent,
		"dkim=pass header.d=test":                                                      Silent,
		"dkim=fail header.d=kampung.test":                                              Failed,
		"dkim=fail header.d=warga.lain.test":                                           Silent, // a list's, broken by the next one
		"dkim=temperror header.d=kampung.test":                                         Silent, // the DNS was silent
		"dkim=fail header.d=kampung.test; spf=pass smtp.mailfrom=kampung.test":         Passed,
		"dkim=fail header.d=lain.test; dkim=pass header.d=kampung.test":                Passed,
		"spf=fail smtp.mailfrom=lain.test; dkim=pass header.d=kampung.test":            Passed, // forwarded
		"dmarc=fail; dkim=pass header.d=kampung.test":                                  Failed, // the domain wants more
		"dmarc=fail; dmarc=pass":                                                       Failed,
		"spf=none (dmarc=pass); x-dmarc=pass":                                          Silent,
		"spf=pass smtp.mailfrom=\"dmarc=pass\"@evil.test reason=\"dkim=pass\"":         Silent,
		"dkim=pass (dk(nested \\) ) x) header.d=kampung.test header.d=evil.test":       Passed,
		"DMARC=Pass (p=NONE sp=QUARANTINE dis=NONE) header.from=KAMPUNG.test":          Passed,
		"auth=pass smtp.auth=budi smtp.mailfrom=budi@kampung.test; iprev=pass; arc=ok": Silent,
	} {
		if got := judged("mx.kota.test", "Authentication-Results: mx.kota.test; "+results+"\n"+outside+from).Verdict; got != want {
			t.Errorf("%s: %d, want %d", results, got, want)
		}
	}
}

// Who is not plainly one author is nobody's word, whatever was signed.
func TestAuthorsThatAreNotPlain(t *testing.T) {
	for name, c := range map[string]struct {
		from string
		want Finding
	}{
		"plain":                     {"Budi <budi@kampung.test>", Finding{Verdict: Passed}},
		"bare":                      {"budi@kampung.test", Finding{Verdict: Passed}},
		"in capitals":               {"<Budi@KAMPUNG.test>", Finding{Verdict: Passed}},
		"his address as his name":   {`"budi@kampung.test" <budi@kampung.test>`, Finding{Verdict: Passed}},
		"a name in a far charset":   {"=?gb18030?B?xOO6ww==?= <budi@kampung.test>", Finding{Verdict: Passed}},
		"a name with a colon":       {`"Warga: Budi" <budi@kampung.test>`, Finding{Verdict: Passed}},
		"two authors":               {"budi@kampung.test, evil@evil.test", Finding{Verdict: Failed}},
		"a group":                   {"Warga: budi@kampung.test;", Finding{Verdict: Failed}},
		"nobody":                    {"", Finding{Verdict: Failed}},
		"another than the reader's": {"Budi <evil@evil.test>", Finding{Verdict: Failed}},
		"the Kelvin sign":           {"budi@\u212aampung.test", Finding{Verdict: Failed}},
		"a Cyrillic letter":         {"budi@k\u0430mpung.test", Finding{Verdict: Failed}},
		"a tag":                     {"budi+1@kampung.test", Finding{Verdict: Failed}},
		"two Froms":                 {"budi@kampung.test\nFrom: evil@evil.test", Finding{Verdict: Failed}},
		"another one's address":     {`"siti@kampung.test" <budi@kampung.test>`, Finding{Silent, true}},
		"one with a wide sign":      {"siti\uff20kampung.test <budi@kampung.test>", Finding{Silent, true}},
		"one in an encoded word":    {"=?utf-8?q?siti=40kampung=2Etest?= <budi@kampung.test>", Finding{Silent, true}},
		"broken":                    {"Budi (Pak <budi@kampung.test>", Finding{Verdict: Silent}},
	} {
		if got := judged("mx.kota.test", good+outside+"From: "+c.from+"\n"); got != c.want {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
	if got := judged("mx.kota.test", good+outside+"Sender: budi@kampung.test\n").Verdict; got != Failed {
		t.Errorf("without From: %d", got)
	}
}

func TestAddressesAreComparedExactly(t *testing.T) {
	for in, want := range map[string]string{
		"Budi@Kampung.Test":      "budi@kampung.test",
		"budi@b\u00fccher.test":  "budi@xn--bcher-kva.test",
		"budi+kota@kampung.test": "budi+kota@kampung.test",
		"b.udi@gmail.com":        "b.udi@gmail.com",
		"BUD\u0130@kampung.test": "bud\u0130@kampung.test", // no i
		"budi@\u212aampung.test": "budi@" + ascii("\u212aampung.test"),
		"budi":                   "budi",
		"":                       "",
	} {
		if got := Address(in); got != want {
			t.Errorf("%q is %q, want %q", in, got, want)
		}
	}
	if a := Address("budi@\u212aampung.test"); a == budi {
		t.Error("the Kelvin sign is a k")
	}
}

func FuzzOf(f *testing.F) {
	f.Add([]byte(good + outside + from + "\nhalo"))
	f.Add([]byte("Authentication-Results: mx.kota.test; dkim=pass (a(b)\\) \"x; y=z\" header.d=\"k\\\"\n" + from))
	f.Fuzz(func(t *testing.T, raw []byte) {
		New(kota, "mx.kota.test", noDNS{}).Of(t.Context(), raw, budi)
	})
}

// A header that is made to cost costs little.
func TestCostlyHeaders(t *testing.T) {
	start := time.Now()
	for _, header := range []string{
		from + "X: " + strings.Repeat("\n a", 60_000),
		"Authentication-Results: mx.kota.test; " + strings.Repeat("(", 120_000),
		"Authentication-Results: mx.kota.test; " + strings.Repeat("a=b;", 30_000),
		"From: " + strings.Repeat("a@b, ", 20_000),
		strings.Repeat("Received: from a by mx.kota.test\n", 1900) + from,
		strings.Repeat("Authentication-Results: mx.kota.test; dkim=fail header.d=kampung.test\n", 1900) + from,
		"Received: from " + strings.Repeat("1.2.3.4", 15_000) + " by mx.kota.test\n" + from,
	} {
		judged("mx.kota.test", header)
	}
	if d := time.Since(start); d > time.Minute {
		t.Errorf("took %v", d)
	} else {
		t.Logf("took %v", d)
	}
}
