package trust

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestStamps(t *testing.T) {
	for name, c := range map[string]struct {
		header string
		want   []Stamp
	}{
		"Postfix with a milter": {
			"Received: from pc (pc [192.0.2.7]) by mx.kota.go.id (Postfix) with ESMTPSA id 1\nAuthentication-Results: mx.kota.go.id; dkim=fail header.d=x; dkim=pass header.d=kota.go.id;\n spf=none; dmarc=pass (p=none dis=none) header.from=kota.go.id\n",
			[]Stamp{{"mx.kota.go.id", true, "none", "pass", "pass"}},
		},
		"Google": {
			"Delivered-To: kota@gmail.com\nReceived: by 2002:a05:6a10:7 with SMTP id a; Thu, 1 Jan 2026 00:00:00 -0800\nReceived: from surat.kota.go.id by mx.google.com with ESMTPS id b\nAuthentication-Results: mx.google.com; spf=pass smtp.mailfrom=a@kota.go.id\n",
			[]Stamp{{"mx.google.com", true, "pass", "", ""}},
		},
		"a relay's, below our server's": {
			"Received: from keluar.penyedia.net by mx.kota.go.id with ESMTP id 1\nAuthentication-Results: keluar.penyedia.net; spf=pass smtp.mailfrom=kota.go.id\nReceived: from pc by keluar.penyedia.net with ESMTPSA id 2\n",
			[]Stamp{{"keluar.penyedia.net", false, "pass", "", ""}},
		},
		"Microsoft, nameless": {
			"Received: from a.outbound.protection.outlook.com by b.prod.outlook.com with HTTPS; now\nAuthentication-Results: spf=pass (sender IP is 192.0.2.7) smtp.mailfrom=kota.go.id; dkim=none (message not signed) header.d=none;dmarc=fail action=none header.from=kota.go.id;compauth=pass reason=100\n",
			[]Stamp{{"", true, "pass", "none", "fail"}},
		},
		"nameless, elsewhere": {
			"Received: from a.outbound.protection.outlook.com by mx.kota.go.id with ESMTP; now\nAuthentication-Results: dmarc=pass header.from=kota.go.id\n",
			[]Stamp{{"", false, "", "", "pass"}},
		},
		"nothing": {"Received: from a by b.kota.go.id\nSubject: x\n", nil},
		"broken":  {"Received: from a by b.kota.go.id\nAuthentication-Results: b.kota.go.id; spf=pass (no end\n", nil},
	} {
		if diff := cmp.Diff(c.want, Stamps([]byte(strings.ReplaceAll(c.header, "\n", "\r\n")+"\r\nbody"))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}
