package command

import (
	"strings"

	"tanggap/internal/language"
)

// When is how far a case is, in whatever words: "kapan selesai?", "kok lama", "belum ada kabar".
const When Word = "kapan"

// talk is a way of speaking that no report has: every word of a message is among its keys or its
// fillers, and one at least is a key. The lists are closed, and hold no word of any matter.
type talk struct{ keys, fillers map[string]bool }

func among(words string) map[string]bool {
	set := make(map[string]bool)
	for w := range strings.FieldsSeq(words) {
		set[w] = true
	}
	return set
}

var (
	asking = talk{
		keys: among(`kapan bagaimana lama tanggapan tanggapannya ditanggapi jawaban jawabannya dijawab jawab kabar kabarnya respon respons responnya
			direspon balasan balasannya dibalas dibales balas bales perkembangan perkembangannya kelanjutan kelanjutannya progres progresnya progress
			update updatenya proses prosesnya diproses tindakan tindaklanjut ditindaklanjuti realisasi realisasinya hasilnya
			when news answer response reply`),
		fillers: among(`ya yah sih dong deh nih ini itu tuh kok kenapa mengapa belum tidak sudah masih juga ada lagi sampai mana saya kami aku nya
			pak bu bapak ibu mas mbak mba kak kakak min admin bang om gan halo hai woi woy oi tolong mohon minta laporan laporannya laporanku aduan
			aduannya pengaduan pengaduannya keluhan keluhannya selesai selesainya beres beresnya diperbaiki dibenerin dibetulkan dikerjakan ditangani
			penanganan penanganannya diselesaikan perbaikan perbaikannya datang dateng turun petugas petugasnya banget sekali amat terlalu berapa nunggu
			menunggu tunggu ditunggu apa apakah yang kemarin tadi saja aja lho loh dari segera cepat cepatan buruan tindak lanjut lanjutnya ke untuk
			terima kasih terimakasih makasih mksh
			is it will be fixed done my report any there the still no not what about how long so taking does take yet status for i have you an a on please`),
	}
	thanking = talk{
		keys: among(`terimakasih kasih makasih makasi mksh trims tks thx thanks thank suwun nuhun ok oke okay okey baik siap sip mantap jempol keren hebat
			alhamdulillah noted paham mengerti`),
		fillers: among(`terima banyak sekali banget sangat atas bantuan bantuannya info infonya informasi informasinya tanggapan tanggapannya respon
			responnya jawaban jawabannya perhatian perhatiannya kerja kerjanya kerjasama kerjasamanya pelayanan pelayanannya cepat cepatnya sigap ya yah
			pak bu bapak ibu mas mbak mba kak min admin bang om gan tim semua semuanya semoga sehat selalu sukses ditunggu tunggu saya kami kabarnya
			kabar kalau begitu deh dan untuk kepada job nice good great very much for the your help so you all i we wait`),
	}
	// nods are the courtesies that agree to something.
	nods = among("ok oke okay okey baik siap sip mantap jempol")
)

// says reports whether the words are this kind of talk.
func (k *talk) says(words []language.Token) bool {
	key := false
	for _, w := range words {
		switch {
		case k.keys[w.Text]:
			key = true
		case !k.fillers[w.Text]:
			return false
		}
	}
	return key
}

// longestTalk is how many words small talk has at most.
const longestTalk = 12

// smallTalk reads a text that asks how far a case is, or is polite and no more.
func smallTalk(text string) (Word, string) {
	words := language.Tokens(text, longestTalk+1)
	if len(words) == 0 || len(words) > longestTalk {
		return "", ""
	}
	switch {
	case thanking.says(words):
		return Thanks, ""
	case asking.says(words):
		return When, language.Detect(words, "")
	}
	return "", ""
}

// Nod reports whether a courtesy agrees to something: "ok pak", and not "terima kasih".
func Nod(text string) bool {
	words := language.Tokens(text, 1)
	return len(words) > 0 && nods[words[0].Text]
}

// Figures counts the digits of a message that is a number and no more, but for politeness; 0 where it
// is anything else.
func Figures(text string) int {
	if len(text) > longestCommand {
		return 0
	}
	digits := 0
	for field := range strings.FieldsSeq(strings.ToLower(text)) {
		name := trim(field)
		_, polite := addressed[name]
		switch {
		case numeric(name):
			for _, r := range name {
				if r >= '0' && r <= '9' {
					digits++
				}
			}
		case name != "" && !polite:
			return 0
		}
	}
	return digits
}

// Filler reports whether a word, in the normal form of package language, says nothing in a question how far a case is.
func Filler(word string) bool { return asking.fillers[word] }
