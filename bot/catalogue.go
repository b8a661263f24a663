package bot

import "strings"

// The languages of the catalogue.
const (
	indonesian = "id"
	english    = "en"
)

// phrase is an entry of the catalogue: the same thing said in Indonesian and in English. What stands
// in braces is filled in. A test holds every entry to its rules: both languages, the same
// placeholders, GSM-7, and one SMS segment at its worst where it is said by SMS.
type phrase struct{ id, en string }

// say puts a phrase into words; values come as name, value, name, value.
func say(p phrase, lang string, values ...string) string {
	text := p.id
	if lang == english {
		text = p.en
	}
	if len(values) == 0 {
		return text
	}
	var b strings.Builder
	b.Grow(len(text) + 64)
	for {
		open := strings.IndexByte(text, '{')
		if open < 0 {
			break
		}
		end := strings.IndexByte(text[open:], '}')
		if end < 0 {
			break
		}
		b.WriteString(text[:open])
		name := text[open+1 : open+end]
		for i := 0; i+1 < len(values); i += 2 {
			if values[i] == name {
				b.WriteString(values[i+1])
				break
			}
		}
		text = text[open+end+1:]
	}
	b.WriteString(text)
	return b.String()
}

// What a new report is answered with. {agency} is a short name, {date} the day of an answer.
var (
	receiptDated = phrase{
		"{city}: Terima kasih. Laporan {ref} kami teruskan ke {agency}. Jawaban paling lambat {date}. Cek: balas STATUS.",
		"{city}: Thank you. Report {ref} went to {agency}. You will get an answer by {date}. To check, reply STATUS.",
	}
	receiptPassed = phrase{
		"{city}: Terima kasih. Laporan {ref} kami teruskan ke {agency}. Jawabannya kami kirim ke sini. Cek: balas STATUS.",
		"{city}: Thank you. Report {ref} went to {agency}. We will send the answer here. To check, reply STATUS.",
	}
	receiptPassedOn = phrase{
		"{city}: Terima kasih. Laporan {ref} kami teruskan ke instansi yang menangani. Jawabannya kami kirim ke sini. Cek: balas STATUS.",
		"{city}: Thank you. Report {ref} went to the agency in charge. We will send the answer here. To check, reply STATUS.",
	}
	receiptTriage = phrase{
		"{city}: Terima kasih. Laporan {ref} sedang diperiksa petugas, lalu kami teruskan ke instansi yang menangani. Cek: balas STATUS.",
		"{city}: Thank you. Our staff are checking report {ref} and will pass it to the agency in charge. To check, reply STATUS.",
	}
	receiptPlace = phrase{
		"{city}: Terima kasih. Laporan {ref} sedang diperiksa petugas. Di mana lokasinya? Balas nama jalan dan daerahnya.",
		"{city}: Thank you. Our staff are checking report {ref}. Where is it? Reply with the street and the area.",
	}
	// receiptLink asks where it is who has sent a link to a map that says nothing without its server.
	receiptLink = phrase{
		"{city}: Laporan {ref} kami terima. Tautan peta itu tidak bisa kami baca. Balas dengan titik lokasi, atau nama jalan dan daerahnya.",
		"{city}: We have report {ref}. We cannot read that map link. Reply with the location itself, or the street and the area.",
	}
	receiptLinkPassed = phrase{
		"{city}: Laporan {ref} diteruskan ke {agency}. Tautan peta itu tidak terbaca. Balas dengan titik lokasi, atau nama jalan dan daerahnya.",
		"{city}: Report {ref} went to {agency}. We cannot read that map link. Reply with the location itself, or the street and the area.",
	}
	askLink = phrase{
		"Tautan peta untuk laporan {ref} itu tidak bisa kami baca. Balas dengan titik lokasi, atau nama jalan dan daerahnya.",
		"We cannot read the map link for report {ref}. Reply with the location itself, or the street and the area.",
	}
	// receiptIncident carries what an operator wrote for everybody who reports the same.
	receiptIncident = phrase{
		"{city}: Laporan {ref} kami catat. {text} Cek: balas STATUS.",
		"{city}: Report {ref} is noted. {text} To check, reply STATUS.",
	}
	// receiptPlain names no topic and no agency: for sealed reports, whose sender may not be alone with
	// the phone, and for senders that nobody vouches for.
	receiptPlain = phrase{
		"{city}: Terima kasih, pesan Anda sudah kami terima dengan nomor {ref}. Jawabannya kami kirim ke sini.",
		"{city}: Thank you, we have your message under number {ref}. We will send the answer here.",
	}
	// proveFirst answers a command that anybody may have written under the citizen's address.
	proveFirst = phrase{
		"Demi keamanan laporan Anda, balas langsung salah satu surel kami tentang laporan itu dan tulis perintahnya di sana.",
		"To keep your reports safe, please reply to one of our mails about the report and write the command there.",
	}
	// receiptTyped goes to an address that somebody typed on a page: it says so, and how to refuse.
	receiptTyped = phrase{
		"{city}: Laporan {ref} dibuat di situs kami dengan alamat ini. Jawabannya kami kirim ke sini. Bukan Anda? Balas BUKAN.",
		"{city}: Report {ref} was made on our website with this address. We will send the answer here. Not you? Reply NOT ME.",
	}
	emergencyCall = phrase{
		"Telepon {number} SEKARANG. Nomor ini tidak mengirim petugas darurat.",
		"Call {number} NOW. This number does not send emergency help.",
	}
	emergencyBare = phrase{
		"Hubungi layanan darurat SEKARANG. Nomor ini tidak mengirim petugas darurat.",
		"Call the emergency services NOW. This number does not send emergency help.",
	}
)

// What is said while a case goes on.
var (
	addedTo = phrase{
		"Pesan Anda kami catat pada laporan {ref}: {state}.",
		"We added your message to report {ref}: {state}.",
	}
	addedDated = phrase{
		"Pesan Anda kami catat pada laporan {ref}: {state}. Jawaban paling lambat {date}.",
		"We added your message to report {ref}: {state}. You will get an answer by {date}.",
	}
	yesOrNo = phrase{
		"Kami catat pada laporan {ref}. Apakah sudah beres? Balas SUDAH atau BELUM.",
		"Noted on report {ref}. Is it solved? Reply YES or NO.",
	}
	nowWith = phrase{
		"Laporan {ref} sekarang ditangani {agency}.",
		"Report {ref} is now with {agency}.",
	}
	nowWithBy = phrase{
		"Laporan {ref} sekarang ditangani {agency}. Jawaban paling lambat {date}.",
		"Report {ref} is now with {agency}. You will get an answer by {date}.",
	}
	askCitizen = phrase{
		"{city}, laporan {ref}: {text}\nSilakan balas di sini.",
		"{city}, report {ref}: {text}\nPlease reply here.",
	}
	incidentAnswer = phrase{
		"{city}, laporan {ref}: {text}",
		"{city}, report {ref}: {text}",
	}
	askConfirm = phrase{
		"{city}: Laporan {ref} dinyatakan selesai. {text}\nApakah sudah beres? Balas SUDAH, atau BELUM dan apa yang masih kurang.",
		"{city}: The agency says that report {ref} is solved. {text}\nIs it? Reply YES, or NO and what is still wrong.",
	}
	tellResolved = phrase{
		"{city}: Laporan {ref} dinyatakan selesai. {text}\nBila belum beres, balas BELUM.",
		"{city}: The agency says that report {ref} is solved. {text}\nIf it is not, reply NO.",
	}
	tellRejected = phrase{
		"{city}: Laporan {ref} tidak dapat kami proses. {text}\nTidak setuju? Balas {ref} dan alasan Anda.",
		"{city}: We cannot act on report {ref}. {text}\nDo you disagree? Reply {ref} and your reasons.",
	}
	tellRefused = phrase{
		"{city}: Laporan {ref} sudah diperiksa lagi dan tetap tidak dapat kami proses. {text}",
		"{city}: We looked at report {ref} again, and still cannot act on it. {text}",
	}
	objected = phrase{
		"Keberatan Anda atas laporan {ref} diperiksa petugas lain.",
		"Another person will look at your objection about report {ref}.",
	}
	refusedTwice = phrase{
		"Pesan Anda kami catat pada laporan {ref}. Laporan itu sudah dua kali diperiksa dan tetap tidak dapat kami proses.",
		"We noted your message on report {ref}. It was looked at twice, and we still cannot act on it.",
	}
	thanksClosed = phrase{
		"Terima kasih. Laporan {ref} kami tutup. Bila muncul lagi, tulis saja di sini.",
		"Thank you. Report {ref} is closed. If it comes back, just write here.",
	}
	reopenedWhat = phrase{
		"Laporan {ref} kami buka lagi dan periksa kembali. Apa yang masih kurang? Balas di sini.",
		"Report {ref} is open again and will be looked at anew. What is still wrong? Reply here.",
	}
	reopenedPlain = phrase{
		"Laporan {ref} kami buka lagi dan kami periksa kembali.",
		"Report {ref} is open again and will be looked at anew.",
	}
	reopenedNoted = phrase{
		"Laporan {ref} kami buka lagi. Catatan Anda kami sampaikan kepada petugas.",
		"Report {ref} is open again. Our staff will read what you wrote.",
	}
	closedSilent = phrase{
		"Laporan {ref} kami tutup karena belum ada jawaban Anda. Belum beres? Balas BELUM {ref}.",
		"Report {ref} is closed, as we had no answer from you. Not solved? Reply NO {ref}.",
	}
	withdrawn = phrase{
		"Laporan {ref} dibatalkan sesuai permintaan Anda.",
		"Report {ref} is withdrawn, as you asked.",
	}
	disowned = phrase{
		"Baik, kami tidak menulis lagi ke sini tentang laporan itu, dan situs kami tidak lagi menerima alamat ini.",
		"OK, we will not write here about that report again, and our website does not take this address any more.",
	}
	pageCode = phrase{
		"{city}: Kode untuk membuka laporan {ref} di situs kami: {number}. Berlaku 10 menit. Jangan berikan kepada siapa pun.",
		"{city}: The code to open report {ref} on our website: {number}. It is good for 10 minutes. Give it to nobody.",
	}
	subjectPlain = phrase{"Laporan {ref}", "Report {ref}"}
	// In front and in brackets the number is none of what programs thread by (RFC 5256, 2.1).
	subjectTopic = phrase{"Re: [{ref}] {topic}", "Re: [{ref}] {topic}"}
)

// What words of command are answered with.
var (
	menuText = phrase{
		"{city}: Tulis laporan Anda: apa yang terjadi dan di mana. Atau balas STATUS, BATAL, ENGLISH. Darurat: telepon {number}.",
		"{city}: Write your report: what happened, and where. Or reply STATUS, CANCEL, INDONESIA. Emergency: call {number}.",
	}
	menuBare = phrase{
		"{city}: Tulis laporan Anda: apa yang terjadi dan di mana. Atau balas STATUS, BATAL, ENGLISH.",
		"{city}: Write your report: what happened, and where. Or reply STATUS, CANCEL, INDONESIA.",
	}
	howToReport = phrase{
		"Silakan tulis laporan Anda: apa yang terjadi, di mana, dan sejak kapan. Foto dan lokasi juga boleh.",
		"Please write your report: what happened, where, and since when. Photos and locations are welcome too.",
	}
	howToWrite = phrase{
		"Silakan tulis laporan Anda: apa yang terjadi, di mana, dan sejak kapan.",
		"Please write your report: what happened, where, and since when.",
	}
	statusOne = phrase{
		"Laporan {ref}: {state}.",
		"Report {ref}: {state}.",
	}
	statusDated = phrase{
		"Laporan {ref}: {state}. Jawaban paling lambat {date}.",
		"Report {ref}: {state}. You will get an answer by {date}.",
	}
	statusMore = phrase{
		"{count} laporan lain: balas STATUS dan nomornya.",
		"{count} more: reply STATUS and the number.",
	}
	statusNone = phrase{
		"Belum ada laporan dari Anda di sini. Untuk melapor, tulis apa yang terjadi dan di mana.",
		"There is no report of yours here yet. To report, write what happened and where.",
	}
	statusUnknown = phrase{
		"Nomor itu tidak ada di antara laporan Anda. Periksa nomornya, atau balas STATUS saja.",
		"That number is not among your reports. Please check it, or reply just STATUS.",
	}
	cancelWhich = phrase{
		"Laporan mana yang dibatalkan? Balas BATAL dan nomornya, misalnya BATAL {ref}.",
		"Which report? Reply CANCEL and its number, for example CANCEL {ref}.",
	}
	cancelNone = phrase{
		"Tidak ada laporan Anda yang dapat dibatalkan.",
		"There is no report of yours that can be withdrawn.",
	}
	languageSet = phrase{
		"Baik, kami memakai bahasa Indonesia. Untuk bahasa Inggris, balas ENGLISH.",
		"OK, we write in English. For Indonesian, reply INDONESIA.",
	}
	quietOn = phrase{
		"Baik, kami tidak mengirim pengingat lagi. Laporan Anda tetap ditangani dan jawabannya tetap kami kirim.",
		"OK, no more reminders. Your reports are still handled, and you still get the answers.",
	}
	quietOff = phrase{
		"Baik. Untuk melapor, tulis apa yang terjadi dan di mana.",
		"OK. To report, write what happened and where.",
	}
	nothingAsked = phrase{
		"Saat ini tidak ada pertanyaan untuk Anda. Untuk melapor, tulis apa yang terjadi dan di mana.",
		"We have no question for you now. To report, write what happened and where.",
	}
	welcome = phrase{
		"Sama-sama.",
		"You are welcome.",
	}
)

// What a citizen reads of a ticket's state (DESIGN.md, section 6), and what stands on buttons.
var (
	stateTriage     = phrase{"menunggu verifikasi", "waiting to be checked"}
	stateAssigned   = phrase{"diteruskan ke instansi yang menangani", "passed to the agency in charge"}
	stateAssignedTo = phrase{"diteruskan ke {agency}", "passed to {agency}"}
	stateProgress   = phrase{"sedang ditangani", "being worked on"}
	stateProgressBy = phrase{"sedang ditangani {agency}", "being worked on by {agency}"}
	statePending    = phrase{"menunggu jawaban Anda", "waiting for your answer"}
	stateResolved   = phrase{"dinyatakan selesai, menunggu konfirmasi Anda", "the agency says it is solved, please confirm"}
	stateConfirmed  = phrase{"selesai, sudah Anda konfirmasi", "solved, as you confirmed"}
	stateUnanswered = phrase{"selesai, tanpa jawaban dari Anda", "closed without an answer from you"}
	stateNotReached = phrase{"selesai, Anda tidak dapat kami hubungi", "closed, we could not reach you"}
	stateRejected   = phrase{"tidak dapat diproses", "cannot be acted on"}
	stateWithdrawn  = phrase{"dibatalkan", "withdrawn"}
	stateMerged     = phrase{"digabung dengan laporan serupa", "joined with similar reports"}

	buttonYes    = phrase{"Sudah beres", "Yes, solved"}
	buttonNo     = phrase{"Belum", "No, not yet"}
	buttonStatus = phrase{"Cek status", "Check status"}
	buttonReport = phrase{"Cara melapor", "How to report"}
	buttonTongue = phrase{"English", "Indonesia"}

	topicPhoto = phrase{"Foto atau berkas tanpa teks", "Picture or file without text"}
	topicPlace = phrase{"Lokasi tanpa teks", "Location without text"}
)
