package language

// Detect tells Indonesian ("id") from English ("en") by the votes of their commonest words; hint (a
// BCP 47 tag of the platform) and then Indonesian break a tie.
func Detect(tokens []Token, hint string) string {
	votes := 0
	for _, t := range tokens {
		switch {
		case indonesian[t.Text]:
			votes++
		case english[t.Text]:
			votes--
		}
	}
	if votes < 0 || votes == 0 && len(hint) >= 2 && hint[:2] == "en" {
		return "en"
	}
	return "id"
}

var indonesian = set(`yang dengan untuk tidak jangan belum sudah dan di ke dari ini itu saya kami kita kamu anda bapak ibu pak bang mas mbak
	ada adalah juga karena jadi bisa harus akan sedang masih lagi sangat banget banyak kalau tapi atau pada dalam oleh para sering
	bagaimana kenapa kapan apa siapa dimana mana tolong mohon minta segera lapor jalan rumah orang warga hari malam pagi tahun bulan
	depan belakang dekat sebelah sampai sejak setiap lebih kurang lalu kemarin besok nya sih dong deh kok ya terima kasih selamat
	mau ingin perlu punya buat biar supaya agar seperti semua rusak mati air sampah jakarta anak petugas lampu terjadi kebakaran banjir tenggelam terjebak sekarang`)

var english = set(`the a an is are was were be been has have had do does did not no in on at to of for from with and or but this that these those
	there here it its my our your their his her i we you they he she me us them when where why how what who which can could will would
	should please help street road light lights near front behind broken since days week weeks night every very since still nobody someone
	water trash garbage flood fire house people out by as if so any all been get got because after before about into over under again`)
