package demo

import (
	"errors"
	"io"
	"math"
	"mime/multipart"
	"net/http"
	"slices"
	"strings"
)

// place is where a citizen may say to be.
type place struct {
	Name     string
	Lat, Lng float64
}

// places are well-known points of Jakarta that the chat offers as its citizen's own.
var places = []place{
	{"SDN Tebet Timur", -6.2254, 106.8535},
	{"Kampung Melayu", -6.2246, 106.8663},
	{"Monas", -6.1754, 106.8272},
	{"Pasar Palmerah", -6.2073, 106.7973},
	{"Kelapa Gading", -6.1586, 106.9080},
}

// nameOf names a point that the page offered, "" for another one.
func nameOf(lat, lng float64) string {
	for _, p := range places {
		if math.Abs(p.Lat-lat)+math.Abs(p.Lng-lng) < 1e-6 {
			return p.Name
		}
	}
	return ""
}

// example is a message to try, as people of Jakarta write.
type example struct {
	Name    string // of the family playground.try
	Subject string // where it goes by mail
	Text    string
}

var examples = []example{
	{"lamp", "Lampu jalan mati", "min lampu jalan mati di depan SDN 01 Tebet Timur udah 3 hari, gelap bgt takut ada begal"},
	{"flood", "Banjir di Kampung Melayu", "banjir sedengkul di jl kampung melayu besar, got mampet dari subuh, tolong pompanya dong"},
	{"garbage", "Sampah tidak diangkut", "sampah di TPS jl kayu manis matraman numpuk seminggu ga diangkut2, baunya ampun"},
	{"levy", "Pungutan di kelurahan", "saya dimintain uang 50rb sama petugas kelurahan buat ngurus surat pindah, emang harus bayar ya?"},
	{"question", "KTP hilang", "kalo KTP ilang harus bawa apa aja ya min? bisa di kelurahan mana aja?"},
	{"emergency", "Kebakaran", "TOLONG ada kebakaran di gang sempit jl manggarai utara, api udah gede, ada orang kejebak"},
	{"english", "Broken sidewalk", "The sidewalk on Jalan Sabang is broken, an old lady fell this morning"},
	{"status", "Status", "STATUS"},
}

// exampleOf is the example of a name, an empty one for no name.
func exampleOf(name string) example {
	for _, e := range examples {
		if e.Name == name {
			return e
		}
	}
	return example{}
}

// maxPicture is the largest picture that may be sent here; phones make them smaller for chats, too.
const maxPicture = 5 << 20

var (
	errPicture = errors.New("the file is no JPEG or PNG picture")
	errEmpty   = errors.New("there is nothing to send")
)

// draftOf reads what a device's form holds.
func draftOf(r *http.Request) (draft, error) {
	w := draft{
		Text:    strings.TrimSpace(strings.ReplaceAll(r.FormValue("text"), "\r\n", "\n")),
		Subject: strings.Join(strings.Fields(r.FormValue("subject")), " "), Reply: r.FormValue("reply"),
	}
	attached := r.FormValue("attach")
	if i := slices.IndexFunc(places, func(p place) bool { return "place:"+p.Name == attached }); i >= 0 {
		w.Place = &places[i]
	}
	if name, ok := strings.CutPrefix(attached, "picture:"); ok {
		w.Picture = picture(name)
	}
	if r.MultipartForm != nil && len(r.MultipartForm.File["upload"]) > 0 && r.MultipartForm.File["upload"][0].Size > 0 {
		var err error
		if w.Picture, err = uploaded(r.MultipartForm.File["upload"][0]); err != nil {
			return w, err
		}
	}
	if w.Text == "" && w.Picture == nil && w.Place == nil {
		return w, errEmpty
	}
	return w, nil
}

func uploaded(h *multipart.FileHeader) ([]byte, error) {
	f, err := h.Open()
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxPicture+1))
	if err != nil {
		return nil, err
	}
	if len(data) > maxPicture || !isPicture(typeOf(data)) {
		return nil, errPicture
	}
	return data, nil
}

func typeOf(data []byte) string { return http.DetectContentType(data) }

func isPicture(kind string) bool { return kind == "image/jpeg" || kind == "image/png" }
