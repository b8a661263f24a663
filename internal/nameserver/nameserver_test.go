package nameserver

import (
	"context"
	"errors"
	"net"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestAnswersAsADNSServerDoes(t *testing.T) {
	long := strings.Repeat("a", 200)
	s, err := Start(`kota.go.id. IN TXT "`+long+`" "`+long+`"`, "kota.go.id. IN MX 10 surat.kota.go.id.", "surat.kota.go.id. IN A 203.0.113.5", "surat.kota.go.id. IN AAAA 2001:db8::5")
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	r, ctx := s.Resolver(), t.Context()
	if texts, err := r.LookupTXT(ctx, "kota.go.id."); err != nil || !slices.Equal(texts, []string{long + long}) {
		t.Errorf("%q %v", texts, err)
	}
	if all, err := r.LookupMX(ctx, "kota.go.id."); err != nil || len(all) != 1 || all[0].Host != "surat.kota.go.id." || all[0].Pref != 10 {
		t.Errorf("%v %v", all, err)
	}
	if all, err := r.LookupNetIP(ctx, "ip", "surat.kota.go.id."); err != nil || len(all) != 2 {
		t.Errorf("%v %v", all, err)
	}
	for _, name := range []string{"surat.kota.go.id.", "tiada.kota.go.id."} { // no text, no name
		var failed *net.DNSError
		if _, err := r.LookupTXT(ctx, name); !errors.As(err, &failed) || !failed.IsNotFound {
			t.Errorf("%s: %v", name, err)
		}
	}
	s.Remove("kota.go.id.", "TXT")
	if texts, err := r.LookupTXT(ctx, "kota.go.id."); err == nil {
		t.Errorf("%q after its removal", texts)
	}
	s.Silence(true)
	short, cancel := context.WithTimeout(ctx, 50*time.Millisecond)
	defer cancel()
	var failed *net.DNSError
	if _, err := r.LookupMX(short, "kota.go.id."); !errors.As(err, &failed) || failed.IsNotFound {
		t.Errorf("silent: %v", err)
	}
	if s.Asked() < 7 {
		t.Errorf("%d questions", s.Asked())
	}
}

func TestRefusesWhatIsNoRecord(t *testing.T) {
	for _, text := range []string{"", "kota.go.id IN A 203.0.113.5", "kota.go.id. IN A x", "kota.go.id. IN MX surat.", "kota.go.id. IN TXT v=spf1", "kota.go.id. IN SRV 1 2 3 a."} {
		if s, err := Start(text); err == nil {
			s.Close()
			t.Errorf("%q is taken", text)
		}
	}
}
