//go:build !linux

package blobs

import "errors"

// Free is not known here.
func (f *Folder) Free() (uint64, error) { return 0, errors.ErrUnsupported }
