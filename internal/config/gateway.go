package config

import "strings"

// Gateway is SMS by HTTP through the city's own gateway. A preset fills in how the gateway talks; the
// other keys say what is the account's own, or override the preset.
type Gateway struct {
	Preset   string `toml:"preset,required"`
	SendURL  string `toml:"send_url,required"`
	Username string `toml:"username"`
	Password Secret `toml:"password"`
	From     string `toml:"from,required"`
	Secret   Secret `toml:"secret,required"` // of the calls that the gateway makes to us
}

// Presets are the gateways that we know how to talk to.
func Presets() []string { return []string{"kannel", "android", "jasmin"} }

// Type is "sms-gateway".
func (*Gateway) Type() string { return "sms-gateway" }

// Called is true.
func (*Gateway) Called() bool { return true }

func (g *Gateway) check(d *decoder, path string) {
	if g.SendURL != "" && !strings.HasPrefix(g.SendURL, "http://") && !strings.HasPrefix(g.SendURL, "https://") {
		d.fail(join(path, "send_url"), "is no http:// or https:// URL")
	}
}
