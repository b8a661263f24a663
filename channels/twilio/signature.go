package twilio

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"maps"
	"net/url"
	"slices"
	"strings"
)

// genuine reports whether Twilio signed the call of address with body, as
// https://www.twilio.com/docs/usage/security#validating-requests says. twilio-go's own validator is not
// used: it looks at the first value of a repeated key only, where Twilio signs them all.
func genuine(token, address string, body []byte, signature string) bool {
	u, err := url.Parse(address)
	if err != nil || signature == "" {
		return false
	}
	var form url.Values
	if sum := u.Query().Get("bodySHA256"); sum != "" { // a body that is no form is signed by its hash
		own := sha256.Sum256(body)
		if subtle.ConstantTimeCompare([]byte(hex.EncodeToString(own[:])), []byte(strings.ToLower(sum))) != 1 {
			return false
		}
	} else if form, err = url.ParseQuery(string(body)); err != nil {
		return false
	}
	ok := 0
	for _, candidate := range []string{address, withPort(u), withoutPort(u)} {
		ok |= subtle.ConstantTimeCompare([]byte(sign(token, candidate, form)), []byte(signature))
	}
	return ok == 1
}

// sign is Twilio's signature: of the address followed by each key and value of the form, sorted by key; of
// a key that is repeated each different value, sorted, with the key before it, as Twilio's libraries for
// Python, Node and PHP do.
func sign(token, address string, form url.Values) string {
	mac := hmac.New(sha1.New, []byte(token))
	mac.Write([]byte(address))
	for _, key := range slices.Sorted(maps.Keys(form)) {
		values := slices.Clone(form[key])
		slices.Sort(values)
		for _, value := range slices.Compact(values) {
			mac.Write([]byte(key + value))
		}
	}
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// withPort and withoutPort are u with the scheme's own port named and not: Twilio is of two minds.
func withPort(u *url.URL) string {
	c, port := *u, "443"
	if u.Scheme != "https" {
		port = "80"
	}
	if u.Port() == "" {
		c.Host += ":" + port
	}
	return c.String()
}

func withoutPort(u *url.URL) string {
	c := *u
	c.Host = strings.TrimSuffix(u.Host, ":"+u.Port())
	return c.String()
}
