package cities

import (
	"strings"
	"testing"
)

const square = `{"type":"FeatureCollection","features":[
 {"type":"Feature","properties":{"kode":"35.10.16.1002","nama":"Sobo"},"geometry":{"type":"Polygon","coordinates":[[[114.36,-8.23],[114.365,-8.23],[114.37,-8.23],[114.37,-8.22],[114.36,-8.22],[114.36,-8.23]]]}},
 {"type":"Feature","properties":{"code":"3510161003"},"geometry":{"type":"MultiPolygon","coordinates":[[[[114.37,-8.23,12],[114.38,-8.23,12],[114.38,-8.22,12]]],[[[114.39,-8.23],[114.40,-8.23],[114.40,-8.22]]]]}},
 {"type":"Feature","properties":{"kode":"35.09.01.2001"},"geometry":{"type":"Polygon","coordinates":[[[113,-8],[113.1,-8],[113.1,-8.1]]]}}]}`

// TestReadOutlines reads GeoJSON, leaves out what is not asked for and points on a straight line, and a
// point inside is found by what was written.
func TestReadOutlines(t *testing.T) {
	text, taken, left, err := ReadOutlines(strings.NewReader(square), []string{"35.10.16.1002", "35.10.16.1003"})
	if err != nil || taken != 2 || left != 1 {
		t.Fatalf("%d taken, %d left, %v", taken, left, err)
	}
	lines := strings.Split(string(text), "\n")
	ring, err := polyline(strings.Fields(lines[0])[1])
	if err != nil || len(ring) != 8 || ring[0] != 11436000 || ring[1] != -823000 || ring[4] != 11437000 {
		t.Errorf("%v %v", ring, err)
	}
	if fields := strings.Fields(lines[1]); len(fields) != 3 || fields[0] != "35.10.16.1003" {
		t.Errorf("%q", lines[1])
	}
	for _, broken := range []string{
		"", "[]", `{"features":[{"properties":{},"geometry":{}}]}`,
		`{"features":[{"properties":{"kode":"35.10.16.1002"},"geometry":{"type":"Point","coordinates":[1,2]}}]}`,
		`{"features":[{"properties":{"kode":"35.10.16.1002"},"geometry":{"type":"Polygon","coordinates":[[[1140000,-8],[1,2],[3,4]]]}}]}`,
		`{"features":[{"properties":{"kode":"35.10.16.1002"},"geometry":{"type":"Polygon","coordinates":[[[114]]]}}]}`,
	} {
		if _, _, _, err := ReadOutlines(strings.NewReader(broken), []string{"35.10.16.1002"}); err == nil {
			t.Errorf("%q was read", broken)
		}
	}
}

func FuzzEncode(f *testing.F) {
	f.Add(int32(-823000), int32(11436000), int32(-1), int32(0))
	f.Fuzz(func(t *testing.T, a, b, c, d int32) {
		small := func(v int32) int32 { return v % 20_000_000 }
		ring := []spot{{small(a), small(b)}, {small(c), small(d)}}
		back, err := polyline(encode(ring))
		if err != nil || len(back) != 4 || back[0] != ring[0][1] || back[1] != ring[0][0] || back[2] != ring[1][1] || back[3] != ring[1][0] {
			t.Fatalf("%v became %v, %v", ring, back, err)
		}
	})
}
