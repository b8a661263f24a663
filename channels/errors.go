package channels

import (
	"errors"
	"fmt"
	"time"
)

// ErrorKind decides what the outbox does with a failed Send.
type ErrorKind string

// The kinds of failure.
const (
	Temporary   ErrorKind = "temporary"   // nobody's fault: try again later
	Throttled   ErrorKind = "throttled"   // the account is too fast: hold it for RetryAfter
	Rejected    ErrorKind = "rejected"    // this message will never be taken
	Unreachable ErrorKind = "unreachable" // this address will never be reached
	Suspended   ErrorKind = "suspended"   // the account cannot work until a person mends it
	UnknownSent ErrorKind = "unknown"     // the attempt may or may not have arrived
)

// Error is a failure at a platform.
type Error struct {
	Kind       ErrorKind
	Code       string        // the platform's own: "403", "30003", "550 5.1.1"
	Reason     string        // in words for staff, English, one line, without addresses, texts or secrets
	RetryAfter time.Duration // of Throttled, and where the platform names one
	Err        error         // the cause, for errors.Is; its text must hold no URL, secret or address
}

// Error renders kind, code and reason.
func (e *Error) Error() string {
	s := string(e.Kind)
	if e.Code != "" {
		s += " " + e.Code
	}
	if e.Reason != "" {
		s += ": " + e.Reason
	} else if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// KindOf is the kind of err, Temporary where it carries none.
func KindOf(err error) ErrorKind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return Temporary
}

// Errorf makes an *Error of a kind with a reason.
func Errorf(kind ErrorKind, code, format string, args ...any) *Error {
	return &Error{Kind: kind, Code: code, Reason: fmt.Sprintf(format, args...)}
}
