package main

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"tanggap/channels/email/oauth"
	"tanggap/internal/config"
	"tanggap/internal/sim"
)

// consent runs the command beside an owner whose browser opens the page that it names, and who pastes what
// change makes of the address it ends on.
func consent(t *testing.T, p *sim.Tokens, change func(string) string, more ...string) (status int, out, told string) {
	t.Helper()
	fromOwner, toCommand := io.Pipe()
	fromCommand, toOwner := io.Pipe()
	var heard, printed bytes.Buffer
	owner := make(chan struct{})
	go func() {
		defer close(owner)
		page, buf := regexp.MustCompile(`(?m)^http\S+$`), make([]byte, 4096)
		for page.Find(heard.Bytes()) == nil {
			n, err := fromCommand.Read(buf)
			if err != nil {
				return
			}
			heard.Write(buf[:n])
		}
		go io.Copy(io.Discard, fromCommand)
		browser := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
		res, err := browser.Get(string(page.Find(heard.Bytes())))
		if err != nil {
			t.Error(err)
			return
		}
		res.Body.Close()
		io.WriteString(toCommand, change(res.Header.Get("Location"))+"\n")
	}()
	args := append([]string{"mailbox", "consent", "--provider", "other", "--client-id", "tanggap", "--token-url", p.URL("token"), "--consent-url", p.URL("consent")}, more...)
	status = run(context.Background(), args, fromOwner, &printed, io.MultiWriter(toOwner))
	toOwner.Close()
	<-owner
	return status, printed.String(), heard.String()
}

func TestMailboxConsent(t *testing.T) {
	p := sim.NewTokens(sim.TokensOptions{ClientID: "tanggap", ClientSecret: "rahasia", Expires: time.Hour})
	t.Cleanup(p.Close)
	dir := t.TempDir()
	secret, saved := filepath.Join(dir, "secret"), filepath.Join(dir, "token")
	if err := os.WriteFile(secret, []byte("rahasia\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	whole := func(address string) string { return address }
	status, out, told := consent(t, p, whole, "--client-secret-file", secret, "--save", saved)
	if status != done || out != "" {
		t.Fatalf("status %d, printed %q", status, out)
	}
	token, err := os.ReadFile(saved)
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(saved); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file's rights are %v, %v", info.Mode(), err)
	}
	if strings.Contains(told, strings.TrimSpace(string(token))) || strings.Contains(told, "rahasia") {
		t.Error("a secret was told")
	}
	source, err := oauth.New(oauth.Config{Provider: "other", ClientID: "tanggap", ClientSecret: "rahasia", RefreshToken: strings.TrimSpace(string(token)), TokenURL: p.URL("token")}, nil, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := source.Token(t.Context()); err != nil {
		t.Errorf("the refresh token gets no access token: %v", err)
	}
	for what, change := range map[string]func(string) string{
		"another question's answer": func(a string) string { return strings.Replace(a, "state=", "state=x", 1) },
		"a wrong code":              func(a string) string { return strings.Replace(a, "code=", "code=x", 1) },
		"nothing":                   func(string) string { return "" },
	} {
		if status, out, _ := consent(t, p, change, "--client-secret-file", secret); status != failed || out != "" {
			t.Errorf("%s: status %d, printed %q", what, status, out)
		}
	}
}

// The configurations of the guide are such as the program takes.
func TestTheOAuthGuidesConfigurations(t *testing.T) {
	guide, err := os.ReadFile("../../docs/oauth.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := regexp.MustCompile("(?s)```toml\n(.*?)```").FindAllStringSubmatch(string(guide), -1)
	if len(blocks) != 2 {
		t.Fatalf("the guide has %d configurations, want Google's and Microsoft's", len(blocks))
	}
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	head, _, _ := strings.Cut(blocks[0][1], "[channels.mail.oauth]")
	for _, text := range []string{blocks[0][1], head + blocks[1][1]} {
		text = "[database]\nurl = \"sqlite:x.db\"\n[attachments]\nurl = \"file:x\"\n[city]\npack = \"jakarta\"\n" + regexp.MustCompile(`"/(?:etc|var)/[^"]*"`).ReplaceAllString(text, `"`+secret+`"`)
		c, err := config.Parse("guide", []byte(text), nil)
		if err != nil {
			t.Fatal(err)
		}
		if len(c.Accounts) != 1 {
			t.Errorf("%d accounts", len(c.Accounts))
		}
	}
}
