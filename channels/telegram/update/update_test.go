package update

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"tanggap/channels"
)

const (
	sari   = `"from":{"id":81,"is_bot":false,"first_name":"Sari","last_name":"Dewi","language_code":"id"},"chat":{"id":81,"type":"private","first_name":"Sari"},"date":1770000000`
	inRT   = `"from":{"id":81,"is_bot":false,"first_name":"Sari"},"chat":{"id":-1005,"type":"supergroup","title":"RT 05"},"date":1770000000`
	sizes  = `"photo":[{"file_id":"kecil","file_unique_id":"u1","width":90,"height":60,"file_size":900},{"file_id":"besar","file_unique_id":"u2","width":1280,"height":853,"file_size":90000},{"file_id":"sedang","file_unique_id":"u3","width":320,"height":213,"file_size":9000}]`
	pinned = `"location":{"latitude":-6.2251,"longitude":106.8549,"horizontal_accuracy":12.5}`
)

// message from Sari with what she sent.
func from(sender, content string) string {
	return `{"update_id":500,"message":{"message_id":12,` + sender + `,` + content + `}}`
}

func TestReadsUpdates(t *testing.T) {
	sent := time.Unix(1_770_000_000, 0).UTC()
	base := func(change func(*channels.Inbound)) channels.Inbound {
		in := channels.Inbound{
			Account: "bot", Kind: channels.Message, EventID: "81:12", MessageID: "81:12", Cursor: "501",
			From: channels.Address{Kind: channels.TelegramID, Value: "81"}, Name: "Sari Dewi", Language: "id", SentAt: sent,
		}
		change(&in)
		return in
	}
	group := func(change func(*channels.Inbound)) channels.Inbound {
		return base(func(in *channels.Inbound) {
			in.EventID, in.MessageID = "-1005:12", "-1005:12"
			in.Name, in.Language, in.Thread, in.Group = "Sari", "", "-1005", true
			change(in)
		})
	}
	photo := channels.Media{Ref: "besar", Unique: "u2", Type: "image/jpeg", Size: 90000}
	for _, tt := range []struct {
		name, update string
		want         channels.Inbound
	}{
		{"text", from(sari, `"text":" Lampu jalan mati\u0000 \r\n3 hari"`), base(func(in *channels.Inbound) {
			in.Text = "Lampu jalan mati \n3 hari"
		})},
		{"photo with caption", from(sari, sizes+`,"caption":"Ini lubangnya"`), base(func(in *channels.Inbound) {
			in.Text, in.Media = "Ini lubangnya", []channels.Media{photo}
		})},
		{"album", from(sari, sizes+`,"media_group_id":"1337"`), base(func(in *channels.Inbound) {
			in.Album, in.Media = "1337", []channels.Media{photo}
		})},
		{
			"document", from(sari, `"document":{"file_id":"d","file_unique_id":"u","file_name":"surat.pdf","mime_type":"application/pdf","file_size":7}`),
			base(func(in *channels.Inbound) {
				in.Media = []channels.Media{{Ref: "d", Unique: "u", Name: "surat.pdf", Type: "application/pdf", Size: 7}}
			}),
		},
		{"location", from(sari, pinned), base(func(in *channels.Inbound) {
			in.Point = &channels.Point{Lat: -6.2251, Lng: 106.8549, Accuracy: 12.5}
		})},
		{"venue", from(sari, pinned+`,"venue":{`+pinned+`,"title":"SDN 01","address":"Tebet Timur"}`), base(func(in *channels.Inbound) {
			in.Point = &channels.Point{Lat: -6.2251, Lng: 106.8549, Accuracy: 12.5, Label: "SDN 01\nTebet Timur"}
		})},
		{"location off the globe", from(sari, `"location":{"latitude":123,"longitude":0}`), base(func(in *channels.Inbound) {
			in.Kind = channels.Unknown
		})},
		{"voice", from(sari, `"voice":{"file_id":"v","file_unique_id":"u","duration":3}`), base(func(in *channels.Inbound) {
			in.Media = []channels.Media{{Ref: "v", Unique: "u", Type: "audio/ogg"}}
		})},
		{
			"animation is no second document", from(sari, `"animation":{"file_id":"a","file_unique_id":"u"},"document":{"file_id":"a","file_unique_id":"u"}`),
			base(func(in *channels.Inbound) {
				in.Media = []channels.Media{{Ref: "a", Unique: "u", Type: "video/mp4"}}
			}),
		},
		{"sticker", from(sari, `"sticker":{"file_id":"s","file_unique_id":"u","emoji":"👍","is_animated":true}`), base(func(in *channels.Inbound) {
			in.Text, in.Media = "👍", []channels.Media{{Ref: "s", Unique: "u", Type: "application/x-tgsticker"}}
		})},
		{"contact", from(sari, `"contact":{"phone_number":"+62812","first_name":"Pak","last_name":"RT"}`), base(func(in *channels.Inbound) {
			in.Text = "Pak RT\n+62812"
		})},
		{
			"reply", from(sari, `"text":"sudah","reply_to_message":{"message_id":7,"chat":{"id":81,"type":"private"},"date":1,"text":"?"}`),
			base(func(in *channels.Inbound) { in.Text, in.ReplyTo = "sudah", []string{"81:7"} }),
		},
		{
			"edit", strings.Replace(from(sari, `"text":"Jalan Melati","edit_date":1770000060`), `"message"`, `"edited_message"`, 1),
			base(func(in *channels.Inbound) {
				in.Kind, in.EventID, in.Text = channels.Edit, "81:12:1770000060", "Jalan Melati"
			}),
		},
		{"group", from(inRT, `"text":"banjir"`), group(func(in *channels.Inbound) { in.Text = "banjir" })},
		{"topic of a group", from(inRT, `"text":"banjir","message_thread_id":4,"is_topic_message":true`), group(func(in *channels.Inbound) {
			in.Text, in.Thread = "banjir", "-1005/4"
		})},
		{"anonymous administrator", from(inRT, `"text":"banjir","sender_chat":{"id":-1005,"type":"supergroup"}`), group(func(in *channels.Inbound) {
			in.Text, in.From.Value = "banjir", "-1005"
		})},
		{"channel post repeated in its group", from(inRT, `"text":"berita","is_automatic_forward":true`), group(func(in *channels.Inbound) {
			in.Kind, in.Text = channels.Robot, "berita"
		})},
		{"content of tomorrow", from(sari, `"hologram":{"id":1}`), base(func(in *channels.Inbound) { in.Kind = channels.Unknown })},
		{
			"button", `{"update_id":500,"callback_query":{"id":"4382","from":{"id":81,"first_name":"Sari"},"chat_instance":"1","data":"close:yes",
			"message":{"message_id":9,"chat":{"id":81,"type":"private"},"date":0}}}`,
			base(func(in *channels.Inbound) {
				in.Kind, in.EventID, in.MessageID, in.Choice = channels.Button, "4382", "81:9", "close:yes"
				in.Name, in.Language, in.SentAt = "Sari", "", time.Time{}
			}),
		},
		{
			"button in a group", `{"update_id":500,"callback_query":{"id":"4382","from":{"id":81,"first_name":"Sari"},"data":"x",
			"message":{"message_id":9,"chat":{"id":-1005,"type":"supergroup"},"date":0}}}`,
			group(func(in *channels.Inbound) {
				in.Kind, in.EventID, in.MessageID, in.Choice, in.SentAt = channels.Button, "4382", "-1005:9", "x", time.Time{}
			}),
		},
		{
			"blocked", `{"update_id":500,"my_chat_member":{` + sari + `,"old_chat_member":{"status":"member"},"new_chat_member":{"status":"kicked","until_date":0}}}`,
			base(func(in *channels.Inbound) {
				in.Kind, in.EventID, in.MessageID = channels.Blocked, "member:81:1770000000:kicked", ""
			}),
		},
		{
			"unblocked", `{"update_id":500,"my_chat_member":{` + sari + `,"new_chat_member":{"status":"member"}}}`,
			base(func(in *channels.Inbound) {
				in.Kind, in.EventID, in.MessageID = channels.Unblocked, "member:81:1770000000:member", ""
			}),
		},
		{
			"put out of a group: the group is gone, not who did it", `{"update_id":500,"my_chat_member":{` + inRT + `,"new_chat_member":{"status":"left"}}}`,
			group(func(in *channels.Inbound) {
				in.Kind, in.EventID, in.MessageID, in.Name = channels.Blocked, "member:-1005:1770000000:left", "", ""
				in.From.Value = "-1005"
			}),
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := Read("bot", []byte(tt.update))
			if len(r.Inbounds) != 1 || r.Next != 501 {
				t.Fatalf("%d inbounds, next offset %d", len(r.Inbounds), r.Next)
			}
			got := r.Inbounds[0]
			if string(got.Raw) != tt.update || got.RawType != "application/json" {
				t.Errorf("raw bytes are %s %q", got.RawType, got.Raw)
			}
			if diff := cmp.Diff(tt.want, got, cmpopts.IgnoreFields(channels.Inbound{}, "Raw", "RawType")); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestChannelPostsAreOnlyAcknowledged(t *testing.T) {
	for _, kind := range []string{"channel_post", "edited_channel_post"} {
		r := Read("bot", []byte(`{"update_id":8,"`+kind+`":{"message_id":1,"chat":{"id":-100,"type":"channel"},"text":"promo"}}`))
		if len(r.Inbounds) != 0 || r.Next != 9 {
			t.Errorf("%s: %d inbounds, next offset %d", kind, len(r.Inbounds), r.Next)
		}
	}
}

// The same bytes delivered twice are one event, other bytes another one.
func TestUnknownUpdatesAreNamedByTheirBytes(t *testing.T) {
	for _, raw := range []string{`{"update_id":5,"kelak":{"a":1}}`, `{"update_id":"x"}`, `[1]`, `{"update_id":6,"message":{"message_id":"salah"}}`, ``} {
		one, two := Read("bot", []byte(raw)), Read("bot", []byte(raw))
		other := Read("bot", []byte(raw+" "))
		if len(one.Inbounds) != 1 || one.Inbounds[0].Kind != channels.Unknown {
			t.Errorf("%s: %v", raw, one.Inbounds)
			continue
		}
		if one.Inbounds[0].EventID != two.Inbounds[0].EventID || one.Inbounds[0].EventID == other.Inbounds[0].EventID {
			t.Errorf("%s: events %s, %s and %s", raw, one.Inbounds[0].EventID, two.Inbounds[0].EventID, other.Inbounds[0].EventID)
		}
	}
	if next := Read("bot", []byte(`{"update_id":6,"message":{"message_id":"salah"}}`)).Next; next != 7 {
		t.Errorf("an update with a broken message is confirmed by %d, want 7", next)
	}
}

// checkReading holds whatever was read to what every Inbound must be.
func checkReading(t *testing.T, raw []byte, r Reading) {
	t.Helper()
	for _, in := range r.Inbounds {
		switch {
		case in.EventID == "" || in.Kind == "" || in.Account != "bot":
			t.Errorf("%s: event %q, kind %q, account %q", raw, in.EventID, in.Kind, in.Account)
		case string(in.Raw) != string(raw):
			t.Errorf("%s: the raw bytes are lost", raw)
		case in.Text != channels.Clean(in.Text) || in.Name != channels.Clean(in.Name):
			t.Errorf("%s: text %q or name %q is not clean", raw, in.Text, in.Name)
		case in.Kind == channels.Message && (in.From.Value == "" || in.MessageID == ""):
			t.Errorf("%s: a message from %q named %q", raw, in.From.Value, in.MessageID)
		}
	}
}

func FuzzReadsUpdates(f *testing.F) {
	f.Add([]byte(from(sari, `"text":"x"`)))
	f.Add([]byte(from(inRT, sizes+`,"caption":"\ud800"`)))
	f.Add([]byte(`{"update_id":9223372036854775807,"my_chat_member":{}}`))
	f.Add([]byte(`{"callback_query":{"id":"1","from":{"id":1},"message":{"chat":{"id":1}}}}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		r := Read("bot", raw)
		checkReading(t, raw, r)
		if len(r.Inbounds) == 0 && !strings.Contains(strings.ToLower(string(raw)), "channel_post") && json.Valid(raw) {
			t.Errorf("%q vanished", raw)
		}
		if r.Next < 0 {
			t.Errorf("%q is confirmed by %d", raw, r.Next)
		}
	})
}

// TestCorpus reads updates from other libraries' tests, when a folder with them is named: none may
// vanish, and those with words, files or a place must be messages.
func TestCorpus(t *testing.T) {
	data := os.Getenv("TANGGAP_DATA")
	if data == "" {
		return // make corpora names it
	}
	files, err := filepath.Glob(filepath.Join(data, "telegram", "updates", "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no updates in the folder of corpora: %v", err)
	}
	kinds := map[channels.InboundKind]int{}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var top map[string]json.RawMessage
		if err := json.Unmarshal(raw, &top); err != nil {
			t.Fatalf("%s: %v", filepath.Base(file), err)
		}
		if _, isUpdate := top["update_id"]; !isUpdate { // a bare Message
			if raw, err = json.Marshal(map[string]any{"update_id": 1, "message": top}); err != nil {
				t.Fatal(err)
			}
		}
		r := Read("bot", raw)
		checkReading(t, raw, r)
		_, post := top["channel_post"]
		if len(r.Inbounds) != 1 && !post || r.Next == 0 {
			t.Errorf("%s: %d inbounds, next offset %d", filepath.Base(file), len(r.Inbounds), r.Next)
			continue
		}
		in := r.Inbounds[0]
		kinds[in.Kind]++
		message := top
		if nested, ok := top["message"]; ok {
			message = nil
			if err := json.Unmarshal(nested, &message); err != nil {
				t.Fatal(err)
			}
		}
		_, hasText := message["text"]
		_, hasPhoto := message["photo"]
		_, hasPlace := message["location"]
		_, hasSender := message["from"]
		if (hasText || hasPhoto || hasPlace) && hasSender && in.Kind == channels.Unknown {
			t.Errorf("%s: has words, a picture or a place and came in as unknown", filepath.Base(file))
		}
		t.Logf("%s: %s", filepath.Base(file), in.Kind)
	}
	accounted := 0
	for _, n := range kinds {
		accounted += n
	}
	fmt.Printf("telegram\tupdates accounted for\t%d\t%d\n", accounted, len(files))
	t.Logf("%d files: %v", len(files), kinds)
}
