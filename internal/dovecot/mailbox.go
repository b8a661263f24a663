package dovecot

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/emersion/go-smtp"
)

// identity is whom the mailbox belongs to: Dovecot logs nobody in as root.
type identity struct {
	user, group, login string
	uid, gid           int
}

func identify() (identity, error) {
	me, err := user.Current()
	if err != nil {
		return identity{}, err
	}
	login := me.Username
	if me.Uid == "0" {
		if me, err = user.Lookup("dovecot"); err != nil {
			return identity{}, err
		}
		login = "dovenull"
	}
	group, err := user.LookupGroupId(me.Gid)
	if err != nil {
		return identity{}, err
	}
	uid, err := strconv.Atoi(me.Uid)
	if err != nil {
		return identity{}, err
	}
	gid, err := strconv.Atoi(me.Gid)
	return identity{user: me.Username, group: group.Name, login: login, uid: uid, gid: gid}, err
}

// Deliver puts a mail into the mailbox over LMTP, as the city's mail exchanger does, after all that were
// delivered before it.
func (s *Server) Deliver(raw []byte) error {
	conn, err := net.DialTimeout("tcp", s.lmtp, patience)
	if err != nil {
		return fmt.Errorf("delivering a mail: %w", err)
	}
	conn.SetDeadline(time.Now().Add(patience))
	client := smtp.NewClientLMTP(conn)
	defer client.Close()
	if err := client.Mail("warga@kota.test", nil); err != nil {
		return fmt.Errorf("delivering a mail: %w", err)
	}
	if err := client.Rcpt(Address, nil); err != nil {
		return fmt.Errorf("delivering a mail: %w", err)
	}
	w, err := client.Data()
	if err != nil {
		return fmt.Errorf("delivering a mail: %w", err)
	}
	if _, err := w.Write(raw); err != nil {
		return fmt.Errorf("delivering a mail: %w", err)
	}
	if err := w.Close(); err != nil {
		return fmt.Errorf("delivering a mail: %w", err)
	}
	return s.number()
}

// number gives every mail its UID. Where a reader holds the list of UIDs at the moment of a delivery, Dovecot
// leaves the mail without one until somebody looks, and a mail that comes later may get the lower number:
// a mailbox would then not be in the order of its deliveries.
func (s *Server) number() error {
	out, err := exec.Command("doveadm", "-c", s.conf(), "mailbox", "status", "-u", Address, "messages", "INBOX").CombinedOutput()
	if err != nil {
		return fmt.Errorf("numbering the mailbox: %s", bytes.TrimSpace(out))
	}
	return nil
}

// Cut throws everybody out, as a server does that is short of memory; it goes on serving.
func (s *Server) Cut() error {
	out, err := exec.Command("doveadm", "-c", s.conf(), "kick", Address).CombinedOutput()
	if err != nil && !bytes.Contains(out, []byte("no users kicked")) {
		return fmt.Errorf("kicking users out: %s", bytes.TrimSpace(out))
	}
	return nil
}

var listHeader = regexp.MustCompile(`^3 V\d+ N\d+`)

// Renumber gives the mailbox a new UIDVALIDITY and every mail a new UID, as after a restore from a backup.
// The server must not run.
func (s *Server) Renumber() error {
	box := filepath.Join(s.dir, "mail", Address)
	list := filepath.Join(box, "dovecot-uidlist")
	b, err := os.ReadFile(list)
	if err != nil {
		return fmt.Errorf("renumbering the mailbox: %w", err)
	}
	if !listHeader.Match(b) {
		return errors.New("renumbering the mailbox: its list of UIDs has a format of its own")
	}
	fields := strings.Fields(string(b[:bytes.IndexByte(b, '\n')]))
	validity, err := strconv.ParseUint(strings.TrimPrefix(fields[1], "V"), 10, 32)
	if err != nil {
		return fmt.Errorf("renumbering the mailbox: %w", err)
	}
	head := fmt.Sprintf("3 V%d N1\n", validity+1)
	if err := os.WriteFile(list, []byte(head), 0o600); err != nil {
		return fmt.Errorf("renumbering the mailbox: %w", err)
	}
	who, err := identify()
	if err != nil {
		return err
	}
	if err := os.Chown(list, who.uid, who.gid); err != nil {
		return err
	}
	indexes, err := filepath.Glob(filepath.Join(box, "dovecot.*index*"))
	if err != nil {
		return err
	}
	for _, f := range indexes {
		if err := os.Remove(f); err != nil {
			return fmt.Errorf("renumbering the mailbox: %w", err)
		}
	}
	return nil
}

// Flags lists the flags of each mail, one string a mail, as the server tells its administrator.
func (s *Server) Flags() ([]string, error) {
	out, err := exec.Command("doveadm", "-c", s.conf(), "-f", "tab", "fetch", "-u", Address, "flags", "mailbox", "INBOX").Output()
	if err != nil {
		return nil, fmt.Errorf("asking for flags: %w", err)
	}
	lines := strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")[1:]
	for i, l := range lines {
		flags := slices.DeleteFunc(strings.Fields(l), func(f string) bool { return f == `\Recent` })
		lines[i] = strings.Join(flags, " ")
	}
	return lines, nil
}

// Deposit puts a mail into the mailbox with the time at which it arrived (INTERNALDATE), past LMTP: as old ones lie
// there, and quickly. n, from 0, is its place among those that the server has not seen yet.
func (s *Server) Deposit(raw []byte, arrived time.Time, n int) error {
	who, err := identify()
	if err != nil {
		return err
	}
	box := filepath.Join(s.dir, "mail", Address)
	for _, d := range []string{"", "tmp", "new", "cur"} { // as of a mailbox that nobody has looked into
		err := os.Mkdir(filepath.Join(box, d), 0o700)
		if err == nil {
			err = os.Chown(filepath.Join(box, d), who.uid, who.gid)
		}
		if err != nil && !errors.Is(err, os.ErrExist) {
			return fmt.Errorf("depositing a mail: %w", err)
		}
	}
	name := fmt.Sprintf("%010d.M%06dP1.test", time.Now().Unix(), n) // Dovecot numbers what is new in the order of the names
	tmp := filepath.Join(box, "tmp", name)
	err = os.WriteFile(tmp, raw, 0o600)
	if err == nil {
		err = errors.Join(os.Chown(tmp, who.uid, who.gid), os.Chtimes(tmp, arrived, arrived))
	}
	if err == nil {
		err = os.Rename(tmp, filepath.Join(box, "new", name))
	}
	if err != nil {
		return fmt.Errorf("depositing a mail: %w", err)
	}
	return nil
}
