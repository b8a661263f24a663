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
	"slices"
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

// progressive is a grey JPEG picture that is gone over n times more after its first, each time in ten bytes.
func progressive(side uint16, n int) []byte {
	b := []byte{0xff, 0xd8, 0xff, 0xdb, 0, 67, 0}
	b = append(b, bytes.Repeat([]byte{1}, 64)...)
	b = append(b, 0xff, 0xc2, 0, 11, 8, byte(side>>8), byte(side), byte(side>>8), byte(side), 1, 1, 0x11, 0)
	b = append(b, 0xff, 0xc4, 0, 20, 0x00, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x00) // one code, of no difference
	b = append(b, 0xff, 0xc4, 0, 20, 0x10, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xe0) // one code, of a long run of nothing
	blocks := int(side+7) / 8 * (int(side+7) / 8)
	b = append(b, 0xff, 0xda, 0, 8, 1, 1, 0x00, 0, 0, 0)
	b = append(b, make([]byte, blocks/8+1)...)
	for range n {
		b = append(b, 0xff, 0xda, 0, 8, 1, 1, 0x00, 1, 63, 0)
		b = append(b, make([]byte, 2*(blocks/16384+1))...)
	}
	return append(b, 0xff, 0xd9)
}

// TestAPictureIsGoneOverSoOften: of a large one a few kilobytes would keep a processor busy for hours.
func TestAPictureIsGoneOverSoOften(t *testing.T) {
	// A film after the picture, as some phones put it, is none of its scans.
	film := bytes.Repeat([]byte{0xff, 0xda, 0, 8, 1, 1, 0, 1, 63, 0}, 100)
	for _, n := range []int{0, 20, 49} {
		if _, err := redraw(append(progressive(40, n), film...), 0); err != nil {
			t.Errorf("%d scans more: %v", n, err)
		}
	}
	if _, err := redraw(progressive(40, 50), 0); !errors.Is(err, errPicture) {
		t.Errorf("51 scans: %v", err)
	}
}

// TestAFewBytesTakeLittleMemory: a picture in colours of four channels would be kept at twenty bytes a pixel.
func TestAFewBytesTakeLittleMemory(t *testing.T) {
	inked := func(side uint16) []byte {
		b := progressive(side, 0)
		head := bytes.Index(b, []byte{0xff, 0xc2})
		frame := []byte{0xff, 0xc2, 0, 20, 8, byte(side >> 8), byte(side), byte(side >> 8), byte(side), 4, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0, 4, 0x11, 0}
		adobe := []byte("\xff\xee\x00\x0eAdobe\x00\x64\x00\x00\x00\x00\x00")
		return slices.Concat(b[:head], adobe, frame, b[head+13:])
	}
	if _, err := redraw(inked(40), 0); err != nil {
		t.Errorf("a small one: %v", err)
	}
	if _, err := redraw(inked(4900), thumbnail); !errors.Is(err, errPicture) {
		t.Errorf("a large one: %v", err)
	}
	if _, err := redraw(progressive(3400, 9), thumbnail); err != nil {
		t.Errorf("a phone's, refined step by step: %v", err)
	}
}

func FuzzOrientation(f *testing.F) {
	f.Add([]byte("\xff\xd8\xff\xe1\x00\x10Exif\x00\x00MM\x00*\x00\x00\x00\x08"))
	f.Fuzz(func(_ *testing.T, file []byte) { orientation(file); scans(file) })
}
