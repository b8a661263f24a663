package cities

import "strings"

// shortest spells the words that most often make an office's name too long for a receipt.
var shortest = [][2]string{
	{"Kota Administrasi ", ""},
	{"Kabupaten Administrasi ", "Kab. "},
	{"Kepulauan", "Kep."},
	{" Selatan", " Sel."},
	{" Utara", " Utr."},
	{" Timur", " Tmr."},
	{" Barat", " Brt."},
	{"Kebayoran", "Kby."},
	{"Kampung", "Kp."},
	{"Tanjung", "Tj."},
	{"Cempaka", "Cemp."},
	{"Petamburan", "Petamb."},
	{"Prapatan", "Prap."},
	{"Gunung", "Gn."},
	{"Bendungan", "Bend."},
	{"Cipinang", "Cip."},
	{"Perdana Kusuma", "P.K."},
	{"Kedaung", "Ked."},
	{"Pegangsaan", "Pegangs."},
	{"Kelapa", "Klp."},
	{"Petukangan", "Petuk."},
	{"Pulau", "P."},
	{"Cemp. ", "Cemp."},
	{"Klp. ", "Klp."},
	{"Kep. ", "Kep."},
	{"Kby. ", "Kby."},
	{"Cip. ", "Cip."},
}

// room is how many characters a short name has in a receipt.
const room = 20

// shorten fits a name into the 20 characters of the SMS alphabet that it has in a receipt: by the words
// above, else without the vowels inside its words from the last on, else cut.
func shorten(name string) string {
	name = strings.Map(func(r rune) rune {
		if r < ' ' || r > 'z' || strings.ContainsRune("[\\]^`’", r) {
			return -1
		}
		return r
	}, name)
	for _, s := range shortest {
		if len(name) <= room {
			break
		}
		name = strings.Replace(name, s[0], s[1], 1)
	}
	words := strings.Fields(name)
	for i := len(words) - 1; i > 0 && len(name) > room; i-- {
		words[i] = words[i][:1] + strings.NewReplacer("a", "", "e", "", "i", "", "o", "", "u", "").Replace(words[i][1:])
		name = strings.Join(words, " ")
	}
	if len(name) > room {
		name = strings.TrimSpace(name[:room-1]) + "."
	}
	return name
}
