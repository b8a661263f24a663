package letter

import (
	"encoding/binary"
	"fmt"
	"strings"
	"unicode/utf16"
)

// Outlook's own wrapping of attachments, winmail.dat: [MS-OXTNEF], and [MS-OXCDATA] 2.11.1 for the types of values.
const (
	tnefSignature  = 0x223E9F78
	tnefBody       = 0x0002800C
	tnefCodepage   = 0x00069007
	tnefNewFile    = 0x00069002
	tnefTitle      = 0x00018010
	tnefData       = 0x0006800F
	tnefFileProps  = 0x00069005
	tnefMailProps  = 0x00069003
	propBody       = 0x1000
	propHTML       = 0x1013
	propFile       = 0x3701
	propShortName  = 0x3704
	propLongName   = 0x3707
	propMediaType  = 0x370E
	maxTNEFNesting = 3
)

// winmail is what a winmail.dat holds.
type winmail struct {
	text  string // of the mail, HTML turned into text; "" where it is elsewhere
	files []*node
}

// readTNEF unpacks b as far as it goes. Nothing in it is compressed, so it holds no more than b.
func readTNEF(b []byte, depth int) (w winmail) {
	if len(b) < 6 || binary.LittleEndian.Uint32(b) != tnefSignature || depth > maxTNEFNesting {
		return w
	}
	charset := ""
	var file *node
	for b = b[6:]; len(b) >= 9; {
		id, size := binary.LittleEndian.Uint32(b[1:]), int(binary.LittleEndian.Uint32(b[5:]))
		b = b[9:]
		if size < 0 || size > len(b) {
			size = len(b) // cut off on its way
		}
		data := b[:size]
		b = b[min(size+2, len(b)):] // a checksum follows
		switch id {
		case tnefCodepage:
			if len(data) >= 4 {
				charset = codepage(binary.LittleEndian.Uint32(data))
			}
		case tnefBody:
			w.text = ToUTF8(untilNUL(data), charset)
		case tnefMailProps:
			for _, p := range mapiProps(data) {
				w.mailProp(p, charset)
			}
		case tnefNewFile:
			if len(w.files) == maxAttached {
				return w
			}
			file = &node{kind: "application/octet-stream"}
			w.files = append(w.files, file)
		}
		if file == nil {
			continue
		}
		switch id {
		case tnefTitle:
			if file.name == "" {
				file.name = line(ToUTF8(untilNUL(data), charset))
			}
		case tnefData:
			file.content = data
		case tnefFileProps:
			for _, p := range mapiProps(data) {
				w.fileProp(file, p, charset, depth)
			}
		}
	}
	return w
}

func (w *winmail) mailProp(p mapiProp, charset string) {
	switch p.id {
	case propBody:
		w.text = p.text(charset)
	case propHTML:
		if w.text == "" {
			w.text = HTMLText(ToUTF8(p.value, metaCharset(p.value)))
		}
	}
}

func (w *winmail) fileProp(file *node, p mapiProp, charset string, depth int) {
	switch p.id {
	case propLongName:
		file.name = line(p.text(charset))
	case propShortName:
		if file.name == "" {
			file.name = line(p.text(charset))
		}
	case propMediaType:
		kind, _ := mediaType(p.text(charset))
		file.kind = knownKind(kind)
	case propFile:
		file.content = p.value
		if len(p.value) <= 16 { // an object: the identity of its interface comes first
			return
		}
		inner := readTNEF(p.value[16:], depth+1)
		if inner.text != "" {
			inner.files = append(inner.files, &node{kind: "text/plain", content: []byte(inner.text), name: file.name + ".txt"})
		}
		w.files = append(w.files, inner.files[:min(len(inner.files), maxAttached-min(maxAttached, len(w.files)))]...)
	}
}

// mapiProp is a property of a mail or of a file: its first value.
type mapiProp struct {
	id, kind uint16
	value    []byte
}

func (p mapiProp) text(charset string) string {
	if p.kind != 0x1F {
		return ToUTF8(untilNUL(p.value), charset)
	}
	units := make([]uint16, len(p.value)/2)
	for i := range units {
		units[i] = binary.LittleEndian.Uint16(p.value[2*i:])
	}
	return strings.TrimRight(string(utf16.Decode(units)), "\x00")
}

// mapiProps reads a list of properties up to the first that it does not understand.
func mapiProps(b []byte) (props []mapiProp) {
	r := tnefReader{b: b}
	for n := r.number(4); n > 0 && !r.over; n-- {
		p := mapiProp{kind: uint16(r.number(2)), id: uint16(r.number(2))}
		if p.id >= 0x8000 { // a named property: whose, and which
			r.take(16)
			if r.number(4) == 0 {
				r.take(4)
			} else {
				r.padded(r.number(4))
			}
		}
		values, multiple := 1, p.kind&0x1000 != 0
		p.kind &^= 0x1000
		size := map[uint16]int{2: 4, 3: 4, 4: 4, 5: 8, 6: 8, 7: 8, 0xA: 4, 0xB: 4, 0x14: 8, 0x40: 8, 0x48: 16}[p.kind]
		varies := p.kind == 0xD || p.kind == 0x1E || p.kind == 0x1F || p.kind == 0x102
		if !varies && size == 0 {
			return props
		}
		if varies || multiple {
			values = r.number(4)
		}
		for i := 0; i < values && !r.over; i++ {
			length := size
			if varies {
				length = r.number(4)
			}
			if v := r.padded(length); i == 0 {
				p.value = v
			}
		}
		if !r.over {
			props = append(props, p)
		}
	}
	return props
}

// tnefReader reads little-endian numbers and bytes; over says that it was asked for more than there is.
type tnefReader struct {
	b    []byte
	over bool
}

func (r *tnefReader) take(n int) []byte {
	if n < 0 || n > len(r.b) {
		r.over, r.b = true, nil
		return nil
	}
	taken := r.b[:n]
	r.b = r.b[n:]
	return taken
}

// padded takes n bytes and what fills them up to a multiple of four.
func (r *tnefReader) padded(n int) []byte {
	taken := r.take(n)
	r.b = r.b[min((4-n&3)&3, len(r.b)):]
	return taken
}

func (r *tnefReader) number(size int) int {
	n := 0
	for i, c := range r.take(size) {
		n |= int(c) << (8 * i)
	}
	return n
}

func untilNUL(b []byte) []byte {
	for i, c := range b {
		if c == 0 {
			return b[:i]
		}
	}
	return b
}

// codepage is the charset of a Windows code page.
func codepage(n uint32) string {
	switch n {
	case 932, 936, 949, 950:
		return fmt.Sprintf("cp%d", n)
	case 65001:
		return "utf-8"
	}
	return fmt.Sprintf("windows-%d", n)
}
