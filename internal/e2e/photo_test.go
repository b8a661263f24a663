package e2e

import (
	"testing"

	"tanggap/internal/dbtest"
	"tanggap/internal/sim"
)

// TestPhotosSayWhereTheyWereTaken: a picture that is sent as a file keeps what the phone wrote into it; the report
// lies there, where no word says otherwise and it is in the city.
func TestPhotosSayWhereTheyWereTaken(t *testing.T) {
	k, tg := telegramCity(t, dbtest.New(t, dbtest.SQLite))
	for i, tt := range []struct {
		text     string
		lat, lng float64
		area     string
	}{
		{"saluran air depan rumah mampet, baunya minta ampun", -6.22990, 106.85340, "Tebet Timur"},
		{"lampu jalan mati di Pejagalan, gelap sekali", -6.22990, 106.85340, "Pejagalan"},
		{"pohon tumbang menutup jalan dari semalam", -6.9034, 107.6181, ""}, // Bandung
		{"sampah menumpuk sudah seminggu tidak diangkut", 0, 0, ""},
	} {
		file, err := sim.Photo(tt.lat, tt.lng)
		if err != nil {
			t.Fatal(err)
		}
		tg.Write(sim.TelegramDraft{
			From: sim.TelegramUser{ID: int64(500 + i), Name: "Warga", Language: "id"}, Text: tt.text,
			Document: &sim.TelegramFile{Name: "IMG_1.jpg", Type: "image/jpeg", Data: file},
		})
		n := k.queue("limit=200", i+1)[0]
		k.until("the picture", func() bool { return k.stored(n.Reference) })
		got := ""
		if area := k.ticket(n.Reference).Area; area != nil {
			got = area.Name
		}
		if got != tt.area {
			t.Errorf("%q with a photo from %v, %v lies in %q, want %q", tt.text, tt.lat, tt.lng, got, tt.area)
		}
	}
	k.silent("106.85", "minta ampun")
}
