package console

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"testing"
)

// flag is red on the left, blue on the right.
func flag(w, h int) *image.NRGBA {
	i := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := color.NRGBA{200, 0, 0, 255}
			if x >= w/2 {
				c = color.NRGBA{0, 0, 200, 255}
			}
			i.SetNRGBA(x, y, c)
		}
	}
	return i
}

// withExif puts a camera's words into a JPEG file: how it was held, and a secret.
func withExif(t *testing.T, file []byte, how uint16) []byte {
	t.Helper()
	tiff := []byte("MM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01")
	tiff = binary.BigEndian.AppendUint16(tiff, how)
	tiff = append(tiff, "\x00\x00\x00\x00\x00\x00GPS-RAHASIA"...)
	segment := append([]byte("Exif\x00\x00"), tiff...)
	head := binary.BigEndian.AppendUint16([]byte{0xff, 0xd8, 0xff, 0xe1}, uint16(len(segment)+2))
	return append(append(head, segment...), file[2:]...)
}

func TestPicturesAreDrawnAnewWithoutTheirData(t *testing.T) {
	var j, p, g bytes.Buffer
	if err := errors.Join(jpeg.Encode(&j, flag(1200, 600), nil), png.Encode(&p, flag(300, 100)), gif.Encode(&g, flag(20, 10), nil)); err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		file    []byte
		longest int
		kind    string
		size    image.Point
		redAt   image.Point
	}{
		"jpeg, small":     {withExif(t, j.Bytes(), 1), thumbnail, "image/jpeg", image.Pt(480, 240), image.Pt(20, 120)},
		"jpeg, whole":     {withExif(t, j.Bytes(), 1), 0, "image/jpeg", image.Pt(1200, 600), image.Pt(100, 300)},
		"jpeg, mirrored":  {withExif(t, j.Bytes(), 2), thumbnail, "image/jpeg", image.Pt(480, 240), image.Pt(460, 120)},
		"jpeg, on a side": {withExif(t, j.Bytes(), 6), thumbnail, "image/jpeg", image.Pt(240, 480), image.Pt(120, 20)},
		"jpeg, the other": {withExif(t, j.Bytes(), 8), thumbnail, "image/jpeg", image.Pt(240, 480), image.Pt(120, 460)},
		"png":             {p.Bytes(), thumbnail, "image/png", image.Pt(300, 100), image.Pt(20, 50)},
		"gif":             {g.Bytes(), thumbnail, "image/png", image.Pt(20, 10), image.Pt(2, 5)},
	} {
		got, err := redraw(tt.file, tt.longest)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if bytes.Contains(got.data, []byte("RAHASIA")) {
			t.Errorf("%s keeps what the camera said", name)
		}
		i, _, err := image.Decode(bytes.NewReader(got.data))
		if err != nil || got.kind != tt.kind || i.Bounds().Size() != tt.size {
			t.Errorf("%s: %s of %v, want %s of %v, %v", name, got.kind, i.Bounds().Size(), tt.kind, tt.size, err)
			continue
		}
		if r, _, b, _ := i.At(tt.redAt.X, tt.redAt.Y).RGBA(); r < 0x8000 || b > 0x8000 {
			t.Errorf("%s: not red at %v", name, tt.redAt)
		}
	}
}

func TestWhatIsNoPictureIsRefused(t *testing.T) {
	var whole bytes.Buffer
	if err := png.Encode(&whole, flag(64, 64)); err != nil {
		t.Fatal(err)
	}
	bomb := bytes.Clone(whole.Bytes())
	binary.BigEndian.PutUint32(bomb[16:], 60_000)
	binary.BigEndian.PutUint32(bomb[20:], 60_000)
	for name, file := range map[string][]byte{
		"nothing": nil, "a page": []byte("<html><script>alert(1)</script>"), "a drawing": []byte("<svg xmlns='http://www.w3.org/2000/svg'/>"),
		"half a picture": whole.Bytes()[:60], "a bomb": bomb,
	} {
		if _, err := redraw(file, thumbnail); !errors.Is(err, errPicture) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzOrientation(f *testing.F) {
	f.Add([]byte("\xff\xd8\xff\xe1\x00\x10Exif\x00\x00MM\x00*\x00\x00\x00\x08"))
	f.Fuzz(func(_ *testing.T, file []byte) { orientation(file) })
}
