package oauth

import (
	"errors"
	"net"
	"net/url"
	"regexp"
	"slices"
)

// Provider is who gives out tokens, and where its mail servers are.
type Provider struct {
	TokenURL   string
	ConsentURL string // where a person agrees, in a browser
	Scope      string // asked for there; "" leaves it to the provider
	OwnScope   string // of the program's own access (client credentials); "" where there is none
	IMAP, SMTP string // URLs, "" where they are not known
}

// Names are the providers that Config.Provider may name.
func Names() []string { return []string{"google", "microsoft", "other"} }

// tenantName is a domain or an id: it stands in a path.
var tenantName = regexp.MustCompile(`^[A-Za-z0-9.-]{1,255}$`)

// provider looks one up. What c says itself comes first; "other" has nothing but that.
func provider(c Config) (Provider, error) {
	if !slices.Contains(Names(), c.Provider) {
		return Provider{}, errors.New("provider is none of google, microsoft, other")
	}
	var p Provider
	switch c.Provider {
	case "google":
		// developers.google.com/workspace/gmail/imap/xoauth2-protocol, and …/identity/protocols/oauth2/native-app
		p = Provider{
			TokenURL:   "https://oauth2.googleapis.com/token",
			ConsentURL: "https://accounts.google.com/o/oauth2/v2/auth",
			Scope:      "https://mail.google.com/",
			IMAP:       "imaps://imap.gmail.com:993/INBOX",
			SMTP:       "smtps://smtp.gmail.com:465",
		}
	case "microsoft":
		// learn.microsoft.com/exchange/client-developer/legacy-protocols/how-to-authenticate-an-imap-pop-smtp-application-by-using-oauth
		if !tenantName.MatchString(c.Tenant) {
			return Provider{}, errors.New("tenant is missing: the directory's id or domain")
		}
		login := "https://login.microsoftonline.com/" + c.Tenant + "/oauth2/v2.0/"
		p = Provider{
			TokenURL:   login + "token",
			ConsentURL: login + "authorize",
			Scope:      "https://outlook.office.com/IMAP.AccessAsUser.All https://outlook.office.com/SMTP.Send offline_access",
			OwnScope:   "https://outlook.office365.com/.default",
			IMAP:       "imaps://outlook.office365.com:993/INBOX",
			SMTP:       "smtp://smtp.office365.com:587",
		}
	}
	if c.TokenURL != "" {
		p.TokenURL = c.TokenURL
	}
	if c.ConsentURL != "" {
		p.ConsentURL = c.ConsentURL
	}
	if c.Scope != "" {
		p.Scope, p.OwnScope = c.Scope, c.Scope
	}
	return p, nil
}

// closed reports whether nobody can listen on the way to a URL.
func closed(raw string) bool {
	u, err := url.Parse(raw)
	if err != nil || u.Hostname() == "" || u.User != nil {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return u.Scheme == "https" || u.Scheme == "http" && (u.Hostname() == "localhost" || ip != nil && ip.IsLoopback())
}
