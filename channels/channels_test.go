package channels

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestKindOf(t *testing.T) {
	for _, tt := range []struct {
		err  error
		want ErrorKind
	}{
		{io.ErrUnexpectedEOF, Temporary},
		{Errorf(Rejected, "400", "text is empty"), Rejected},
		{fmt.Errorf("sending part 2: %w", Errorf(Throttled, "429", "too fast")), Throttled},
		{errors.Join(io.EOF, &Error{Kind: UnknownSent}), UnknownSent},
	} {
		if got := KindOf(tt.err); got != tt.want {
			t.Errorf("KindOf(%v) = %q, want %q", tt.err, got, tt.want)
		}
	}
}

func TestErrorText(t *testing.T) {
	for want, err := range map[string]*Error{
		"suspended 401: token refused": Errorf(Suspended, "401", "token %s", "refused"),
		"temporary: unexpected EOF":    {Kind: Temporary, Err: io.ErrUnexpectedEOF},
		"unknown 502":                  {Kind: UnknownSent, Code: "502"},
	} {
		if got := err.Error(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	if err := (&Error{Kind: Temporary, Err: io.EOF}); !errors.Is(err, io.EOF) {
		t.Error("the cause is lost")
	}
}

// The inbox keeps an Inbound as JSON beside its raw bytes and cursor, which have columns of their own.
func TestInboundSurvivesJSON(t *testing.T) {
	in := Inbound{
		Account: "bot", Kind: Button, EventID: "e", MessageID: "7", Cursor: "9",
		From: Address{Kind: TelegramID, Value: "81"}, Name: "Sari", Thread: "-5", Group: true,
		ReplyTo: []string{"6", "5"}, Subject: "s", Text: "t", Quoted: "q", Language: "id",
		Point: &Point{Lat: -6.2, Lng: 106.8, Accuracy: 12, Label: "Monas"},
		Media: []Media{{Ref: "f", Name: "n", Type: "image/jpeg", Size: 3, Unique: "u", Data: []byte("abc")}},
		Album: "a", Part: 1, Parts: 2, Choice: "c", SentAt: time.Unix(1_770_000_000, 0).UTC(),
		Mute: true, Unverified: true, Sign: SignBulk, Raw: []byte("{}"), RawType: "application/json",
		Bounced: &Report{Account: "bot", EventID: "r", State: Failed, Kind: Unreachable, At: time.Unix(1, 0).UTC()},
	}
	data, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	var got Inbound
	if err := json.Unmarshal(data, &got); err != nil {
		t.Fatal(err)
	}
	want := in
	want.Cursor, want.Raw = "", nil
	want.Media = []Media{in.Media[0]}
	want.Media[0].Data = nil
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
