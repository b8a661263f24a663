package email

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"regexp"
	"slices"
	"strings"

	"tanggap/channels"
)

// macLength is how many characters of the HMAC stand in a Message-ID: 80 bits.
const macLength = 16

var macAlphabet = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

var ourShape = regexp.MustCompile(`^([a-z0-9-]{1,40})\.([a-z2-7]{16})@(.+)$`)

// namer makes the Message-IDs of one mailbox, and knows them again.
type namer struct {
	account string // "" for our own
	domain  string // of the mailbox's address, which they carry
	key     []byte // of their HMAC
}

// newNamer keeps the Message-IDs of two mailboxes apart even under one secret.
func newNamer(account, address, secret string) namer {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte("message-id of " + address))
	return namer{account, address[strings.LastIndexByte(address, '@')+1:], mac.Sum(nil)}
}

// messageID is the Message-ID, without brackets, of the message with this key: the same on every
// attempt, and beyond guessing for who has not received it.
func (n namer) messageID(key string) string {
	return key + "." + n.mac(key) + "@" + n.domain
}

func (n namer) mac(key string) string {
	mac := hmac.New(sha256.New, n.key)
	mac.Write([]byte(key))
	return macAlphabet.EncodeToString(mac.Sum(nil))[:macLength]
}

// ours reads id as one of our Message-IDs: genuine is whether we made it, shaped whether it pretends to.
func (n namer) ours(id string) (key string, genuine, shaped bool) {
	m := ourShape.FindStringSubmatch(strings.ToLower(id))
	if m == nil || m[3] != n.domain {
		return "", false, false
	}
	return m[1], hmac.Equal([]byte(m[2]), []byte(n.mac(m[1]))), true
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
		sibling := slices.IndexFunc(a.kin, func(n namer) bool { _, genuine, _ := n.ours(id); return genuine })
		switch {
		case genuine:
			add(&believed, a.messageID(key))
		case sibling >= 0:
			key, _, _ := a.kin[sibling].ours(id)
			add(&believed, channels.Of(a.kin[sibling].account, a.kin[sibling].messageID(key)))
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
