package staff

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"

	"golang.org/x/crypto/argon2"
)

// The cost of a password: OWASP's Password Storage Cheat Sheet names 19 MiB, 2 passes, 1 lane for
// argon2id.
const (
	argonMemory = 19 << 10 // KiB
	argonPasses = 2
	argonLanes  = 1
	argonKey    = 32
)

// hashing bounds how many passwords are hashed at once, and so the memory that strangers can make us use.
var hashing = make(chan struct{}, 2)

// hashPassword returns the password's hash in PHC form.
func hashPassword(ctx context.Context, password string) (string, error) {
	salt := make([]byte, 16)
	_, _ = rand.Read(salt) // never fails (crypto/rand, Go 1.24)
	key, err := stretch(ctx, password, salt, argonMemory, argonPasses, argonLanes)
	if err != nil {
		return "", err
	}
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, argonMemory, argonPasses, argonLanes, b64.EncodeToString(salt), b64.EncodeToString(key)), nil
}

func stretch(ctx context.Context, password string, salt []byte, memory, passes uint32, lanes uint8) ([]byte, error) {
	select {
	case hashing <- struct{}{}:
		defer func() { <-hashing }()
		return argon2.IDKey([]byte(password), salt, passes, memory, lanes, argonKey), nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// passwordFits compares a password with a hash in PHC form. A hash that is none, or "", costs as much and
// fits nothing, so that the time tells nobody whether a login exists.
func passwordFits(ctx context.Context, hash, password string) (bool, error) {
	var version int
	var memory, passes uint32
	var lanes uint8
	salt, want := make([]byte, 16), []byte(nil)
	fields := strings.Split(hash, "$")
	if len(fields) == 6 && fields[1] == "argon2id" {
		fmt.Sscanf(fields[2], "v=%d", &version)
		fmt.Sscanf(fields[3], "m=%d,t=%d,p=%d", &memory, &passes, &lanes)
		b64 := base64.RawStdEncoding
		s, err1 := b64.DecodeString(fields[4])
		k, err2 := b64.DecodeString(fields[5])
		if err1 == nil && err2 == nil {
			salt, want = s, k
		}
	}
	usable := version == argon2.Version && memory > 0 && memory <= 1<<20 && passes > 0 && lanes > 0 && len(want) == argonKey
	if !usable {
		memory, passes, lanes = argonMemory, argonPasses, argonLanes
	}
	key, err := stretch(ctx, password, salt, memory, passes, lanes)
	if err != nil {
		return false, err
	}
	return usable && subtle.ConstantTimeCompare(key, want) == 1, nil
}
