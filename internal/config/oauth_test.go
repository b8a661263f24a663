package config

import (
	"os"
	"path/filepath"
	"testing"
)

// A refresh token that a provider replaces is written back to where it came from, and nowhere else.
func TestASecretIsReplacedInItsFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(file, []byte("old\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	load := func(env ...string) Secret {
		t.Helper()
		c, err := Parse("c.toml", []byte(minimal+`[channels.m]
type = "email"
address = "a@example.go.id"
reply_secret = "k"
[channels.m.oauth]
provider = "google"
client_id = "x"
refresh_token_file = "`+file+`"
`), env)
		if err != nil {
			t.Fatal(err)
		}
		return c.Accounts[0].Channel.(*Email).OAuth.RefreshToken
	}
	before := load()
	if err := load().Replace("new"); err != nil {
		t.Fatal(err)
	}
	if before.Reveal() != "old" || before.Newest() != "new" || NewSecret("old").Newest() != "" {
		t.Errorf("a secret read before is %q, its file holds %q", before.Reveal(), before.Newest())
	}
	if got := load().Reveal(); got != "new" {
		t.Errorf("the file holds %q", got)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file's rights are %v, %v", info.Mode(), err)
	}
	if left, err := os.ReadDir(filepath.Dir(file)); err != nil || len(left) != 1 {
		t.Errorf("%d files are left, %v", len(left), err)
	}
	if err := load("TANGGAP_CHANNELS_M_OAUTH_REFRESH_TOKEN=direct").Replace("new"); err == nil {
		t.Error("a secret from the environment was replaced in a file")
	}
}
