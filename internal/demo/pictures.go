package demo

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"slices"
)

// pictureNames are the sample pictures, in the order in which the playground offers them.
var pictureNames = []string{"pothole", "lamp", "flood", "garbage"}

const (
	pictureWidth  = 480
	pictureHeight = 320
)

// picture draws a sample as JPEG, the same bytes each time; nil for a name that is none.
func picture(name string) []byte {
	i := slices.Index(pictureNames, name)
	if i < 0 {
		return nil
	}
	c := canvas{image.NewRGBA(image.Rect(0, 0, pictureWidth, pictureHeight))}
	[]func(canvas){canvas.pothole, canvas.lamp, canvas.flood, canvas.garbage}[i](c)
	var b bytes.Buffer
	if jpeg.Encode(&b, c, &jpeg.Options{Quality: 80}) != nil {
		return nil // a buffer takes everything
	}
	return b.Bytes()
}

type canvas struct{ *image.RGBA }

func rgb(v uint32) color.RGBA {
	return color.RGBA{R: uint8(v >> 16), G: uint8(v >> 8), B: uint8(v), A: 255}
}

func (c canvas) box(x0, y0, x1, y1 int, v uint32) {
	draw.Draw(c, image.Rect(x0, y0, x1, y1), image.NewUniform(rgb(v)), image.Point{}, draw.Src)
}

// oval fills an ellipse around a centre.
func (c canvas) oval(cx, cy, rx, ry int, v uint32) {
	for y := cy - ry; y <= cy+ry; y++ {
		for x := cx - rx; x <= cx+rx; x++ {
			dx, dy := (x-cx)*ry, (y-cy)*rx
			if dx*dx+dy*dy <= rx*rx*ry*ry {
				c.SetRGBA(x, y, rgb(v))
			}
		}
	}
}

// street is sky, a row of houses, pavement and asphalt.
func (c canvas) street(sky, road uint32) {
	c.box(0, 0, pictureWidth, 150, sky)
	for i, wall := range []uint32{0xd9b98c, 0xb8c4a9, 0xe0a58f, 0xc9c2d6, 0xd8cfa0, 0xa9bccb} {
		x, top := i*80, 60+i*37%40
		c.box(x, top, x+78, 150, wall)
		c.box(x, top, x+78, top+8, 0x8a4b3a)
		c.box(x+14, top+24, x+32, top+44, 0x54697a)
		c.box(x+46, top+24, x+64, top+44, 0x54697a)
	}
	c.box(0, 150, pictureWidth, 172, 0xb5aea4)
	c.box(0, 172, pictureWidth, pictureHeight, road)
}

func (c canvas) dashes() {
	for x := 10; x < pictureWidth; x += 90 {
		c.box(x, 240, x+48, 247, 0xe8e4d8)
	}
}

func (c canvas) pothole() {
	c.street(0xbfd9ea, 0x5d6064)
	c.dashes()
	c.oval(250, 262, 96, 34, 0x3f4144)
	c.oval(254, 266, 78, 25, 0x2b2320)
	c.oval(248, 270, 46, 12, 0x6e6557)
	for i := range 9 {
		c.oval(150+i*23, 232+i*13%62, 5, 3, 0x8b857b)
	}
}

func (c canvas) lamp() {
	c.street(0x10182c, 0x1d2026)
	for i := range 26 { // the street at night: windows are all that shines
		c.oval(i*53%pictureWidth, i*29%58, 1, 1, 0xcdd6f0)
	}
	c.box(0, 60, pictureWidth, 150, 0x1a2234)
	for i := range 6 {
		c.box(14+i*80, 92, 30+i*80, 112, 0xd9b65a)
	}
	c.box(236, 30, 244, 240, 0x6f7780)
	c.box(150, 30, 244, 37, 0x6f7780)
	c.oval(156, 42, 20, 8, 0x3a4048)
}

func (c canvas) flood() {
	c.street(0xa9b4bd, 0x8a7457)
	c.box(0, 128, pictureWidth, pictureHeight, 0x8a7457)
	for y := 140; y < pictureHeight; y += 22 {
		for x := y * 7 % 60; x < pictureWidth; x += 70 {
			c.box(x, y, x+34, y+3, 0xa38d6e)
		}
	}
	c.oval(320, 196, 64, 26, 0x3f5f86)
	c.box(256, 196, 386, 216, 0x3f5f86)
	c.box(250, 210, 392, 240, 0x8a7457)
	c.box(286, 180, 352, 196, 0xbfd0dd)
}

func (c canvas) garbage() {
	c.street(0xc7dbe6, 0x74716b)
	c.dashes()
	for i, v := range []uint32{0x2e2e33, 0x3d4a38, 0x24364a, 0x2e2e33, 0x5a3a36, 0x2e2e33, 0x3c3c44} {
		x := 130 + i*37
		c.oval(x, 214-i%3*22, 36, 30, v)
		c.oval(x-4, 186-i%3*22, 7, 6, v)
	}
	for i := range 14 {
		x := 96 + i*23
		c.box(x, 238+i*11%24, x+11, 245+i*11%24, []uint32{0xe6e1d4, 0xc94f3d, 0x4a8fbf}[i%3])
	}
}
