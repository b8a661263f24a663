// Package photo reads from a picture's own words where it was taken: the Exif block that cameras and phones
// write into JPEG, HEIF, AVIF, WebP and PNG files. Many chats take it away; mails, the form and pictures that
// are sent as files keep it.
package photo

import (
	"bytes"
	"io"
	"math"
	"strings"

	"github.com/bep/imagemeta"
)

// gps is the part of the Exif block that tells the position.
const gps = "IFD0/GPSInfoIFD"

// Position is where a picture was taken, in degrees; ok is false where it does not say, says it in part, or
// says what cameras write that had no signal: the point 0, 0. Whatever the file holds, it returns.
func Position(file io.ReadSeeker) (lat, lng float64, ok bool) {
	defer func() {
		if recover() != nil { // a stranger's bytes
			lat, lng, ok = 0, 0, false
		}
	}()
	format, known := formatOf(file)
	if !known {
		return 0, 0, false
	}
	var tags imagemeta.Tags
	// An error later in the file takes nothing from what was read before it.
	_, _ = imagemeta.Decode(imagemeta.Options{
		R: file, ImageFormat: format, Sources: imagemeta.EXIF,
		ShouldHandleTag: func(tag imagemeta.TagInfo) bool { return tag.Namespace == gps },
		HandleTag: func(tag imagemeta.TagInfo) error {
			tags.Add(tag)
			return nil
		},
	})
	for _, name := range []string{"GPSLatitude", "GPSLatitudeRef", "GPSLongitude", "GPSLongitudeRef"} {
		if _, told := tags.EXIF()[name]; !told {
			return 0, 0, false
		}
	}
	lat, lng, err := tags.GetLatLong()
	if err != nil || !(math.Abs(lat) <= 90 && math.Abs(lng) <= 180) || math.Abs(lat) < 1e-4 && math.Abs(lng) < 1e-4 {
		return 0, 0, false
	}
	return lat, lng, true
}

// formatOf tells the format by the first bytes, and leaves the file at its beginning.
func formatOf(file io.ReadSeeker) (imagemeta.ImageFormat, bool) {
	head := make([]byte, 12)
	_, err := io.ReadFull(file, head)
	if _, back := file.Seek(0, io.SeekStart); err != nil || back != nil {
		return 0, false
	}
	switch {
	case bytes.HasPrefix(head, []byte("\xff\xd8\xff")):
		return imagemeta.JPEG, true
	case bytes.HasPrefix(head, []byte("\x89PNG\r\n")):
		return imagemeta.PNG, true
	case string(head[:4]) == "RIFF" && string(head[8:]) == "WEBP":
		return imagemeta.WebP, true
	case string(head[4:8]) != "ftyp":
		return 0, false
	case strings.HasPrefix(string(head[8:]), "avi"):
		return imagemeta.AVIF, true
	case strings.HasPrefix(string(head[8:]), "he"), strings.HasPrefix(string(head[8:]), "mi"), strings.HasPrefix(string(head[8:]), "ms"):
		return imagemeta.HEIF, true
	}
	return 0, false
}
