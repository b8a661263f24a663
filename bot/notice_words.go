package bot

// What agencies read. Nothing of a citizen is filled in.
var (
	noticeSubjectNew    = phrase{"{count} laporan baru untuk {agency}", "New reports for {agency}: {count}"}
	noticeSubjectAgain  = phrase{"{count} laporan dibuka kembali untuk {agency}", "Reports opened again for {agency}: {count}"}
	noticeSubjectMixed  = phrase{"{count} laporan untuk {agency}", "Reports for {agency}: {count}"}
	noticeSubjectUrgent = phrase{"DARURAT: {count} laporan untuk {agency}", "EMERGENCY: reports for {agency}: {count}"}
	noticeSubjectList   = phrase{"{agency}, {date}: {late} terlambat, {due} jatuh tempo hari ini", "{agency}, {date}: {late} late, {due} due today"}

	noticeHeadUrgent = phrase{"DARURAT, tangani sekarang:", "EMERGENCY, act now:"}
	noticeHeadAgain  = phrase{"Dibuka kembali:", "Opened again:"}
	noticeHeadMoved  = phrase{"Dipindahkan ke {agency}:", "Moved to {agency}:"}
	noticeHeadNew    = phrase{"Baru:", "New:"}
	noticeHeadLate   = phrase{"Terlambat ({count}):", "Late ({count}):"}
	noticeHeadDue    = phrase{"Jatuh tempo hari ini ({count}):", "Due today ({count}):"}

	noticeItem    = phrase{"{ref}, {topic}, {place}", "{ref}, {topic}, {place}"}
	noticeSealed  = phrase{"{ref}, laporan tertutup", "{ref}, a sealed report"}
	noticeAlarm   = phrase{"DARURAT {text}", "EMERGENCY {text}"}
	noticeBy      = phrase{"{text}, tenggat {date}", "{text}, due {date}"}
	noticeNoTopic = phrase{"topik belum jelas", "topic not clear yet"}
	noticeNoPlace = phrase{"lokasi belum jelas", "place not clear yet"}
	noticeMore    = phrase{"dan {count} lainnya", "and {count} more"}
	noticeQueue   = phrase{"Antrean: {link}", "Queue: {link}"}
	noticeFoot    = phrase{
		"Pesan otomatis. Balasan ke sini tidak sampai ke pelapor: jawablah lewat konsol.",
		"Automatic message. A reply to it does not reach the citizen: answer in the console.",
	}
)
