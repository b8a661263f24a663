package gateway

import (
	"encoding/json"
	"html"
	"net/url"
	"regexp"
	"strings"
)

// placeholder is what a template may hold.
var placeholder = regexp.MustCompile(`\{[a-z_]+\}`)

var placeholders = []string{"{to}", "{from}", "{text}", "{key}", "{username}", "{password}", "{coding}", "{smsc}", "{status_url}"}

// fill puts values into a template, each escaped.
func fill(template string, values map[string]string, escape func(string) string) string {
	return placeholder.ReplaceAllStringFunc(template, func(name string) string {
		return escape(values[name])
	})
}

// escapeFor is how a value is written in a body of a media type.
func escapeFor(contentType string) func(string) string {
	switch {
	case strings.Contains(contentType, "json"):
		return jsonString
	case strings.Contains(contentType, "xml"):
		return html.EscapeString
	case strings.Contains(contentType, "x-www-form-urlencoded"):
		return url.QueryEscape
	}
	return func(s string) string { return s }
}

// jsonString is s between the quotation marks of a JSON string.
func jsonString(s string) string {
	b, _ := json.Marshal(s) // no string is beyond it
	return string(b[1 : len(b)-1])
}

// headerValue keeps a value on one line of a header.
func headerValue(s string) string { return strings.NewReplacer("\r", "", "\n", "").Replace(s) }
