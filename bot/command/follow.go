package command

import "tanggap/internal/language"

// followUps are how people speak of what they have told before, in the normal forms of package
// language.
var followUps = [][]string{
	{"masih"},
	{"tambahan"},
	{"menambahkan"},
	{"nambahin"},
	{"nambah", "laporan"},
	{"susulan"},
	{"lanjutan"},
	{"menyusul"},
	{"yang", "kemarin"},
	{"laporan", "kemarin"},
	{"yang", "tadi"},
	{"laporan", "tadi"},
	{"laporan", "saya"},
	{"laporannya"},
	{"aduan", "saya"},
	{"pengaduan", "saya"},
	{"kapan"},
	{"bagaimana", "laporan"},
	{"bagaimana", "kelanjutan"},
	{"kelanjutannya"},
	{"perkembangan"},
	{"perkembangannya"},
	{"tindak", "lanjut"},
	{"tindak", "lanjutnya"},
	{"still"},
	{"any", "news"},
	{"any", "update"},
	{"any", "progress"},
	{"my", "report"},
	{"addition"},
	{"when", "will"},
	{"as", "reported"},
}

// FollowsUp reports whether one of the phrases stands in the text.
func FollowsUp(words []language.Token) bool {
	for i := range words {
		for _, phrase := range followUps {
			if i+len(phrase) > len(words) {
				continue
			}
			found := true
			for k, w := range phrase {
				if words[i+k].Text != w {
					found = false
					break
				}
			}
			if found {
				return true
			}
		}
	}
	return false
}
