package sim

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/jpeg"
	"math"
)

// Photo is a picture as a phone takes one, with the place that it was taken at in its Exif block (Exif 2.32,
// 4.6.6): what arrives where nobody takes that away.
func Photo(lat, lng float64) ([]byte, error) {
	m := image.NewRGBA(image.Rect(0, 0, 320, 240))
	for i := range m.Pix {
		m.Pix[i] = uint8(i / 97)
	}
	m.Set(0, 0, color.White)
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, nil); err != nil {
		return nil, err
	}
	block := append([]byte("Exif\x00\x00"), ExifAt(lat, lng)...)
	segment := append([]byte{0xff, 0xe1}, binary.BigEndian.AppendUint16(nil, uint16(len(block)+2))...)
	segment = append(segment, block...)
	return append(append([]byte{0xff, 0xd8}, segment...), b.Bytes()[2:]...), nil
}

// ExifAt is a TIFF structure that names a maker and a position in degrees, minutes and seconds.
func ExifAt(lat, lng float64) []byte {
	le := binary.LittleEndian
	entry := func(b []byte, tag, kind uint16, count, value uint32) []byte {
		b = le.AppendUint16(le.AppendUint16(b, tag), kind)
		return le.AppendUint32(le.AppendUint32(b, count), value)
	}
	side := func(v float64, positive, negative byte) uint32 {
		if math.Signbit(v) {
			return uint32(negative)
		}
		return uint32(positive)
	}
	const maker, gps, latitude, longitude = 38, 44, 98, 122 // where they stand
	b := le.AppendUint32([]byte("II*\x00"), 8)
	b = le.AppendUint16(b, 2)
	b = entry(b, 0x010f, 2, 6, maker)
	b = entry(b, 0x8825, 4, 1, gps)
	b = le.AppendUint32(b, 0)
	b = append(b, "Ponsel"...)
	b = le.AppendUint16(b, 4)
	b = entry(b, 1, 2, 2, side(lat, 'N', 'S'))
	b = entry(b, 2, 5, 3, latitude)
	b = entry(b, 3, 2, 2, side(lng, 'E', 'W'))
	b = entry(b, 4, 5, 3, longitude)
	b = le.AppendUint32(b, 0)
	for _, v := range []float64{math.Abs(lat), math.Abs(lng)} {
		minutes := (v - math.Floor(v)) * 60
		seconds := (minutes - math.Floor(minutes)) * 60
		for _, r := range [][2]uint32{{uint32(v), 1}, {uint32(minutes), 1}, {uint32(math.Round(seconds * 1000)), 1000}} {
			b = le.AppendUint32(le.AppendUint32(b, r[0]), r[1])
		}
	}
	return b
}
