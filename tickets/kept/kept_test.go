package kept

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"tanggap/internal/dbtest"
	"tanggap/tickets"
)

func TestShelf(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		store, err := tickets.Open(t.Context(), url, tickets.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer store.Close()
		s := New(store)
		put := func(name string, all ...Item) []Item {
			t.Helper()
			if err := s.Put(t.Context(), name, all); err != nil {
				t.Fatal(err)
			}
			return all
		}
		left := func(name string, want ...Item) {
			t.Helper()
			got, err := s.Left(t.Context(), name)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("on the shelf (-want +got):\n%s", diff)
			}
		}
		left("mail")
		bad, good := []byte("bad\x00\xff"), []byte("good")
		put("mail", Item{Note: "1", Raw: bad}, Item{Note: "2", Raw: good}, Item{Note: "3", Raw: good})
		put("other", Item{Note: "1", Raw: bad})
		left("mail", Item{Note: "1", Raw: bad, Tried: 1}, Item{Note: "2", Raw: good, Tried: 1})
		again := put("mail", Item{Note: "4", Raw: bad})
		left("mail", Item{Note: "4", Raw: bad, Tried: 2}, Item{Note: "2", Raw: good, Tried: 1})
		remove := func(most int, all ...Item) {
			t.Helper()
			if err := s.Remove(t.Context(), "mail", all, most); err != nil {
				t.Fatal(err)
			}
		}
		remove(1, again[0], Item{Raw: good, Tried: 1})
		left("mail")
		if again = put("mail", Item{Raw: bad}, Item{Raw: good}); again[0].Tried != 3 || again[1].Tried != 1 {
			t.Errorf("tried %d and %d times", again[0].Tried, again[1].Tried)
		}
		remove(9, again...)
		left("mail")
		left("other", Item{Note: "1", Raw: bad, Tried: 1})
	})
}
