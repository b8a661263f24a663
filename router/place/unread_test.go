package place

import "testing"

func TestMapLinksAreKnownByTheirHost(t *testing.T) {
	for text, want := range map[string]bool{
		"banjir di sini https://maps.app.goo.gl/3kf8Z1xY?g_st=ic": true, "maps.app.goo.gl/abc": true, "lihat https://goo.gl/maps/9a8B7c6D5e ya": true,
		"https://waze.com/ul/hqqguz": true, "(https://www.google.com/maps?cid=12345)": true, "https://maps.apple/p/1a2B3c": true, "HTTPS://OSM.ORG/go/4Tv1x": true,
		"https://www.google.co.id/maps/place/Pasar": true, "http://maps.google.com/?cid=5": true,
		"https://evil.example/maps.app.goo.gl/x": false, "https://notwaze.com/ul/x": false, "buka google maps": false, "foto di https://drive.google.com/x": false, "": false,
	} {
		if got := HasMapLink(text); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}
