package config

import (
	"fmt"
	"io"
	"log/slog"
	"time"
)

// Secret is a value that is shown nowhere: every way of printing, logging or encoding it gives "***".
// It lies behind a pointer, since a verb that does not fit an outer struct makes package fmt print
// fields without asking their methods.
type Secret struct {
	value *string
	file  string // that it was read from, "" for none
}

const hidden = "***"

// NewSecret hides a value.
func NewSecret(value string) Secret { return Secret{value: &value} }

// Reveal is the value, for the one place that needs it; "" where there is none.
func (s Secret) Reveal() string {
	if s.value == nil {
		return ""
	}
	return *s.value
}

// Equal compares the values.
func (s Secret) Equal(other Secret) bool { return s.Reveal() == other.Reveal() }

// UnmarshalText takes any text.
func (s *Secret) UnmarshalText(text []byte) error {
	*s = NewSecret(string(text))
	return nil
}

// String hides the value.
func (s Secret) String() string { return hidden }

// Format hides the value from every verb of package fmt.
func (s Secret) Format(f fmt.State, _ rune) { io.WriteString(f, hidden) }

// LogValue hides the value from package slog.
func (s Secret) LogValue() slog.Value { return slog.StringValue(hidden) }

// MarshalText hides the value from encoders.
func (s Secret) MarshalText() ([]byte, error) { return []byte(hidden), nil }

// Duration is a time.Duration written as "90s" or "2h30m".
type Duration time.Duration

// UnmarshalText reads what time.ParseDuration takes, and nothing negative.
func (d *Duration) UnmarshalText(text []byte) error {
	v, err := time.ParseDuration(string(text))
	if err != nil || v < 0 {
		return fmt.Errorf("%q is no duration such as 90s or 2h30m", text)
	}
	*d = Duration(v)
	return nil
}

// MarshalText is the inverse of UnmarshalText.
func (d Duration) MarshalText() ([]byte, error) { return []byte(time.Duration(d).String()), nil }
