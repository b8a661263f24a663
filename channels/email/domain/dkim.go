package domain

import (
	"context"
	"fmt"
	"strings"

	"tanggap/channels"
)

// lookDKIM holds the key that we sign with to the one that others find.
func lookDKIM(ctx context.Context, z *zone, name string, box Mailbox) []channels.Finding {
	f := channels.Finding{Subject: "DKIM", Grade: channels.Fine}
	if box.Key == nil {
		f.Grade = channels.Doubtful
		f.Detail = "tanggap does not sign, the mail server may; with what, the DNS does not tell. Send one through the account to its own address, and see"
		if p := providerOf(box.SMTPHost); p != nil {
			f.Detail += "; " + p.name + " signs for your domain when that is switched on in " + p.dkim
		}
		return []channels.Finding{f}
	}
	at, wanted := fold(box.Key.Name), box.Key.Record
	texts, err := z.texts(ctx, at)
	var keys []map[string]string
	for _, text := range texts {
		if t, ok := tags(text); ok && (t["v"] == "" || t["v"] == "DKIM1") {
			if _, ok := t["p"]; ok {
				keys = append(keys, t)
			}
		}
	}
	if err == errSilent {
		f.Grade, f.Detail = channels.Doubtful, "cannot be told: no answer from DNS"
		return []channels.Finding{readable(f, wanted)}
	}
	f.Grade, f.Lines = channels.Wrong, []string{record(at, wanted)}
	switch {
	case len(keys) == 0:
		f.Detail = at + " has no key: our signatures cannot be checked. Add"
	case len(keys) > 1:
		f.Detail = fmt.Sprintf("%s has %d keys, and others may take the wrong one: leave", at, len(keys))
	case keys[0]["p"] == "":
		f.Detail = at + " says that the key was withdrawn. Make a new key and selector, or write"
	case strings.Join(strings.Fields(keys[0]["p"]), "") != parameter(wanted, "p") || kind(keys[0]) != parameter(wanted, "k"):
		f.Detail = at + " holds another key than the one that we sign with: our signatures fail. Write"
	case excludes(keys[0]["h"], "sha256") || excludes(keys[0]["s"], "email"):
		f.Detail = at + " does not allow its key for our signatures (h or s). Write"
	default:
		f.Grade, f.Lines = channels.Fine, nil
		f.Detail = at + " holds the key that we sign with"
		if strings.Contains(":"+keys[0]["t"]+":", ":y:") {
			f.Grade, f.Lines = channels.Doubtful, []string{record(at, wanted)}
			f.Detail += ", but is marked as a test (t=y), which some take for no signature. Write"
		}
	}
	return []channels.Finding{readable(f, wanted)}
}

// kind of a key; RSA goes without saying.
func kind(t map[string]string) string {
	if t["k"] == "" {
		return "rsa"
	}
	return t["k"]
}

// excludes reports whether a list with colons names others, and not this.
func excludes(list, this string) bool {
	list = strings.ReplaceAll(list, " ", "")
	return list != "" && !strings.Contains(":"+list+":", ":"+this+":") && !strings.Contains(":"+list+":", ":*:")
}

func parameter(text, name string) string {
	t, _ := tags(text)
	return t[name]
}

// readable adds what is to be said about the key itself.
func readable(f channels.Finding, wanted string) channels.Finding {
	if parameter(wanted, "k") == "ed25519" {
		if f.Grade == channels.Fine {
			f.Grade = channels.Doubtful
		}
		f.Detail += "; not every receiver checks Ed25519: sign with RSA"
	}
	return f
}
