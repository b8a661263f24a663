package console

import (
	"bufio"
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/draw"
	_ "image/gif" // a format that citizens send
	"image/jpeg"
	"image/png"
	"io"

	scale "golang.org/x/image/draw"
	_ "golang.org/x/image/webp" // a format that citizens send
)

const (
	// mostPixels and mostMemory, in bytes, bound what a picture takes: one of 12 million pixels is what phones send.
	mostPixels = 25_000_000
	mostMemory = 200 << 20
	// mostScans is how often a JPEG may go over its picture: cameras do it once, programs up to about twenty times, and
	// each time costs as much however few bytes it takes.
	mostScans = 50
	// thumbnail is the longest side of a picture in a thread, in pixels.
	thumbnail = 480
)

// errPicture says that bytes are no picture that is shown: staff can take them as a file.
var errPicture = errors.New("no picture that is shown")

// picture is one drawn anew, with nothing in it but what is seen: no place, no device, no name.
type picture struct {
	kind string // media type
	data []byte
}

// redraw decodes a picture, turns it upright, makes its longest side at most longest pixels, 0 for as
// they are, and encodes it anew.
func redraw(file []byte, longest int) (picture, error) {
	size, format, err := image.DecodeConfig(bytes.NewReader(file))
	if err != nil || size.Width <= 0 || size.Height <= 0 || int64(size.Width)*int64(size.Height) > mostPixels {
		return picture{}, errPicture
	}
	each := bytesOf(size.ColorModel)
	if format == "jpeg" {
		times, progressive := scans(file)
		if progressive {
			each *= 5 // it is kept as coefficients until its last scan
		}
		if times > mostScans {
			return picture{}, errPicture
		}
	}
	if size.Width*size.Height*each > mostMemory {
		return picture{}, errPicture
	}
	from, _, err := image.Decode(bytes.NewReader(file))
	if err != nil {
		return picture{}, errPicture
	}
	from = shrink(from, longest)
	if format == "jpeg" {
		from = upright(from, orientation(file))
	}
	var out bytes.Buffer
	if format == "jpeg" || format == "webp" && opaque(from) {
		err = jpeg.Encode(&out, from, &jpeg.Options{Quality: 85})
		return picture{"image/jpeg", out.Bytes()}, err
	}
	err = (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&out, from)
	return picture{"image/png", out.Bytes()}, err
}

// bytesOf is what a pixel takes once it is decoded, or a little less.
func bytesOf(m color.Model) int {
	switch m {
	case color.GrayModel:
		return 1
	case color.Gray16Model:
		return 2
	case color.YCbCrModel:
		return 3
	case color.RGBA64Model, color.NRGBA64Model:
		return 8
	}
	return 4
}

// scans counts the scans of a JPEG file's first picture (ITU-T T.81, B.1.1.2): markers 0xffda up to its end; and
// tells whether these refine it step by step.
func scans(file []byte) (n int, progressive bool) {
	for at := 2; at+4 <= len(file); {
		kind := file[at+1]
		switch {
		case file[at] != 0xff, kind == 0, kind >= 0xd0 && kind <= 0xd8: // what is coded, and marks within it
			at++
			continue
		case kind == 0xff: // fills up
			at++
			continue
		case kind == 0xd9:
			return n, progressive
		case kind == 0xda:
			n++
		case kind == 0xc2:
			progressive = true
		}
		at += 2 + int(file[at+2])<<8 + int(file[at+3])
	}
	return n, progressive
}

func opaque(i image.Image) bool {
	o, ok := i.(interface{ Opaque() bool })
	return ok && o.Opaque()
}

func shrink(from image.Image, longest int) image.Image {
	b := from.Bounds()
	side := max(b.Dx(), b.Dy())
	if longest == 0 || side <= longest {
		return from
	}
	to := image.NewNRGBA(image.Rect(0, 0, max(b.Dx()*longest/side, 1), max(b.Dy()*longest/side, 1)))
	scale.BiLinear.Scale(to, to.Bounds(), from, b, draw.Src, nil)
	return to
}

// upright turns and mirrors a picture as its camera said (Exif 2.32, tag 274).
func upright(from image.Image, how int) image.Image {
	if how < 2 || how > 8 {
		return from
	}
	b := from.Bounds()
	w, h := b.Dx(), b.Dy()
	to := image.NewNRGBA(image.Rect(0, 0, w, h))
	if how >= 5 {
		to = image.NewNRGBA(image.Rect(0, 0, h, w))
	}
	for y := range h {
		for x := range w {
			p := [...]image.Point{2: {w - 1 - x, y}, 3: {w - 1 - x, h - 1 - y}, 4: {x, h - 1 - y}, 5: {y, x}, 6: {h - 1 - y, x}, 7: {h - 1 - y, w - 1 - x}, 8: {y, w - 1 - x}}[how]
			to.Set(p.X, p.Y, from.At(b.Min.X+x, b.Min.Y+y))
		}
	}
	return to
}

// orientation reads the tag from a JPEG file; 0 where it has none.
func orientation(file []byte) int {
	r := bufio.NewReader(bytes.NewReader(file))
	var head [4]byte
	if _, err := io.ReadFull(r, head[:2]); err != nil {
		return 0
	}
	for range 20 { // segments before the picture itself
		if _, err := io.ReadFull(r, head[:]); err != nil || head[0] != 0xff || head[1] == 0xda {
			return 0
		}
		n := int(head[2])<<8 + int(head[3]) - 2
		if n < 0 {
			return 0
		}
		segment := make([]byte, n)
		if _, err := io.ReadFull(r, segment); err != nil {
			return 0
		}
		if head[1] == 0xe1 && bytes.HasPrefix(segment, []byte("Exif\x00\x00")) {
			return tagged(segment[6:])
		}
	}
	return 0
}

// tagged finds the orientation in the first directory of a TIFF header (TIFF 6.0, section 2).
func tagged(b []byte) int {
	if len(b) < 8 {
		return 0
	}
	little := b[0] == 'I'
	number := func(at, size int) int {
		if at < 0 || at+size > len(b) {
			return 0
		}
		v := 0
		for i := range size {
			if little {
				v |= int(b[at+i]) << (8 * i)
			} else {
				v = v<<8 | int(b[at+i])
			}
		}
		return v
	}
	at := number(4, 4)
	for i := range min(number(at, 2), 200) {
		if entry := at + 2 + 12*i; number(entry, 2) == 274 {
			return number(entry+8, 2)
		}
	}
	return 0
}
