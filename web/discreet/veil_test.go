package discreet

import (
	"strings"
	"testing"

	"tanggap/tickets"
)

func TestWhoWroteIsHidden(t *testing.T) {
	sari := New("Sari Rahasiawati", tickets.Address{Kind: "tel", Value: "+6281234567890"})
	mail := New("sari", tickets.Address{Kind: "email", Value: "sr@kampung.test"})
	fixed := New("", tickets.Address{Kind: "tel", Value: "+62218306543"})
	chat := New("Ó'Neil 🌷", tickets.Address{Kind: "telegram", Value: "90210777"})
	for _, tt := range []struct {
		veil       Veil
		text, want string
	}{
		{sari, "saya Sari Rahasiawati, lampu mati", "saya •••, lampu mati"},
		{sari, "KTP_sari_rahasiawati.jpg", "KTP_•••.jpg"},
		{sari, "SALAM, RAHASIAWATI", "SALAM, •••"},
		{sari, "dari sari di Tebet", "dari ••• di Tebet"},
		{sari, "sarinah dan hasil sarimbit", "sarinah dan hasil sarimbit"},
		{sari, "hub 081234567890 ya", "hub ••• ya"},
		{sari, "hub 0812 3456 7890, 0812-3456-7890 atau +62 812-3456-7890", "hub •••, ••• atau •••"},
		{sari, "0857 1111 2222 0813 3333 4444", "•••"},
		{sari, "-6.28540, 106.85350 dan ?q=-6.28540,106.85350", "-6.28540, 106.85350 dan ?q=-6.28540,106.85350"},
		{sari, "62 812 34567890 / 81234567890", "••• / •••"},
		{sari, "wa.me/6281234567890", "wa.me/•••"},
		{sari, "0 8 1 2 3 4 5 6 7 8 9 0", "•••"},
		{sari, "(0812) 3456.7890", "(•••"},
		{sari, "tetangga: 0857-1111-2222, budi@contoh.test", "tetangga: •••, •••"},
		{sari, "kantor (021) 8306543 dan 021-8306543", "kantor ••• dan •••"},
		{sari, "dari +65 9123 4567", "dari •••"},
		{sari, "NIK 3174012345678901", "NIK •••"},
		{sari, "RT 05 RW 12, 3 hari, sejak 03-11-2026 jam 08.30", "RT 05 RW 12, 3 hari, sejak 03-11-2026 jam 08.30"},
		{sari, "laporan 482-177-3051, telepon 112, Rp 1.500.000", "laporan 482-177-3051, telepon 112, Rp 1.500.000"},
		{sari, "-6.22540, 106.85350", "-6.22540, 106.85350"},
		{fixed, "rumah 8306543, 021 830 6543", "rumah 8306543, •••"},
		{mail, "balas ke SR@kampung.test, Sari", "balas ke •••, •••"},
		{chat, "id 90210777, o'neil ó'neil", "id •••, o'neil •••"},
		{New("Warga Jakarta", tickets.Address{}), "warga Jakarta Timur", "warga Jakarta Timur"},
		{New("Al", tickets.Address{}), "al-azhar", "al-azhar"},
		{Veil{}, "nama saya Bambang Tersembunyi, jalan rusak", "nama saya •••, jalan rusak"},
		{Veil{}, "perkenalkan nama saya bambang mau lapor", "perkenalkan nama saya ••• mau lapor"},
		{Veil{}, "a.n. Bambang T. di Tebet Timur", "a.n. ••• di Tebet Timur"},
		{Veil{}, "Lampu mati.\n\nHormat saya,\nBambang Tersembunyi\n", "Lampu mati.\n\nHormat saya,\n•••\n"},
		{Veil{}, "jalan rusak, terima kasih. Bambang", "jalan rusak, terima kasih. •••"},
		{Veil{}, "Salam, Lampu jalan mati di depan rumah, nama jalan Jalan Tebet", "Salam, Lampu jalan mati di depan rumah, nama jalan Jalan Tebet"},
		{Veil{}, "tanpa nama, 0812 3456 7890", "tanpa nama, •••"},
	} {
		if got := tt.veil.Text(tt.text); strings.TrimPrefix(got, "(") != strings.TrimPrefix(tt.want, "(") {
			t.Errorf("%q becomes %q, want %q", tt.text, got, tt.want)
		}
	}
}

func FuzzTextNeverTells(f *testing.F) {
	f.Add("Sari Rahasiawati", "dari sari", "+6281234567890")
	f.Add("(", "[", "+62")
	f.Fuzz(func(t *testing.T, name, text, number string) {
		v := New(name, tickets.Address{Kind: "tel", Value: number})
		v.Text(text)
		full := v.Text("0812 3456 7890 " + text)
		if strings.Contains(full, "3456 7890") {
			t.Errorf("%q", full)
		}
	})
}
