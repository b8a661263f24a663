package tickets_test

import (
	"fmt"
	"testing"
	"time"

	"tanggap/internal/dbtest"
)

func TestQueuesTellWhatWaitsAndSinceWhen(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		s := open(t, url)
		before := time.Now().Add(-time.Second)
		for i := range 3 {
			if err := s.Receive(t.Context(), incoming("bot", fmt.Sprintf("%d:1", i), fmt.Sprintf("telegram:%d", i), "lampu mati")); err != nil {
				t.Fatal(err)
			}
		}
		if q, err := s.InboxQueue(t.Context()); err != nil || q.Waiting != 3 || q.Oldest.Before(before) || q.Oldest.After(time.Now()) {
			t.Errorf("inbox %+v %v", q, err)
		}
		process(t, s, lease(t, s, "processor"))
		if q, err := s.InboxQueue(t.Context()); err != nil || q.Waiting != 0 || !q.Oldest.IsZero() {
			t.Errorf("inbox afterwards %+v %v", q, err)
		}
		if q, err := s.OutboxQueue(t.Context(), "bot"); err != nil || q.Waiting != 3 || q.Oldest.Before(before) {
			t.Errorf("outbox %+v %v", q, err)
		}
		if q, err := s.OutboxQueue(t.Context(), "other"); err != nil || q.Waiting != 0 {
			t.Errorf("another's outbox %+v %v", q, err)
		}
	})
}
