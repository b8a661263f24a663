//go:build !linux

package kannel

import "syscall"

func attributes() *syscall.SysProcAttr { return nil }
