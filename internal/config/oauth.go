package config

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// OAuth is how a mailbox is logged in to whose server takes access tokens, in place of passwords.
type OAuth struct {
	Provider     string `toml:"provider"` // google, microsoft or other; "" for passwords
	Tenant       string `toml:"tenant"`   // of Microsoft: the directory's id or domain
	ClientID     string `toml:"client_id"`
	ClientSecret Secret `toml:"client_secret"`
	RefreshToken Secret `toml:"refresh_token"` // from a person's consent; none where the program asks in its own name
	TokenURL     string `toml:"token_url"`     // of other
	Scope        string `toml:"scope"`         // "" for the provider's own
}

// checkLogin holds the passwords, or what stands in their place, to each other.
func (e *Email) checkLogin(d *decoder, path string) {
	missing := func(key, why string) {
		if key = join(path, key); !d.failed(key) {
			d.fail(key, "is missing%s", why)
		}
	}
	tokens := e.OAuth.Provider != ""
	if tokens {
		e.checkOAuth(d, path, missing)
	} else if e.OAuth != (OAuth{}) {
		missing("oauth.provider", ", and there is more of oauth")
	}
	known := e.OAuth.Provider == "google" || e.OAuth.Provider == "microsoft"
	if e.IMAP.URL == "" && !known {
		missing("imap.url", "")
	}
	if e.SMTP.URL == "" && !known {
		missing("smtp.url", "")
	}
	if tokens {
		return
	}
	if e.IMAP.Username == "" {
		missing("imap.username", "")
	}
	if e.IMAP.Password.Reveal() == "" {
		missing("imap.password", "")
	}
	if e.SMTP.Username != "" && e.SMTP.Password.Reveal() == "" {
		missing("smtp.password", ", and there is a username")
	}
	if e.SMTP.Username == "" && e.SMTP.Password.Reveal() != "" {
		missing("smtp.username", ", and there is a password")
	}
}

func (e *Email) checkOAuth(d *decoder, path string, missing func(key, why string)) {
	o := e.OAuth
	providers := []string{"google", "microsoft", "other"}
	if !slices.Contains(providers, o.Provider) {
		d.fail(join(path, "oauth.provider"), "%q is none of %q", o.Provider, providers)
		return
	}
	if o.ClientID == "" {
		missing("oauth.client_id", "")
	}
	if o.Provider == "microsoft" && o.Tenant == "" {
		missing("oauth.tenant", ": the directory's id or domain")
	}
	if o.TokenURL != "" {
		d.baseURL(join(path, "oauth.token_url"), o.TokenURL)
	} else if o.Provider == "other" {
		missing("oauth.token_url", "")
	}
	if o.RefreshToken.Reveal() == "" && (o.Provider == "google" || o.ClientSecret.Reveal() == "") {
		missing("oauth.refresh_token", ": get one by `tanggap mailbox consent`")
	}
	if e.ReplySecret.Reveal() == "" {
		missing("reply_secret", ": there is no password that it could be derived from")
	}
	for _, p := range []struct {
		key string
		s   Secret
	}{{"imap.password", e.IMAP.Password}, {"smtp.password", e.SMTP.Password}} {
		if p.s.Reveal() != "" {
			d.fail(join(path, p.key), "is given, and oauth too: one is enough")
		}
	}
}

// Newest is what the file that s came from holds by now, "" where it came from none or cannot be read.
func (s Secret) Newest() string {
	if s.file == "" {
		return ""
	}
	text, err := os.ReadFile(s.file)
	if err != nil {
		return ""
	}
	return strings.TrimRight(string(text), "\r\n")
}

// Replace writes a new value to the file that s came from, so that it is there at the next start: all of it
// or nothing, with the file's own rights.
func (s Secret) Replace(value string) (err error) {
	if s.file == "" {
		return errors.New("it did not come from a file")
	}
	info, err := os.Stat(s.file)
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(s.file), filepath.Base(s.file)+".new*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			os.Remove(f.Name())
		}
	}()
	_, err = f.WriteString(value + "\n")
	if err = errors.Join(err, f.Chmod(info.Mode().Perm()), f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), s.file)
}
