package sim

import "testing"

// TestOutagesAtAnyMoment: one right behind the start, and one later, are no faults.
func TestOutagesAtAnyMoment(t *testing.T) {
	for range 200 {
		tg := NewTelegram(TelegramOptions{Token: "1:a"})
		gw := NewGateway(GatewayOptions{})
		for name, s := range map[string]interface {
			Start() (string, error)
			Outage(bool) error
			Close() error
		}{"telegram": tg, "gateway": gw} {
			if _, err := s.Start(); err != nil {
				t.Fatal(err)
			}
			for _, on := range []bool{true, false, true, false} {
				if err := s.Outage(on); err != nil {
					t.Fatalf("%s, outage %v: %v", name, on, err)
				}
			}
			if err := s.Close(); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
	}
}
