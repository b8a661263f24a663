package language

import "strings"

// dotted reports whether a word of up to three letters before a full stop is an abbreviation.
func dotted(word string) bool {
	switch strings.ToLower(word) {
	case "jl", "jln", "gg", "gng", "kel", "kec", "kp", "kmp", "rt", "rw", "no", "blk", "bpk", "ibu", "sdr", "yth", "dr", "drs", "ir", "st", "h", "hj",
		"kab", "prm", "kom", "kav", "km", "tgl", "hal", "pt", "cv", "ds", "dst", "dll", "dkk", "tlp", "telp", "hp", "jkt", "pd", "kb", "mr", "mrs", "ave":
		return true
	}
	return false
}

// short writes abbreviations, chat spellings and common slips out. It is compiled by hand from how
// people write on phones; each line is "full: spellings". Words that mean something else when spelt
// in full ("dia", "kak") stay out, and so do "jl", "kel" and "kec", which announce places.
var short = spellings(`
yang: yg yng yank iang
dengan: dgn dg dngn dgan dengn
untuk: utk untk utuk buat bwt tuk
tidak: tdk tdak gk ga gak nggak ngga enggak engga ngak kagak kaga kgk ndak ndk gag gx g tida tdk ora
jangan: jgn jngn jng jgan
belum: blm blum blom belom belon lom blon
sudah: sdh sudh udh udah dah uda udeh sdah
jalan: jln jaln jlan jalanan
depan: dpn dpan
belakang: blkg blkng blakang blkang
malam: mlm mlem malem mlam malm
pagi: pgi
siang: siank
sore: sre
banyak: bnyk byk bnyak banyk
lampu: lmpu lampuk lmp
sekolah: sklh skolah sekola skolahan sekolahan
rumah: rmh rmah rumh
kelurahan: klurahan kelurhan klrhn kelurahaan
kecamatan: kcmtn kecmatan
kemarin: kmrn kmrin kemaren kmaren kmarin
hari: hr
tahun: thn taun
bulan: bln
minggu: mgg mggu
tolong: tlg tlong tlng tolg plis pliss pls
mohon: mhn mhon mohn
karena: krn krna karna krena gara
jadi: jd jdi
juga: jg jga
saya: sy sya gue gw gua ane aku ak w aq akuh
kamu: lo lu elu loe km
bapak: bpk bpak
orang: org orng orag
pada: pd
dari: dr dri
dulu: dl dlu
terus: trs trus teros
banget: bgt bngt bangt bgtt bget
bisa: bs bsa bsia
bagaimana: gmn gmana gimana gmna bgmn bgmana
kenapa: knp knpa knapa ngapa napa
kapan: kpn kpan
sama: sm ama
tapi: tp tpi tetapi
kalau: kl klo kalo klw klau klu
sekarang: skrg skg skrng skarang sekrang
lagi: lg lgi
sampai: sampe ampe smpe smpai nyampe
bukan: bkn
masih: msh masi msih
dekat: dkt deket dket
sebelah: sblh seblah
samping: smping
kantor: ktr kntr
taman: tmn
hujan: ujan hjn hujn
hidup: idup hdp
hancur: ancur hncur
habis: abis abiz
hilang: ilang hlg
hijau: ijo hijo
rusak: rsk rusk
air: aer ayer
banjir: bnjr bajir banjr banjirr
sampah: smpah smph sampa
macet: mct mcet
parkir: parkr prkir parkiran markir
kendaraan: kndraan kendraan
motor: mtr mtor
mobil: mbl mobl
petugas: ptgs ptugas
warga: wrg wrga
lingkungan: lingk lingkngan
pemerintah: pmrintah pemrintah
nomor: nmr nomer
telepon: telp tlp tlpn telpon tilpun telfon
pembayaran: pmbayaran
bayar: byr byar
uang: uag duit duwit uwang
rupiah: rp
ribu: rb rbu
juta: jt
meter: mtr
lebih: lbh
kurang: krg krng
sangat: sgt sngat
seperti: spt sprti kyk kayak kek kaya
setiap: stiap tiap tiep
semua: smua smw semw
mereka: mrk mreka
kami: kmi
kita: kt
anak: ank anx
ibu: bu ibuk
jembatan: jmbatan jembtan jmbtn
selokan: slokan solokan
gorong: goronggorong
kali: kaly
tempat: tmpat tmpt
pohon: phon poon pohn puun
tumbang: tmbang
listrik: lstrik listrk
kabel: kbel kable
asap: asep
kebakaran: kbkrn kbkran kbakran kbkaran kbakaran kebakarn kebkaran kebakran
darurat: drurat
puskesmas: pkm pusksmas puskemas
rumahsakit: rmhskt
bantuan: bntuan
sosial: sosil
pelayanan: plyanan pelyanan playanan
masyarakat: masy msyrkt
jakarta: jkt jakart jekarta jekardah
kampung: kp kamp kmp kpg kampong
gang: gg gng
pasar: psr pasr
timur: tmr
selatan: slt sltn
utara: utr
pusat: pst
informasi: info inpo
terima: trima trma
kasih: ksh
selamat: slmt
assalamualaikum: ass askum assalamualaikum
sering: srg sring
langsung: lgsg lngsung lgsung
bocor: bocr bcor
mampet: mampt mempet
lubang: lobang lubng bolong
aspal: aspl
trotoar: trotoar trotoir trotar
halte: halt
kereta: kreta
angkutan: angktan
sopir: supir spir
polisi: polis pulisi
kecelakaan: klakaan kecelakan
bangunan: bgunan bangunn
liar: lier
pedagang: pdagang
nyamuk: nymuk
tikus: tkus
anjing: anjg
kucing: kcing
pengaduan: aduan
kebersihan: kbersihan
izin: ijin
ijazah: ijasah
akta: akte
apotek: apotik
risiko: resiko
diakibatkan: diakibtkan
hampir: hmpir hmpr ampir
datang: dtg dtng dateng
pemadam: pmadam pmdam
tenggelam: tnggelam tenggelem
laki: laki2
jatuh: jatoh jatohan
tertimbun: ketimbun ketimbunan
kelelep: klelep kelelp klelp
terjepit: trjepit trjpit kejepit kejepitan kegencet tergencet
terjebak: trjebak kejebak
tertimpa: ketiban ketimpa ketimpaan ketindihan tertindih ketindih
terbawa: kebawa
terseret: keseret
tersetrum: kesetrum
tertabrak: ketabrak
tercebur: kecebur
terkunci: kekunci
terbakar: kebakar kebakaar
tersangkut: kesangkut
kecelakaan: kcelakaan kclakaan kcelakan lakalantas laka
jarang: gapernah gakpernah gkpernah
minta: mnta mnt mintak
lurah: lrh
damkar: dmkr
korban: krbn
darah: drah
tanda: tnda
tangan: tngan tngn
selalu: slalu sllu
mabuk: mabok mabokan mabukan mabuknya mabokmabokan
`)

func spellings(list string) map[string]string {
	out := make(map[string]string, 512)
	for line := range strings.Lines(list) {
		full, rest, ok := strings.Cut(strings.TrimSpace(line), ":")
		if !ok {
			continue
		}
		for word := range strings.FieldsSeq(rest) {
			if word != full {
				out[word] = full
			}
		}
	}
	return out
}
