package survey

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"tanggap/channels"
	"tanggap/channels/email/wire"
)

// refused says why a server could not be used.
func (e *end) refused(ctx context.Context, subject string, err error) channels.Finding {
	f := channels.Finding{Subject: subject, Grade: channels.Wrong}
	f.Detail, f.Lines = e.why(ctx, err)
	f.Detail = e.Address() + ": " + f.Detail
	return f
}

func (e *end) why(ctx context.Context, err error) (words string, lines []string) {
	if unknown, ok := errors.AsType[*net.DNSError](err); ok {
		if unknown.IsNotFound {
			return "there is no host of that name: look at its spelling in " + e.protocol + ".url", nil
		}
		return "the DNS does not answer when asked for the host: look at this machine's network", nil
	}
	if words, lines := e.distrust(err); words != "" {
		return words, lines
	}
	var failed *channels.Error
	errors.As(err, &failed)
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return e.elsewhere(ctx, "nothing listens on that port")
	case failed != nil && isLogin(failed.Code):
		return e.loginRefused(err)
	case wire.Words(err) != "" || failed != nil && strings.HasPrefix(failed.Code, "oauth"):
		return reason(err) + e.said(err), nil
	case !e.Implicit() && e.speaksTLS(ctx):
		return "speaks TLS from the first byte on that port, and the url is for a port that begins without. Write", []string{e.url("s", e.Folder)}
	case failed != nil && failed.Code == "dial":
		return e.elsewhere(ctx, "does not answer: the host is wrong or away, or a firewall stands between")
	}
	return reason(err), nil
}

// reason is what the contract's error says, without its code.
func reason(err error) string {
	if failed, ok := errors.AsType[*channels.Error](err); ok && failed.Reason != "" {
		return failed.Reason
	}
	return err.Error()
}

// distrust says what is wrong with the server's TLS, "" where it is something else.
func (e *end) distrust(err error) (words string, lines []string) {
	if wrong, ok := errors.AsType[x509.HostnameError](err); ok {
		names := wrong.Certificate.DNSNames
		if len(names) == 0 {
			return "its certificate names no host at all: make one for " + e.Host(), nil
		}
		first := strings.TrimPrefix(names[0], "*.")
		words = fmt.Sprintf("its certificate is for %s, not for %s. Use a name that it is for, such as", list(names), e.Host())
		if first != names[0] {
			return words + " one below " + first, nil
		}
		return words, []string{e.urlAt(first)}
	}
	if unknown, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		c := unknown.Cert
		if c == nil || c.Issuer.String() == c.Subject.String() {
			return "its certificate signed itself, so anybody could have made it: get one from an authority, or make it known to this machine (update-ca-certificates)", nil
		}
		return "its certificate was signed by " + quoted(c.Issuer.CommonName) + ", who is not known here: let the mail server send the whole chain (fullchain.pem), or make the authority known to this machine (update-ca-certificates)", nil
	}
	if invalid, ok := errors.AsType[x509.CertificateInvalidError](err); ok {
		if c := invalid.Cert; invalid.Reason == x509.Expired && time.Now().Before(c.NotBefore) {
			return "its certificate begins only on " + c.NotBefore.UTC().Format(time.DateOnly) + ": look at the clock of this machine", nil
		} else if invalid.Reason == x509.Expired {
			return "its certificate ended on " + c.NotAfter.UTC().Format(time.DateOnly) + ": renew it, and let the mail server load it", nil
		}
		return "its certificate is not valid: make a new one", nil
	}
	if _, ok := errors.AsType[tls.RecordHeaderError](err); ok {
		return "does not begin with TLS on that port. Where it goes over to TLS later (STARTTLS), write", []string{e.url("", e.Folder)}
	}
	if alert, ok := errors.AsType[tls.AlertError](err); ok {
		return fmt.Sprintf("TLS did not come about (%v): the server must know TLS 1.2 or newer", alert), nil
	}
	if failed, ok := errors.AsType[*channels.Error](err); ok && failed.Code == "starttls" && failed.Kind == channels.Suspended {
		return "offers no TLS on that port, and passwords must not be read on the way. Switch TLS on there, or use the port where it begins with TLS", []string{e.urlOn("s", usual(e.protocol)[0])}
	}
	return "", nil
}

// usual are the ports of a protocol, the best first.
func usual(protocol string) []string {
	if protocol == "imap" {
		return []string{"993", "143"}
	}
	return []string{"465", "587"}
}

// elsewhere adds which of the usual ports is open.
func (e *end) elsewhere(ctx context.Context, words string) (string, []string) {
	if open := e.open(ctx, usual(e.protocol)); len(open) > 0 {
		s := ""
		if open[0] == usual(e.protocol)[0] {
			s = "s"
		}
		return words + "; the usual port " + open[0] + " is open. Write", []string{e.urlOn(s, open[0])}
	}
	return words + "; the usual ports " + strings.Join(usual(e.protocol), " and ") + " are closed too: look at the host's name, and whether its " + strings.ToUpper(e.protocol) + " runs", nil
}

// open are those of some ports that take a connection, in their order.
func (e *end) open(ctx context.Context, ports []string) []string {
	taken := make([]bool, len(ports))
	var all sync.WaitGroup
	for i, port := range ports {
		all.Go(func() {
			d := net.Dialer{Timeout: aside}
			if conn, err := d.DialContext(ctx, "tcp", net.JoinHostPort(e.Host(), port)); err == nil {
				taken[i] = conn.Close() == nil
			}
		})
	}
	all.Wait()
	var found []string
	for i, port := range ports {
		if taken[i] {
			found = append(found, port)
		}
	}
	return found
}

// speaksTLS tries whether the port begins with TLS. Whose certificate it is does not matter here: nothing is said.
func (e *end) speaksTLS(ctx context.Context) bool {
	d := tls.Dialer{NetDialer: &net.Dialer{Timeout: aside}, Config: &tls.Config{InsecureSkipVerify: true}}
	ctx, cancel := context.WithTimeout(ctx, aside)
	defer cancel()
	conn, err := d.DialContext(ctx, "tcp", e.Address())
	if err != nil {
		return false
	}
	conn.Close()
	return true
}

// isLogin reports whether a failure's code is about who we say to be.
func isLogin(code string) bool {
	first, _, _ := strings.Cut(code, " ")
	return slices.Contains([]string{"login", "auth", "454", "530", "534", "535", "538"}, first)
}

// hints are what servers say in refusing a login, and what they mean by it.
var hints = []struct {
	words *regexp.Regexp
	means string
}{
	{
		regexp.MustCompile(`(?i)application-specific password|app(lication)? password|InvalidSecondFactor`),
		"the account's own password is for people. Make an app password (at Google: the account's Security, 2-Step Verification, App passwords) and give that, or log in by OAuth",
	},
	{
		regexp.MustCompile(`(?i)web ?(browser|login)|WEBALERT|5\.7\.14`),
		"the provider wants to see a person first: log in to the mailbox in a browser, confirm what it asks, and try again",
	},
	{
		regexp.MustCompile(`(?i)not enabled for IMAP|IMAP (access )?(is )?(disabled|not enabled)`),
		"IMAP is switched off for the mailbox: switch it on in its settings, or let the administrator do so",
	},
	{
		regexp.MustCompile(`(?i)SmtpClientAuthentication is disabled|smtp_auth_disabled`),
		"Microsoft has SMTP switched off for the mailbox: in the Microsoft 365 admin center open Users, Active users, the mailbox, Mail, Manage email apps, and allow Authenticated SMTP",
	},
	{
		regexp.MustCompile(`(?i)basic auth(entication)? (is )?(disabled|not supported|blocked)|BasicAuthBlocked|5\.7\.30`),
		"Microsoft takes no passwords from programs here: log in by OAuth",
	},
	{
		regexp.MustCompile(`(?i)authenticated but not connected`),
		"the token is right, but not for this mailbox: the username must be the mailbox's address, and the program needs a right on it",
	},
	{
		regexp.MustCompile(`(?i)too many|rate limit|temporarily (blocked|locked)|try again later`),
		"it has seen too many logins: wait a quarter of an hour, and see that no other program uses an old password",
	},
	{
		regexp.MustCompile(`(?i:temporar|internal error|connection lost)|^login UNAVAILABLE|^454`),
		"it cannot tell now whether the password is right: look into the mail server's own log",
	},
	{
		regexp.MustCompile(`(?i)plaintext|non-secure|encryption required|must issue a STARTTLS`),
		"it takes no password without TLS: use the port that begins with TLS",
	},
}

// loginRefused says what the refusal of a login means.
func (e *end) loginRefused(err error) (string, []string) {
	words := wire.Words(err)
	failed, _ := errors.AsType[*channels.Error](err)
	for _, h := range hints {
		if h.words.MatchString(failed.Code + " " + words) {
			return "refuses the login: " + h.means + e.said(err), nil
		}
	}
	switch {
	case e.Tokens != nil || words == "" && (failed.Code == "auth" || failed.Code == "login"):
		return reason(err) + e.said(err), nil
	case strings.Contains(failed.Code, "PRIVACYREQUIRED"):
		return "takes no password without TLS. Write", []string{e.urlOn("s", usual(e.protocol)[0])}
	}
	advice := "look at " + e.protocol + ".username and its password"
	host := strings.ToLower(e.Host())
	switch {
	case strings.HasSuffix(host, ".gmail.com") || strings.HasSuffix(host, ".googlemail.com") || strings.HasSuffix(host, ".google.com"):
		advice += "; Google takes app passwords alone, which an account with 2-Step Verification can make, or OAuth"
	case strings.HasSuffix(host, ".office365.com") || strings.HasSuffix(host, ".outlook.com"):
		advice += "; Microsoft takes no passwords for IMAP: log in by OAuth"
	case !strings.Contains(e.Username, "@"):
		advice += "; many servers want the whole address as the username"
	}
	return "refuses the login: " + advice + e.said(err), nil
}

// mailAddress is what may be an address in a server's words.
var mailAddress = regexp.MustCompile(`[^\s<>"'(),;:]+@[^\s<>"'(),;:]+`)

// longestWords is how many characters of a server's words are shown.
const longestWords = 200

// said are the server's own words, for who knows them; whom they name is taken out.
func (e *end) said(err error) string {
	words := strings.Join(strings.Fields(channels.Clean(wire.Words(err))), " ")
	words = mailAddress.ReplaceAllString(words, "…")
	for _, secret := range []string{e.Password, e.Username} {
		if secret != "" {
			words = strings.ReplaceAll(words, secret, "…")
		}
	}
	if runes := []rune(words); len(runes) > longestWords {
		words = string(runes[:longestWords]) + "…"
	}
	if words == "" {
		return ""
	}
	return "; it says " + quoted(words)
}

func quoted(text string) string { return `"` + strings.ReplaceAll(text, `"`, "'") + `"` }

// list shows some of them.
func list(all []string) string {
	const most = 12
	if len(all) > most {
		return fmt.Sprintf("%s and %d more", strings.Join(all[:most], ", "), len(all)-most)
	}
	return strings.Join(all, ", ")
}
