package email

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"regexp"
	"slices"
	"strings"
)

// macLength is how many characters of the HMAC stand in a Message-ID: 80 bits.
const macLength = 16

var macAlphabet = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

var ourShape = regexp.MustCompile(`^([a-z0-9-]{1,40})\.([a-z2-7]{16})@(.+)$`)

// messageID is the Message-ID, without brackets, of the message with this key: the same on every
// attempt, and beyond guessing for who has not received it.
func (a *Adapter) messageID(key string) string {
	return key + "." + a.mac(key) + "@" + a.domain
}

func (a *Adapter) mac(key string) string {
	mac := hmac.New(sha256.New, a.key)
	mac.Write([]byte(key))
	return macAlphabet.EncodeToString(mac.Sum(nil))[:macLength]
}

// ours reads id as one of our Message-IDs: genuine is whether we made it, shaped whether it pretends to.
func (a *Adapter) ours(id string) (key string, genuine, shaped bool) {
	m := ourShape.FindStringSubmatch(strings.ToLower(id))
	if m == nil || m[3] != a.domain {
		return "", false, false
	}
	return m[1], hmac.Equal([]byte(m[2]), []byte(a.mac(m[1]))), true
}

// thread keeps of ids those that may be believed. A Message-ID that looks like ours and is not is a forger's, or
// somebody's who copied only half of it: what it claims to be is for staff to see.
func (a *Adapter) thread(ids []string) (believed, claimed []string) {
	add := func(to *[]string, id string) {
		if !slices.Contains(*to, id) {
			*to = append(*to, id)
		}
	}
	for _, id := range ids {
		key, genuine, shaped := a.ours(id)
		switch {
		case genuine:
			add(&believed, a.messageID(key))
		case shaped:
			add(&claimed, a.messageID(key))
		default:
			add(&believed, id)
			if key, domain, _ := strings.Cut(strings.ToLower(id), "@"); domain == a.domain && goodKey.MatchString(key) {
				add(&claimed, a.messageID(key))
			}
		}
	}
	return believed, claimed
}
