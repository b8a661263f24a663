package similar

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"tanggap/router/place"
)

// storm is a flood with many reports within one hour, three in four with a pin.
func storm(n int) []Reading {
	random := rand.New(rand.NewPCG(3, 4))
	names := []string{"melati", "kenanga", "cendana", "haji naim", "pondok bali", "tipar", "swadaya", "kamboja", "arjuna", "puspa"}
	var all []Reading
	for i := range n {
		r := Report{At: noon.Add(time.Duration(i) * time.Hour / time.Duration(n)), Category: "banjir", Area: fmt.Sprint("31.", random.IntN(60))}
		r.Text = fmt.Sprintf("Banjir selutut di jalan %s %d RT %d, air terus naik", names[random.IntN(len(names))], random.IntN(20), random.IntN(12))
		if random.IntN(3) > 0 {
			r.Text = "Banjir selutut, air terus naik" // most do not say where
		}
		if random.IntN(4) > 0 {
			r.Point = &place.Point{Lat: -6.2 + random.Float64()/20, Lng: 106.8 + random.Float64()/20}
		}
		all = append(all, Read(r))
	}
	return all
}

// TestFindIsAsGoodAsComparingWithAll: wherever one of all open reports is surely the same, Find has one first.
func TestFindIsAsGoodAsComparingWithAll(t *testing.T) {
	all := storm(1500)
	x := NewIndex()
	sure, found := 0, 0
	for i, r := range all {
		best := Unlike
		for _, other := range all[:i] {
			best = max(best, Compare(r, other).Degree)
		}
		matches := x.Find(r)
		if len(matches) > mostFound {
			t.Fatalf("%d matches", len(matches))
		}
		if best == Sure {
			sure++
			if len(matches) > 0 && matches[0].Degree == Sure {
				found++
			}
		}
		x.Add(int64(i), r)
	}
	if sure < 50 || found*100 < sure*98 {
		t.Errorf("%d of %d sure ones found", found, sure)
	}
}

func TestWhatIsClosedOrOldIsNotFound(t *testing.T) {
	x := NewIndex()
	p := &place.Point{Lat: -6.2, Lng: 106.8}
	at := func(d time.Duration) Reading {
		return Read(Report{At: noon.Add(d), Category: "banjir", Text: "banjir di jalan melati indah", Point: p})
	}
	x.Add(1, at(0))
	x.Add(1, at(time.Hour)) // once is enough
	x.Add(2, at(time.Hour))
	if got := x.Find(at(time.Hour)); len(got) != 2 || got[0].ID != 2 || got[1].ID != 1 {
		t.Errorf("found %+v", got)
	}
	x.Remove(2)
	x.Remove(2)
	if got := x.Find(at(time.Hour)); len(got) != 1 || got[0].ID != 1 {
		t.Errorf("found %+v", got)
	}
	x.Add(3, at(49*time.Hour))
	if len(x.open) != 1 || len(x.order) != 1 {
		t.Errorf("%d open after two days", len(x.open))
	}
	x.Remove(3)
	if len(x.posted) != 0 {
		t.Errorf("%d keys left behind", len(x.posted))
	}
}

func TestIndexIsSafeForConcurrentUse(t *testing.T) {
	x, all := NewIndex(), storm(200)
	var wait sync.WaitGroup
	for n := range 4 {
		wait.Go(func() {
			for i, r := range all {
				x.Find(r)
				x.Add(int64(n*1000+i), r)
				x.Remove(int64(n*1000 + i/2))
			}
		})
	}
	wait.Wait()
}

func BenchmarkFind(b *testing.B) {
	x, all := NewIndex(), storm(5000)
	for i, r := range all {
		x.Add(int64(i), r)
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		x.Find(all[i%len(all)])
	}
}

func BenchmarkRead(b *testing.B) {
	r := Report{At: noon, Category: "banjir", Text: "Banjir selutut di jalan Melati Indah 4 RT 8 RW 2, air terus naik, mohon pompa"}
	b.ReportAllocs()
	for b.Loop() {
		Read(r)
	}
}
