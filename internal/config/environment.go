package config

import (
	"maps"
	"slices"
	"strings"
)

// variable is the environment variable that overrides the key at path.
func variable(path string) string {
	return "TANGGAP_" + strings.ToUpper(strings.NewReplacer(".", "_", "-", "_").Replace(path))
}

// lookup is the environment's value for a key, and notes that the variable named one.
func (d *decoder) lookup(path string) (string, bool) {
	name := variable(path)
	value, ok := d.env[name]
	if ok {
		d.used[name] = true
	}
	return value, ok
}

// unknownEnvironment complains about variables that look like keys and are none. Others of our name
// (those of tests, say) are let be.
func (d *decoder) unknownEnvironment() {
	sections := []string{"server", "database", "attachments", "city", "log", "channels"}
	for _, name := range slices.Sorted(maps.Keys(d.env)) {
		isKey := slices.ContainsFunc(sections, func(s string) bool { return strings.HasPrefix(name, variable(s)+"_") })
		if isKey && !d.used[name] {
			d.errs = append(d.errs, &Error{File: "environment", Key: name, Reason: "no such key, or an account that the file does not have"})
		}
	}
}
