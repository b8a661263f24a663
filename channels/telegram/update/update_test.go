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

// ours is the bot that reads in these tests.
var ours = Reader{Account: "bot", Bot: 7001, Name: "tanggap_bot"}

const (
	sari   = `"from":{"id":81,"is_bot":false,"first_name":"Sari","last_name":"Dewi","language_code":"id"},"chat":{"id":81,"type":"private","first_name":"Sari"},"date":1770000000`
	inRT   = `"from":{"id":81,"is_bot":false,"first_name":"Sari"},"chat":{"id":-1005,"type":"supergroup","title":"RT 05"},"date":1770000000`
	sizes  = `"photo":[{"file_id":"kecil","file_unique_id":"u1","width":90,"height":60,"file_size":900},{"file_id":"besar","file_unique_id":"u2","width":1280,"height":853,"file_size":90000},{"file_id":"sedang","file_unique_id":"u3","width":320,"height":213,"file_size":9000}]`
	pinned = `"location":{"latitude":-6.2251,"longitude":106.8549,"horizontal_accuracy":12.5}`
)

// named is a text with a mention in it, ordered one that begins with a command.
func named(text string, offset, length int) string {
	return fmt.Sprintf(`"text":%q,"entities":[{"type":"mention","offset":%d,"length":%d}]`, text, offset, length)
}

func ordered(text string, length int) string {
	return fmt.Sprintf(`"text":%q,"entities":[{"type":"bot_command","offset":0,"length":%d}]`, text, length)
}

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
	talk := group(func(in *channels.Inbound) { in.Kind, in.Matter, in.Name = channels.Ignored, groupTalk, "" })
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
			in.Text = "👍"
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
		{"group", from(inRT, `"text":"banjir"`), talk},
		{"group, to us", from(inRT, named(`@Tanggap_bot, banjir`, 0, 12)), group(func(in *channels.Inbound) { in.Text = "banjir" })},
		{"group, to us by the way", from(inRT, named(`😡 pak @tanggap_bot banjir`, 7, 12)), group(func(in *channels.Inbound) { in.Text = "😡 pak banjir" })},
		{"group, to us alone", from(inRT, named(`@tanggap_bot`, 0, 12)), group(func(in *channels.Inbound) { in.Text = "@tanggap_bot" })},
		{"group, to another bot", from(inRT, named(`@tanggap_bot2 banjir`, 0, 13)), talk},
		{"group, the name outside the text", from(inRT, named(`@tanggap_bot`, 1, 900)), talk},
		{"group, our command", from(inRT, ordered(`/status@tanggap_bot 482`, 19)), group(func(in *channels.Inbound) { in.Text = "/status 482" })},
		{"group, anybody's command", from(inRT, ordered(`/status`, 7)), talk},
		{"group, in answer to us", from(inRT, `"text":"sudah","reply_to_message":{"message_id":7,"from":{"id":7001,"is_bot":true},"text":"?"}`), group(func(in *channels.Inbound) {
			in.Text, in.ReplyTo = "sudah", []string{"-1005:7"}
		})},
		{"group, with a neighbour's words", from(inRT, named(`@tanggap_bot ini`, 0, 12)+`,"reply_to_message":{"message_id":7,"from":{"id":82},"text":"got mampet"}`), group(func(in *channels.Inbound) {
			in.Text, in.ReplyTo, in.Quoted = "ini", []string{"-1005:7"}, "got mampet"
		})},
		{"group, a picture under our name", from(inRT, sizes+`,"caption":"@tanggap_bot lubang","caption_entities":[{"type":"mention","offset":0,"length":12}]`), group(func(in *channels.Inbound) {
			in.Text, in.Media = "lubang", []channels.Media{photo}
		})},
		{"group, the second picture of an album", from(inRT, sizes+`,"media_group_id":"1337"`), group(func(in *channels.Inbound) {
			in.Album, in.Media, in.Overheard = "1337", []channels.Media{photo}, true
		})},
		{"topic of a group", from(inRT, named(`@tanggap_bot banjir`, 0, 12)+`,"message_thread_id":4,"is_topic_message":true`), group(func(in *channels.Inbound) {
			in.Text, in.Thread = "banjir", "-1005/4"
		})},
		{"anonymous administrator", from(inRT, named(`@tanggap_bot banjir`, 0, 12)+`,"sender_chat":{"id":-1005,"type":"supergroup","title":"RT 05"}`), group(func(in *channels.Inbound) {
			in.Text, in.From.Value, in.Name = "banjir", "-1005", "RT 05"
		})},
		{"channel post repeated in its group", from(inRT, `"text":"berita","is_automatic_forward":true`), group(func(in *channels.Inbound) {
			in.Kind, in.Text = channels.Robot, "berita"
		})},
		{"forwarded", from(sari, `"text":"got mampet","forward_origin":{"type":"user","date":1,"sender_user":{"id":9,"first_name":"Budi"}}`), base(func(in *channels.Inbound) {
			in.Text, in.Forwarded = "got mampet", &channels.Forwarded{Kind: "person", Name: "Budi"}
		})},
		{"forwarded, from who hides", from(sari, `"text":"got mampet","forward_origin":{"type":"hidden_user","date":1,"sender_user_name":"B"}`), base(func(in *channels.Inbound) {
			in.Text, in.Forwarded = "got mampet", &channels.Forwarded{Kind: "hidden", Name: "B"}
		})},
		{"forwarded, from a group", from(sari, `"text":"got mampet","forward_origin":{"type":"chat","date":1,"sender_chat":{"id":-5,"type":"supergroup","title":"RT 05"}}`), base(func(in *channels.Inbound) {
			in.Text, in.Forwarded = "got mampet", &channels.Forwarded{Kind: "group", Name: "RT 05"}
		})},
		{"forwarded, from a channel", from(sari, `"text":"got mampet","forward_origin":{"type":"channel","date":1,"message_id":3,"chat":{"id":-6,"type":"channel","title":"Info"}}`), base(func(in *channels.Inbound) {
			in.Text, in.Forwarded = "got mampet", &channels.Forwarded{Kind: "channel", Name: "Info"}
		})},
		{"forwarded, his own", from(sari, `"text":"got mampet","forward_origin":{"type":"user","date":1,"sender_user":{"id":81,"first_name":"Sari"}}`), base(func(in *channels.Inbound) {
			in.Text = "got mampet"
		})},
		{"his own number", from(sari, `"contact":{"phone_number":"6281234567890","first_name":"Sari","user_id":81}`), base(func(in *channels.Inbound) {
			in.Own = []channels.Address{{Kind: channels.Tel, Value: "+6281234567890"}}
		})},
		{"another's number", from(sari, `"contact":{"phone_number":"+62 812-3456-7890","first_name":"Budi","user_id":82}`), base(func(in *channels.Inbound) {
			in.Text, in.Described = "Budi\n+62 812-3456-7890", true
		})},
		{"a number of nobody on Telegram", from(sari, `"contact":{"phone_number":"0812","first_name":"Sari"}`), base(func(in *channels.Inbound) {
			in.Text, in.Described = "Sari\n0812", true
		})},
		{"his own number, forwarded", from(sari, `"contact":{"phone_number":"6281234567890","first_name":"Sari","user_id":81},"forward_origin":{"type":"user","sender_user":{"id":9,"first_name":"Budi"}}`), base(func(in *channels.Inbound) {
			in.Text, in.Described, in.Forwarded = "Sari\n6281234567890", true, &channels.Forwarded{Kind: "person", Name: "Budi"}
		})},
		{"his own number, by another bot", from(sari, `"contact":{"phone_number":"6281234567890","first_name":"Sari","user_id":81},"via_bot":{"id":9,"is_bot":true}`), base(func(in *channels.Inbound) {
			in.Text, in.Described = "Sari\n6281234567890", true
		})},
		{"live location", from(sari, `"location":{"latitude":-6.2,"longitude":106.8,"live_period":900}`), base(func(in *channels.Inbound) {
			in.Point, in.Live = &channels.Point{Lat: -6.2, Lng: 106.8}, true
		})},
		{"live location, ended", strings.Replace(from(sari, `"location":{"latitude":-6.2,"longitude":106.8},"edit_date":1770000060`), `"message"`, `"edited_message"`, 1), base(func(in *channels.Inbound) {
			in.Kind, in.EventID, in.Point, in.Live = channels.Edit, "81:12:1770000060", &channels.Point{Lat: -6.2, Lng: 106.8}, true
		})},
		{"part of a message quoted", from(sari, `"text":"itu salah","quote":{"text":"sudah selesai","position":0},"reply_to_message":{"message_id":7,"from":{"id":7001,"is_bot":true},"text":"x sudah selesai"}`), base(func(in *channels.Inbound) {
			in.Text, in.Quoted, in.ReplyTo = "itu salah", "sudah selesai", []string{"81:7"}
		})},
		{"about a message elsewhere", from(sari, `"text":"betul?","external_reply":{"origin":{"type":"channel","chat":{"id":-6,"title":"Info Banjir"},"message_id":1}},"quote":{"text":"pintu air dibuka","position":0}`), base(func(in *channels.Inbound) {
			in.Text, in.Quoted = "betul?", "Info Banjir\npintu air dibuka"
		})},
		{"die", from(sari, `"dice":{"emoji":"🎲","value":2}`), base(func(in *channels.Inbound) { in.Text, in.Described = "🎲 2", true })},
		{"poll", from(sari, `"poll":{"id":"1","question":"Kapan diperbaiki?","options":[{"text":"Hari ini"},{"text":"Besok"}]}`), base(func(in *channels.Inbound) {
			in.Text = "Kapan diperbaiki?\n- Hari ini\n- Besok"
		})},
		{"checklist", from(sari, `"checklist":{"title":"Rusak","tasks":[{"id":1,"text":"lampu","completion_date":5},{"id":2,"text":"got"}]}`), base(func(in *channels.Inbound) {
			in.Text = "Rusak\n☑ lampu\n☐ got"
		})},
		{"story", from(sari, `"story":{"chat":{"id":1,"type":"channel","title":"Info"},"id":2}`), base(func(in *channels.Inbound) { in.Text, in.Described = "[story] Info", true })},
		{"live photo", from(sari, sizes+`,"live_photo":{"file_id":"l","file_unique_id":"u9","width":1,"height":1}`), base(func(in *channels.Inbound) {
			in.Media = []channels.Media{photo, {Ref: "l", Unique: "u9", Type: "video/mp4"}}
		})},
		{"paid media", from(sari, `"paid_media":{"star_count":1,"paid_media":[{"type":"preview"},{"type":"video","video":{"file_id":"v","file_unique_id":"u"}}]}`), base(func(in *channels.Inbound) {
			in.Media = []channels.Media{{Ref: "v", Unique: "u", Type: "video/mp4"}}
		})},
		{"rich message", from(sari, `"rich_message":{"blocks":[{"type":"paragraph","text":["Lampu ",{"type":"bold","text":"mati"}]},{"type":"list","items":[{"label":"1.","blocks":[{"type":"paragraph","text":"di Tebet"}]}]},{"type":"photo",`+sizes+`},{"type":"map","location":{"latitude":-6.2,"longitude":106.8}}]}`), base(func(in *channels.Inbound) {
			in.Text, in.Media, in.Point = "Lampu mati\n1.\ndi Tebet", []channels.Media{photo}, &channels.Point{Lat: -6.2, Lng: 106.8}
		})},
		{"service message", from(sari, `"chat_shared":{"request_id":1,"chat_id":2}`), base(func(in *channels.Inbound) {
			in.Kind, in.Matter = channels.Ignored, "asked for by no button of ours"
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
			r := ours.Read([]byte(tt.update))
			if len(r.Inbounds) != 1 || r.Next != 501 {
				t.Fatalf("%d inbounds, next offset %d", len(r.Inbounds), r.Next)
			}
			got := r.Inbounds[0]
			kept := got.Raw != nil
			if kept == (got.Overheard || got.Matter == groupTalk) || kept && (string(got.Raw) != tt.update || got.RawType != "application/json") {
				t.Errorf("raw bytes are %s %q", got.RawType, got.Raw)
			}
			if diff := cmp.Diff(tt.want, got, cmpopts.IgnoreFields(channels.Inbound{}, "Raw", "RawType")); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// What concerns nobody's report is accounted for all the same, with its bytes.
func TestOtherKindsAreIgnored(t *testing.T) {
	for kind, matter := range irrelevant {
		raw := `{"update_id":8,"` + kind + `":{"id":"1"}}`
		r := ours.Read([]byte(raw))
		if in := r.Inbounds[0]; in.Kind != channels.Ignored || in.Matter != matter || string(in.Raw) != raw || r.Next != 9 {
			t.Errorf("%s: %s %q, next offset %d", kind, in.Kind, in.Matter, r.Next)
		}
	}
	raw := `{"update_id":8,"poll":{"id":"1"},"hologram":{"id":"1"}}`
	if in := ours.Read([]byte(raw)).Inbounds[0]; in.Kind != channels.Unknown {
		t.Errorf("a poll with something of tomorrow is %s", in.Kind)
	}
}

// Whether a name in a group is ours is known only with our name.
func TestNamesAreUnsureWithoutOurs(t *testing.T) {
	nameless := Reader{Account: "bot", Bot: 7001}
	for raw, want := range map[string]bool{
		from(inRT, named("@tanggap_bot banjir", 0, 12)):                                                    true,
		from(inRT, ordered("/status@tanggap_bot", 19)):                                                     true,
		from(inRT, ordered("/status", 7)):                                                                  false,
		from(sari, named("@tanggap_bot banjir", 0, 12)):                                                    false,
		from(inRT, named("@tanggap_bot", 0, 12)+`,"reply_to_message":{"message_id":7,"from":{"id":7001}}`): false,
	} {
		if got := nameless.Read([]byte(raw)).Unsure; got != want {
			t.Errorf("%s: unsure %v", raw, got)
		}
	}
}

// The same bytes delivered twice are one event, other bytes another one.
func TestUnknownUpdatesAreNamedByTheirBytes(t *testing.T) {
	for _, raw := range []string{`{"update_id":5,"kelak":{"a":1}}`, `{"update_id":"x"}`, `[1]`, `{"update_id":6,"message":{"message_id":"salah"}}`, ``} {
		one, two := ours.Read([]byte(raw)), ours.Read([]byte(raw))
		other := ours.Read([]byte(raw + " "))
		if len(one.Inbounds) != 1 || one.Inbounds[0].Kind != channels.Unknown {
			t.Errorf("%s: %v", raw, one.Inbounds)
			continue
		}
		if one.Inbounds[0].EventID != two.Inbounds[0].EventID || one.Inbounds[0].EventID == other.Inbounds[0].EventID {
			t.Errorf("%s: events %s, %s and %s", raw, one.Inbounds[0].EventID, two.Inbounds[0].EventID, other.Inbounds[0].EventID)
		}
	}
	if next := ours.Read([]byte(`{"update_id":6,"message":{"message_id":"salah"}}`)).Next; next != 7 {
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
		case string(in.Raw) != string(raw) && !in.Overheard && in.Matter != groupTalk:
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
	f.Add([]byte(from(inRT, named("@tanggap_bot, 😡 banjir", 0, 12))))
	f.Add([]byte(from(inRT, named("😡@tanggap_bot", 2, 12)+`,"quote":{"text":"x"},"external_reply":{"origin":{"type":"user"}}`)))
	f.Add([]byte(from(sari, `"rich_message":{"blocks":[{"text":[["x",{"text":"y"}]]}]}`)))
	f.Add([]byte(from(sari, `"contact":{"phone_number":"62812345678","user_id":81}`)))
	f.Add([]byte(from(inRT, sizes+`,"caption":"\ud800"`)))
	f.Add([]byte(`{"update_id":9223372036854775807,"my_chat_member":{}}`))
	f.Add([]byte(`{"callback_query":{"id":"1","from":{"id":1},"message":{"chat":{"id":1}}}}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		r := ours.Read(raw)
		checkReading(t, raw, r)
		if len(r.Inbounds) != 1 {
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
		r := ours.Read(raw)
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
