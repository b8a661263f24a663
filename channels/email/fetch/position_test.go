package fetch

import (
	"testing"
	"time"
)

func TestPositionIsACursor(t *testing.T) {
	since := time.Unix(1_760_000_000, 0).UTC()
	early, late := position{validity: 7, uid: 9, base: 3, since: since}, position{validity: 7, uid: 10, base: 3, since: since}
	if len(early.String()) != len(late.String()) || early.String() >= late.String() {
		t.Errorf("%s does not come before %s", early, late)
	}
	back, err := parsePosition(late.String())
	if err != nil || back != late {
		t.Errorf("%s reads as %v, %v", late, back, err)
	}
	if p, err := parsePosition("0000000007:0000000009:0000000003:1760000000"); err != nil || p != early {
		t.Errorf("a cursor of an older program reads as %v, %v", p, err)
	}
	if _, err := parsePosition("829345"); err == nil {
		t.Error("another channel's cursor was read")
	}
}
