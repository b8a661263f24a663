package config

import (
	"maps"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const example = "../../config.example.toml"

func TestExampleIsTaken(t *testing.T) {
	c, err := Load(example, nil)
	if err != nil {
		t.Fatal(err)
	}
	var types []string
	for _, a := range c.Accounts {
		types = append(types, a.Channel.Type())
	}
	slices.Sort(types)
	types = slices.Compact(types)
	want := Types()
	slices.Sort(want)
	if diff := cmp.Diff(want, types); diff != "" {
		t.Errorf("account types of the example (-want +got):\n%s", diff)
	}
}

// Every key of each account type, and no other, is in the example, either set or commented out.
func TestExampleHasEveryKey(t *testing.T) {
	text, err := os.ReadFile(example)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := parse(example, text)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]bool{}
	keys("", reflect.TypeFor[Config](), want)
	types := map[string]string{}
	for name, table := range doc.root["channels"].(map[string]any) {
		typ := table.(map[string]any)["type"].(string)
		types["channels."+name] = typ
		want[typ+".type"] = true
		keys(typ, reflect.TypeOf(channel(typ)).Elem(), want)
	}
	got := map[string]bool{}
	table, key := "", regexp.MustCompile(`^(?:# )?([a-z_]+) = `)
	for line := range strings.Lines(string(text)) {
		if m := key.FindStringSubmatch(line); m != nil {
			got[join(table, m[1])] = true
		} else if strings.HasPrefix(line, "[") {
			parts := strings.SplitN(strings.Trim(line, "[]\n"), ".", 3)
			if len(parts) > 1 {
				parts = append([]string{types[parts[0]+"."+parts[1]]}, parts[2:]...)
			}
			table = strings.Join(parts, ".")
		}
	}
	if diff := cmp.Diff(slices.Sorted(maps.Keys(want)), slices.Sorted(maps.Keys(got))); diff != "" {
		t.Errorf("keys of the example (-want +got):\n%s", diff)
	}
}

func keys(path string, t reflect.Type, into map[string]bool) {
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("toml"), ",")
		field := t.Field(i).Type
		switch {
		case name == "-":
		case isTable(reflect.New(field).Elem()):
			keys(join(path, name), field, into)
		case field.Kind() == reflect.Slice && field.Elem().Kind() == reflect.Struct:
			keys(join(path, name), field.Elem(), into)
		default:
			into[join(path, name)] = true
			if field == reflect.TypeFor[Secret]() {
				into[join(path, name+"_file")] = true
			}
		}
	}
}

// Where a key has a default, the example shows it.
func TestExampleShowsTheDefaults(t *testing.T) {
	text, err := os.ReadFile(example)
	if err != nil {
		t.Fatal(err)
	}
	got, err := Parse(example, text, nil)
	if err != nil {
		t.Fatal(err)
	}
	defaults(t, "", reflect.ValueOf(Default()).Elem(), reflect.ValueOf(got).Elem())
	for _, a := range got.Accounts {
		defaults(t, a.Name, reflect.ValueOf(channel(a.Channel.Type())).Elem(), reflect.ValueOf(a.Channel).Elem())
	}
}

func defaults(t *testing.T, path string, want, got reflect.Value) {
	t.Helper()
	for i := range want.NumField() {
		name, _, _ := strings.Cut(want.Type().Field(i).Tag.Get("toml"), ",")
		if name != "-" && isTable(want.Field(i)) {
			defaults(t, join(path, name), want.Field(i), got.Field(i))
		} else if w := want.Field(i); name != "-" && !w.IsZero() && !reflect.DeepEqual(w.Interface(), got.Field(i).Interface()) {
			t.Errorf("%s is %v in the example, its default is %v", join(path, name), got.Field(i), w)
		}
	}
}
