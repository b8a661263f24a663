package blobs

import (
	"fmt"
	"syscall"
)

// Free is how many bytes the folder's disk still takes from an unprivileged process.
func (f *Folder) Free() (uint64, error) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(f.root, &s); err != nil {
		return 0, fmt.Errorf("looking at the disk: %w", err)
	}
	return s.Bavail * uint64(s.Bsize), nil
}
