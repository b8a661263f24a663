package gateway

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// delivery is one call of the gateway: the fields of its body and its query.
type delivery struct {
	secret  string
	fields  url.Values
	json    any
	raw     []byte // what was delivered, without the secret
	rawType string
}

// read takes a call apart. A body that is neither form nor JSON has no fields; that is for the quarantine.
func read(r *http.Request, body []byte, secretField string) delivery {
	query := parse(r.URL.RawQuery)
	d := delivery{fields: query, raw: []byte(without(r.URL.RawQuery, secretField)), rawType: "application/x-www-form-urlencoded"}
	if len(body) > 0 {
		d.raw, d.rawType = body, r.Header.Get("Content-Type")
		switch first := bytes.TrimLeft(body, " \r\n\t"); {
		case strings.Contains(d.rawType, "json") || len(first) > 0 && (first[0] == '{' || first[0] == '['):
			decoder := json.NewDecoder(bytes.NewReader(body))
			decoder.UseNumber()
			if decoder.Decode(&d.json) != nil {
				d.json = nil
			}
		case d.rawType == "" || strings.HasPrefix(d.rawType, "application/x-www-form-urlencoded"):
			for k, v := range parse(string(body)) {
				d.fields[k] = append(v, d.fields[k]...)
			}
			d.raw = []byte(without(string(body), secretField))
		}
	}
	if d.rawType == "" {
		d.rawType = "application/octet-stream"
	}
	if len(d.raw) == 0 {
		d.raw = []byte("\n")
	}
	d.secret = d.get(secretField)
	return d
}

// parse is url.ParseQuery that keeps what it can read.
func parse(s string) url.Values {
	v, _ := url.ParseQuery(s)
	return v
}

// without is a query or form as it came but for one key.
func without(s, key string) string {
	if key == "" {
		return s
	}
	pairs := strings.Split(s, "&")
	return strings.Join(slices.DeleteFunc(pairs, func(pair string) bool {
		k, _, _ := strings.Cut(pair, "=")
		name, err := url.QueryUnescape(k)
		return err == nil && name == key
	}), "&")
}

// get is the field's value; "" where there is none, or no name for it.
func (d delivery) get(field string) string {
	v, _ := d.find(field)
	return v
}

func (d delivery) find(field string) (string, bool) {
	if field == "" {
		return "", false
	}
	at := d.json
	for _, key := range strings.Split(field, ".") {
		object, ok := at.(map[string]any)
		if !ok {
			at = nil
			break
		}
		at = object[key]
	}
	switch v := at.(type) {
	case string:
		return v, true
	case json.Number:
		return v.String(), true
	case bool:
		return strconv.FormatBool(v), true
	}
	return d.fields.Get(field), d.fields.Has(field)
}

// clock reads a time as the gateway writes it; zero where it cannot.
func clock(value, format string) time.Time {
	switch format {
	case "", "ms":
		n, err := strconv.ParseInt(value, 10, 64)
		if err != nil || n <= 0 {
			return time.Time{}
		}
		if format == "ms" {
			return time.UnixMilli(n).UTC()
		}
		return time.Unix(n, 0).UTC()
	}
	at, err := time.Parse(format, value)
	if err != nil {
		return time.Time{}
	}
	return at.UTC()
}
