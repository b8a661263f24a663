package dovecot

import (
	"bytes"
	"fmt"
	"os/exec"
)

// Save puts a mail into a folder, which it makes, as a mail program keeps what it has sent.
func (s *Server) Save(folder string, raw []byte) error {
	_ = exec.Command("doveadm", "-c", s.conf(), "mailbox", "create", "-u", Address, folder).Run() // it may be there
	cmd := exec.Command("doveadm", "-c", s.conf(), "save", "-u", Address, "-m", folder)
	cmd.Stdin = bytes.NewReader(raw)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("saving a mail: %w: %s", err, out)
	}
	return nil
}

// Drop deletes a folder: the next one of its name numbers its mails anew.
func (s *Server) Drop(folder string) error {
	if out, err := exec.Command("doveadm", "-c", s.conf(), "mailbox", "delete", "-u", Address, folder).CombinedOutput(); err != nil {
		return fmt.Errorf("deleting a folder: %w: %s", err, out)
	}
	return nil
}
