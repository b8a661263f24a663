package ui

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
)

// failures are the statuses with a page of their own: the families "failure" and "failure.help".
var failures = []string{"400", "403", "404", "405", "413", "429", "500", "503"}

// failure is the page of a call that failed.
type failure struct {
	Code string
	Help bool
}

// Fail answers with the page of a status, which tells nothing of the call.
func (u *UI) Fail(w http.ResponseWriter, r *http.Request, status int) {
	code := strconv.Itoa(status)
	if !slices.Contains(failures, code) {
		code = "500"
	}
	u.failure.Write(w, r, Frame{Status: status}, failure{Code: code, Help: true})
}

// Unexpected answers an error without a name of its own, and logs that there was one, without its text,
// which may quote a value. Where the caller has hung up there is nothing to say.
func (u *UI) Unexpected(w http.ResponseWriter, r *http.Request, err error) {
	if errors.Is(err, context.Canceled) && r.Context().Err() != nil {
		return
	}
	u.log.Error("a page failed", "kind", "store", "code", r.Pattern)
	u.Fail(w, r, http.StatusServiceUnavailable)
}

// maxForm is the most that a form without files may hold.
const maxForm = 256 << 10

// Form reads the form of a POST. Where it cannot be read it answers, and returns false.
func (u *UI) Form(w http.ResponseWriter, r *http.Request) bool {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	err := r.ParseForm()
	if err == nil {
		return true
	}
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
		u.Fail(w, r, http.StatusRequestEntityTooLarge)
	} else {
		u.Fail(w, r, http.StatusBadRequest)
	}
	return false
}
