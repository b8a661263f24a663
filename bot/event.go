package bot

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strconv"
)

// fields is the data of an event in the making: flat JSON, of ids and hashes and never of texts.
type fields struct{ b []byte }

func (f fields) key(k string) fields {
	if len(f.b) == 0 {
		f.b = append(make([]byte, 0, 160), '{')
	} else {
		f.b = append(f.b, ',')
	}
	f.b = append(f.b, '"')
	f.b = append(f.b, k...)
	f.b = append(f.b, '"', ':')
	return f
}

// text adds a value, unless it is empty.
func (f fields) text(k, v string) fields {
	if v == "" {
		return f
	}
	f = f.key(k)
	for i := range len(v) {
		if c := v[i]; c < ' ' || c == '"' || c == '\\' || c >= 0x7f {
			quoted, err := json.Marshal(v)
			if err != nil {
				quoted = []byte(`""`) // a string always marshals
			}
			f.b = append(f.b, quoted...)
			return f
		}
	}
	f.b = append(f.b, '"')
	f.b = append(f.b, v...)
	f.b = append(f.b, '"')
	return f
}

// hash adds a text as its SHA-256, unless it is empty: the chain of events stays valid when the text
// is erased.
func (f fields) hash(k, text string) fields {
	if text == "" {
		return f
	}
	sum := sha256.Sum256([]byte(text))
	return f.text(k, hex.EncodeToString(sum[:]))
}

func (f fields) number(k string, n int) fields {
	if n == 0 {
		return f
	}
	f = f.key(k)
	f.b = strconv.AppendInt(f.b, int64(n), 10)
	return f
}

func (f fields) flag(k string, v bool) fields {
	if !v {
		return f
	}
	f = f.key(k)
	f.b = append(f.b, "true"...)
	return f
}

func (f fields) share(k string, v float64) fields {
	f = f.key(k)
	f.b = strconv.AppendFloat(f.b, v, 'f', 3, 64)
	return f
}

func (f fields) json() json.RawMessage {
	if len(f.b) == 0 {
		return nil
	}
	return append(f.b, '}')
}
