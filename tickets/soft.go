package tickets

import "time"

// When an address whose mail keeps coming back for the moment counts as one that cannot be reached. Servers
// give a mail up after five days (RFC 5321, 4.5.4.1), so that a full mailbox is not yet a dead one after the first.
const (
	softTimes  = 3
	softFor    = 7 * 24 * time.Hour
	softForget = 60 * 24 * time.Hour // between two of them: what came before is forgotten
)

const (
	// A mail from the address proves that it lives.
	dropSoft = `DELETE FROM soft_bounce WHERE kind = ? AND value = ? AND
		(last_at < ? OR last_at < COALESCE((SELECT a.last_in_at FROM address a WHERE a.kind = soft_bounce.kind AND a.value = soft_bounce.value), 0))`
	addSoft = `INSERT INTO soft_bounce (kind, value, times, first_at, last_at) VALUES (?, ?, 1, ?, ?)
		ON CONFLICT (kind, value) DO UPDATE SET times = soft_bounce.times + 1, last_at = excluded.last_at RETURNING times, first_at`
	endSoft = `DELETE FROM soft_bounce WHERE kind = ? AND value = ?`
)

// soft counts a mail that came back although the address may take others, and gives the address up where
// that went on for too long. Giving up begins the count anew.
func (x *tx) soft(a Address, reason string, now time.Time) error {
	if _, err := x.exec(dropSoft, a.Kind, a.Value, micros(now.Add(-softForget))); err != nil {
		return err
	}
	var times int
	var first time.Time
	row := x.QueryRowContext(x.ctx, x.dialect.bind(addSoft), a.Kind, a.Value, micros(now), micros(now))
	if err := row.Scan(&times, stamp{&first}); err != nil {
		return err
	}
	if times < softTimes || now.Sub(first) < softFor {
		return nil
	}
	if _, err := x.exec(endSoft, a.Kind, a.Value); err != nil {
		return err
	}
	return x.markAddress(a, "unreachable", reason, now)
}
