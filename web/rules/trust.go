package rules

import (
	"context"
	"fmt"
	"time"

	"tanggap/cities/amend"
)

// Trust is how sure the router must be to send a report by itself.
type Trust struct {
	Threshold float64 // the confidence in force
	Accuracy  float64 // that was wanted of it, as a share; 0 where nobody said, and the threshold is the pack's
	By        string  // who said so, "" for the pack
	At        time.Time
	Seen      int64 // the version, for SetTrust
}

// Trust reads what is in force.
func (k *Book) Trust(ctx context.Context) (Trust, error) {
	f := k.City().Facts()
	t := Trust{Threshold: f.Threshold, Accuracy: f.Accuracy}
	past, err := k.Edits.History(ctx, amend.Facts, amend.Accuracy, 1)
	if err != nil || len(past) == 0 {
		return t, err
	}
	t.Seen = past[0].Version
	if !past[0].Returns() {
		t.By, t.At = past[0].By, past[0].At
	}
	return t, nil
}

// SetTrust saves the accuracy that is wanted and the confidence that it takes, both between 0 and 1, for all
// nodes; or leaves both to the pack, where accuracy is 0. edits.ErrStale where somebody else did so after seen.
func (k *Book) SetTrust(ctx context.Context, by string, seen int64, accuracy, threshold float64) error {
	wishes := []amend.Wish{{Section: amend.Facts, Key: amend.Accuracy, Seen: &seen}, {Section: amend.Facts, Key: amend.Threshold}}
	why := ""
	if accuracy > 0 {
		wishes[0].Value, wishes[1].Value = accuracy, threshold
		why = fmt.Sprintf("%.0f/100", 100*accuracy)
	}
	w := k.writer()
	if _, err := w.Save(ctx, amend.Signed{By: by, Why: why}, wishes...); err != nil {
		return err
	}
	if err := k.Heed(ctx); err != nil { // it is saved: this node follows a moment later, as the others do
		k.Log.Error("taking over an edit", "cause", err)
	}
	return nil
}
