package trust

import (
	"strings"
	"testing"
)

// The lines are as Exchange Online writes them, with other names and addresses.
const (
	msHTTPS = "Received: from SG2PR04MB1.apcprd04.prod.outlook.com (2603:1096:4:1::17) by PS2PR04MB2.apcprd04.prod.outlook.com with HTTPS; Tue, 17 Mar 2026 02:30:03 +0000\n"
	msMAPI  = "Received: from SG2PR04MB1.apcprd04.prod.outlook.com ([fe80::1%7]) by SG2PR04MB1.apcprd04.prod.outlook.com ([fe80::1%7]) with mapi id 15.20.52.10; Tue, 17 Mar 2026 02:30:03 +0000\n"
	msFront = "Received: from SG2APC01FT1.eop-APC01.prod.protection.outlook.com (2603:1096:4:cafe::a) by SG2PR04CA1.outlook.office365.com (2603:1096:4:2::1) with Microsoft SMTP Server (version=TLS1_3, cipher=X) id 15.20.52.10 via Frontend Transport; Tue, 17 Mar 2026 02:30:02 +0000\n"
	msEdge  = "Received: from mail.kampung.test (198.51.100.7) by SG2APC01FT1.mail.protection.outlook.com (10.13.36.1) with Microsoft SMTP Server id 15.20.52.10 via Frontend Transport; Tue, 17 Mar 2026 02:30:01 +0000\n"
	msGood  = "Authentication-Results: spf=pass (sender IP is 198.51.100.7)\n smtp.mailfrom=kampung.test; dkim=pass (signature was verified)\n header.d=kampung.test;dmarc=pass action=none\n header.from=kampung.test;compauth=pass reason=100\n"
	msBad   = "Authentication-Results: spf=fail (sender IP is 203.0.113.9)\n smtp.mailfrom=kampung.test; dkim=none (message not signed)\n header.d=none;dmarc=fail action=quarantine\n header.from=kampung.test;compauth=fail reason=000\n"
	msOther = "Authentication-Results: spf=pass smtp.mailfrom=lain.test; dkim=none (message not signed) header.d=none;dmarc=bestguesspass action=none header.from=kampung.test\n"
)

// Microsoft names nobody, so that where results stand is all that tells its from a forger's.
func TestResultsOfMicrosoft(t *testing.T) {
	const hops = msHTTPS + msMAPI + msFront
	for name, c := range map[string]struct {
		header string
		want   Verdict
	}{
		"passed":                         {hops + msGood + msEdge + elder, Passed},
		"failed":                         {hops + msBad + msEdge + elder, Failed},
		"another's path":                 {hops + msOther + msEdge, Silent},
		"forged below the edge":          {hops + msEdge + msGood, Silent},
		"forged below, failed above":     {hops + msBad + msEdge + msGood, Failed},
		"forged below with forged hops":  {hops + msEdge + hops + msGood + msEdge, Silent},
		"failed below the edge":          {hops + msEdge + msBad, Silent},
		"of the sender's house, below":   {hops + msOther + msEdge + msHTTPS + msGood, Silent},
		"from a host that only says so":  {hops + strings.Replace(msFront, "2603:1096:4:cafe::a", "203.0.113.9", 1) + msGood, Silent},
		"the edge believed its greeting": {hops + strings.Replace(msEdge, "mail.kampung.test", "a.prod.outlook.com", 1) + msGood, Silent},
		"the same, from a customer's":    {hops + strings.NewReplacer("mail.kampung.test", "a.prod.outlook.com", "198.51.100.7", "2603:1030::9").Replace(msEdge) + msGood, Silent},
		"a host that is nearly one":      {strings.ReplaceAll(hops, "prod.outlook.com", "xoutlook.com") + msGood + msEdge, Silent},
		"a mailbox elsewhere":            {outside + msGood, Silent},
		"above a mailbox's elsewhere":    {msGood + outside, Silent},
		"no server at all":               {msGood, Silent},
		"with a name":                    {hops + good + msEdge, Silent},
		"that name Microsoft":            {hops + strings.Replace(good, "mx.kota.test", "microsoft", 1) + msEdge, Silent},
		"the newest counts":              {hops + msBad + msGood + msEdge, Failed},
		"a comment that never ends":      {hops + strings.Replace(msGood, "verified)", "verified", 1) + msEdge, Silent},
	} {
		if got := judged("Microsoft", c.header+from).Verdict; got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
	if got := judged("mx.kota.test", hops+msGood+msEdge+from).Verdict; got != Silent {
		t.Errorf("nameless results count for another server's: %d", got)
	}
}
