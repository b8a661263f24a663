package twilio

import (
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"testing"

	"github.com/twilio/twilio-go/client"
)

// The first vector is Twilio's own, of https://www.twilio.com/docs/usage/security#validating-requests; that of a
// repeated key is its Python library's rule (each different value, sorted) worked out by hand.
func TestSignature(t *testing.T) {
	const token, address = "12345", "https://mycompany.com/myapp.php?foo=1&bar=2"
	const body = "CallSid=CA1234567890ABCDE&Caller=%2B14158675309&Digits=1234&From=%2B14158675309&To=%2B18005551212"
	const published = "RSOYDt4T1cUTdK1PDd93/VVr8B8="
	repeated := sign(token, "https://mycompany.com/m"+"A1A2B3", nil) // the text that is signed, spelt out
	sum := sha256.Sum256([]byte(`{"a":1}`))
	hashed := "https://mycompany.com/m?bodySHA256=" + hex.EncodeToString(sum[:])
	for _, c := range []struct {
		name, address, body, signature string
		want                           bool
	}{
		{"published", address, body, published, true},
		{"other order", address, "To=%2B18005551212&Digits=1234&From=%2B14158675309&Caller=%2B14158675309&CallSid=CA1234567890ABCDE", published, true},
		{"changed value", address, body + "1", published, false},
		{"one key more", address, body + "&X=1", published, false},
		{"other query", "https://mycompany.com/myapp.php?foo=1&bar=3", body, published, false},
		{"no query", "https://mycompany.com/myapp.php", body, published, false},
		{"empty signature", address, body, "", false},
		{"port that Twilio left out", "https://mycompany.com:443/myapp.php?foo=1&bar=2", body, published, true},
		{"port that Twilio named", "https://mycompany.com/m", "A=1", sign(token, "https://mycompany.com:443/mA1", nil), true},
		{"a port of our own", "https://mycompany.com:8443/m", "A=1", sign(token, "https://mycompany.com:8443/mA1", nil), true},
		{"behind a proxy, port left out", "https://mycompany.com:8443/m", "A=1", sign(token, "https://mycompany.com/mA1", nil), true},
		{"repeated key", "https://mycompany.com/m", "A=2&B=3&A=1", repeated, true},
		{"repeated key and value", "https://mycompany.com/m", "A=2&A=1&B=3&A=2", repeated, true},
		{"first value only", "https://mycompany.com/m", "A=1&A=2&B=3", sign(token, "https://mycompany.com/mA1B3", nil), false},
		{"unreadable form", "https://mycompany.com/m", "A=%zz", sign(token, "https://mycompany.com/m", nil), false},
		{"body by its hash", hashed, `{"a":1}`, sign(token, hashed, nil), true},
		{"another body", hashed, `{"a":2}`, sign(token, hashed, nil), false},
	} {
		if got := genuine(token, c.address, []byte(c.body), c.signature); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

func FuzzSignatureAgreesWithLibrary(f *testing.F) {
	f.Add("Body=halo&From=%2B62812", "k=1")
	f.Add("A=%F0%9F%98%80&b=", "")
	f.Fuzz(func(t *testing.T, body, query string) {
		form, err := url.ParseQuery(body)
		if err != nil {
			return
		}
		u := url.URL{Scheme: "https", Host: "lapor.example.go.id", Path: "/channels/sms", RawQuery: url.QueryEscape(query)}
		params := map[string]string{}
		for k, v := range form {
			if len(v) > 1 {
				return // where the library is wrong
			}
			params[k] = v[0]
		}
		signature := sign("12345", u.String(), form)
		library := client.NewRequestValidator("12345")
		if !library.Validate(u.String(), params, signature) {
			t.Fatal("twilio-go refuses our signature")
		}
		if !genuine("12345", u.String(), []byte(body), signature) {
			t.Fatal("we refuse our own")
		}
	})
}
