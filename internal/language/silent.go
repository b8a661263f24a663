package language

// Silent reports whether a word in normal form carries nothing of the matter: patterns step over it.
func Silent(word string) bool { return silent[word] }

var silent = set(`di ke dari pada yang ini itu dan nya dong deh sih ya yah yaa pak bu ibu bapak mas mbak bang kok lah pun kan
	saya kami kita ada adalah juga lagi sangat banget sekali amat terlalu mulai telah akan sudah masih selalu terus sering
	the a an of in on at is are was were my our your their to for has have been been very so some there s
	untuk dengan secara oleh para si sang dalam tersebut tolong mohon agar supaya biar jadi sama malah cuma hanya tuh nih gitu begitu sini sana situ
	depan dekat sebelah samping belakang seberang sekitar near front next`)
