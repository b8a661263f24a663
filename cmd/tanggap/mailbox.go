package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"tanggap/channels/email/oauth"
)

// mailboxCommand is what an administrator does for a mailbox once.
type mailboxCommand struct {
	Consent mailboxConsent `cmd:"" help:"Ask the owner of a mailbox at Google or Microsoft for a refresh token."`
	Past    mailboxPast    `cmd:"" help:"Say what is to become of mail from before the first start, and look how far that is."`
}

// mailboxConsent needs no configuration: what it gets is a part of one.
type mailboxConsent struct {
	Provider         string `required:"" help:"google, microsoft, or other with --token-url and --consent-url."`
	Tenant           string `help:"Of Microsoft: the directory's id or domain."`
	ClientID         string `required:"" help:"The program, as it is registered there."`
	ClientSecretFile string `placeholder:"FILE" help:"Its secret, where it has one."`
	Address          string `help:"The mailbox, so that the provider asks its owner."`
	Scope            string `help:"Instead of the provider's own for IMAP and SMTP."`
	TokenURL         string `help:"Of other."`
	ConsentURL       string `help:"Of other."`
	Save             string `placeholder:"FILE" help:"Write the refresh token there, for refresh_token_file, and not to standard output."`
}

// Run asks, and waits for the address that the browser ends on.
func (c mailboxConsent) Run(ctx context.Context, s streams) error {
	secret := ""
	if c.ClientSecretFile != "" {
		text, err := os.ReadFile(c.ClientSecretFile)
		if err != nil {
			return &usageError{err}
		}
		secret = strings.TrimRight(string(text), "\r\n")
	}
	q, err := oauth.Begin(oauth.Config{
		Provider: c.Provider, Tenant: c.Tenant, ClientID: c.ClientID, ClientSecret: secret,
		TokenURL: c.TokenURL, ConsentURL: c.ConsentURL, Scope: c.Scope,
	}, nil)
	if err != nil {
		return &usageError{err}
	}
	fmt.Fprintf(s.Err, "Open this page in a browser, on any machine, log in as the mailbox's owner, and agree:\n\n%s\n\n"+
		"The browser then goes to a page at localhost, which does not open: that is right. Copy its whole address, paste it here, and press Enter:\n", q.Page(c.Address))
	line, err := bufio.NewReader(io.LimitReader(s.In, 1<<16)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	token, err := q.Finish(ctx, line)
	if err != nil {
		return err
	}
	if c.Save == "" {
		_, err = fmt.Fprintln(s.Out, token)
		return err
	}
	if err := saveSecret(c.Save, token); err != nil {
		return err
	}
	fmt.Fprintf(s.Err, "tanggap: %s holds the refresh token; a server whose refresh_token_file it is takes it by itself\n", c.Save)
	return nil
}

// saveSecret writes a file that nobody else may read, all of it or nothing.
func saveSecret(name, value string) error {
	f, err := os.CreateTemp(filepath.Dir(name), filepath.Base(name)+".new*") // 0600
	if err != nil {
		return err
	}
	_, err = f.WriteString(value + "\n")
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		os.Remove(f.Name())
	}
	return err
}
