package photo_test

import (
	"bytes"
	"encoding/binary"
	"math"
	"testing"

	"tanggap/internal/photo"
	"tanggap/internal/sim"
)

// heif wraps an Exif block as phones do that write HEIC: a box that says which item it is and where, and the
// item behind it (ISO/IEC 14496-12, 8.11).
func heif(exif []byte) []byte {
	be := binary.BigEndian
	box := func(kind string, body ...[]byte) []byte {
		all := bytes.Join(body, nil)
		return append(append(be.AppendUint32(nil, uint32(len(all)+8)), kind...), all...)
	}
	item := append(be.AppendUint32(nil, 6), append([]byte("Exif\x00\x00"), exif...)...)
	head := box("ftyp", []byte("heic\x00\x00\x00\x00mif1heic"))
	meta := func(at uint32) []byte {
		infe := box("infe", []byte{2, 0, 0, 0, 0, 1, 0, 0}, []byte("Exif\x00"))
		return box("meta", []byte{0, 0, 0, 0},
			box("hdlr", make([]byte, 8), []byte("pict"), make([]byte, 13)),
			box("pitm", []byte{0, 0, 0, 0, 0, 1}),
			box("iinf", []byte{0, 0, 0, 0, 0, 1}, infe),
			box("iloc", []byte{0, 0, 0, 0, 0x44, 0, 0, 1, 0, 1, 0, 0, 0, 1}, be.AppendUint32(nil, at), be.AppendUint32(nil, uint32(len(item)))))
	}
	at := uint32(len(head) + len(meta(0)) + 8)
	return bytes.Join([][]byte{head, meta(at), box("mdat", item)}, nil)
}

func taken(t testing.TB, lat, lng float64) []byte {
	t.Helper()
	b, err := sim.Photo(lat, lng)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestPositionIsWhereThePictureWasTaken(t *testing.T) {
	tebet := taken(t, -6.22987, 106.85342)
	for name, tt := range map[string]struct {
		file     []byte
		lat, lng float64
		ok       bool
	}{
		"jpeg":             {tebet, -6.22987, 106.85342, true},
		"north and west":   {taken(t, 40.77034, -111.89122), 40.77034, -111.89122, true},
		"heic":             {heif(sim.ExifAt(-6.22987, 106.85342)), -6.22987, 106.85342, true},
		"no signal":        {taken(t, 0, 0), 0, 0, false},
		"beyond the poles": {taken(t, -96.5, 106.8), 0, 0, false},
		"cut off":          {tebet[:60], 0, 0, false},
		"no position":      {bytes.Replace(tebet, []byte{0x25, 0x88}, []byte{0x26, 0x88}, 1), 0, 0, false},
		"latitude alone":   {bytes.Replace(tebet, []byte{4, 0, 5, 0, 3}, []byte{9, 9, 5, 0, 3}, 1), 0, 0, false},
		"no picture":       {[]byte("%PDF-1.7 and so on"), 0, 0, false},
		"nothing":          {nil, 0, 0, false},
	} {
		lat, lng, ok := photo.Position(bytes.NewReader(tt.file))
		if ok != tt.ok || math.Abs(lat-tt.lat) > 1e-5 || math.Abs(lng-tt.lng) > 1e-5 {
			t.Errorf("%s: %v, %v, %v", name, lat, lng, ok)
		}
	}
}

func FuzzPosition(f *testing.F) {
	f.Add(taken(f, -6.22987, 106.85342))
	f.Add(heif(sim.ExifAt(-6.22987, 106.85342)))
	f.Add([]byte("\xff\xd8\xff\xe1\x00\x10Exif\x00\x00MM\x00*\x00\x00\x00\x08"))
	f.Fuzz(func(t *testing.T, file []byte) {
		lat, lng, ok := photo.Position(bytes.NewReader(file))
		if ok && !(math.Abs(lat) <= 90 && math.Abs(lng) <= 180) || !ok && (lat != 0 || lng != 0) {
			t.Errorf("%v, %v, %v", lat, lng, ok)
		}
	})
}
