package language

import "strings"

// Roots offers the likely roots of an Indonesian (or English plural) word, the longest first, until
// try returns true; it reports whether one did. There is no dictionary here: the caller knows which
// words it is looking for, and a candidate that it does not know costs a lookup and no more. The
// bytes are valid only during the call. Words that merely look affixed ("sebelum") have no roots.
func Roots(word string, try func([]byte) bool) bool {
	if len(word) < 5 || len(word) > 40 || whole[word] {
		return false
	}
	var tails [8]string
	var buf [48]byte
	n := tailless(word, &tails)
	for _, body := range tails[:n] {
		if body != word && try(append(buf[:0], body...)) {
			return true
		}
		if headless(body, buf[:0], try) {
			return true
		}
	}
	return false
}

// tailless lists the word without its endings, itself first.
func tailless(word string, out *[8]string) int {
	n := 0
	add := func(w string) {
		if n < len(out) && len(w) >= 3 {
			out[n] = w
			n++
		}
	}
	add(word)
	base := word
	for _, particle := range [...]string{"nya", "lah", "kah", "pun", "ku", "mu", "an2"} {
		if rest, ok := strings.CutSuffix(word, particle); ok && len(rest) >= 3 {
			base = rest
			add(base)
			break
		}
	}
	for _, suffix := range [...]string{"kan", "an", "in", "i", "es", "s", "ing", "ed"} {
		if rest, ok := strings.CutSuffix(base, suffix); ok && (len(rest) >= 4 || suffix == "s" && len(rest) == 3) {
			add(rest)
		}
	}
	return n
}

// prefixes and what they may have swallowed: "menyapu" is meny + (s)apu.
var prefixes = [...]struct{ cut, put string }{
	{"memper", ""},
	{"diper", ""},
	{"penge", ""},
	{"menge", ""},
	{"meng", ""},
	{"meng", "k"},
	{"meny", "s"},
	{"mem", ""},
	{"mem", "p"},
	{"men", ""},
	{"men", "t"},
	{"me", ""},
	{"peng", ""},
	{"peng", "k"},
	{"peny", "s"},
	{"pem", ""},
	{"pem", "p"},
	{"pen", ""},
	{"pen", "t"},
	{"per", ""},
	{"pe", ""},
	{"ber", ""},
	{"be", ""},
	{"ter", ""},
	{"te", ""},
	{"di", ""},
	{"ke", ""},
	{"se", ""},
	{"nge", ""},
	{"ng", ""},
	{"ng", "k"},
	{"ny", "s"},
	{"ny", "c"},
	{"n", "t"},
	{"m", "p"},
}

func headless(body string, buf []byte, try func([]byte) bool) bool {
	for _, p := range prefixes {
		rest, ok := strings.CutPrefix(body, p.cut)
		if !ok || len(rest)+len(p.put) < 4 {
			continue
		}
		if try(append(append(buf, p.put...), rest...)) {
			return true
		}
		if p.put == "" && len(p.cut) == 2 && len(rest) > 6 && p.cut != "ng" { // a second prefix: "diberlakukan", "keterlambatan"
			for _, inner := range [...]string{"ber", "ter", "per", "pe"} {
				if root, ok := strings.CutPrefix(rest, inner); ok && try(append(buf, root...)) {
					return true
				}
			}
		}
	}
	return false
}

// whole are words that must not be taken apart, because what is left means something else.
var whole = set(`mohon memohon marah masukan mangkal pegang megang tegangan tebang situs sekarat nyaris pengembang beringin tetangga kitas person below belagu ngaret
	bangku tebus pinggang bungkus sebelum sebelumnya beberapa berapa seberapa terus terima sebelah selalu sendiri seperti setelah sekarang sekali semoga semua sering
	memang menteng mereka merah penuh pernah perlu perumahan percuma beras besar bekas belas bekasi berita keluar kemarin kenapa kepala
	kepada kereta ketua kelas dimana diri disini disana dinas dilan pelan pesan peta pintu penting tentang terlalu tertentu ternyata terakhir
	malang makan makanan makin mulai mulut nanti nomor nyaman masalah masalahnya tengah terang tenaga negara ngomong sekolah sepatu selokan
	pertama perkara berat bersih ngeri nyata masuk maksud malah macam diskusi didik disiplin dingin kering kenal kemana kemang kelapa keluarga
	metro medan media menit menu merasa perasaan pemerintah perintah peraturan penduduk pemuda perempuan pemain permisi permen persen
	kalian pasti hati kali mati kaki lagi pagi tadi kini bagi rugi nasi isi bukti harian ringan jangan angin dengan taman teman ikan
	bagaian musim malam macan macet mawar mahal mangga manggarai nangka sepeda segera sedang selama selamat senin senen sebab sejak
	thing this his has was gas bus pas jas atas batas panas luas kelas tugas bebas lepas keras deras beras emas kipas was-was is its news`)

func set(list string) map[string]bool {
	out := make(map[string]bool)
	for word := range strings.FieldsSeq(list) {
		out[word] = true
	}
	return out
}
