package kannel

import "syscall"

// attributes keep a program from outliving a test that is killed.
func attributes() *syscall.SysProcAttr { return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} }
