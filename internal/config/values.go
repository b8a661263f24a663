package config

import (
	"encoding"
	"reflect"
	"strconv"
	"strings"
)

// set stores value, a string from the environment or whatever TOML holds; nil was complained about.
func (d *decoder) set(path string, field reflect.Value, value any) {
	if value == nil {
		return
	}
	text, isText := value.(string)
	fromEnv := d.used[variable(path)]
	if u, ok := field.Addr().Interface().(encoding.TextUnmarshaler); ok {
		if !isText {
			d.fail(path, "is %s, want a string", kindOf(value))
		} else if err := u.UnmarshalText([]byte(text)); err != nil {
			d.fail(path, "%v", err)
		}
		return
	}
	ok := false
	switch field.Kind() {
	case reflect.String:
		if ok = isText; ok {
			field.SetString(text)
		}
	case reflect.Int:
		n, isInt := value.(int64)
		if fromEnv {
			var err error
			n, err = strconv.ParseInt(text, 10, 64)
			isInt = err == nil
		}
		if ok = isInt; ok {
			field.SetInt(n)
		}
	case reflect.Float64:
		n, isNumber := number(value, fromEnv)
		if ok = isNumber; ok {
			field.SetFloat(n)
		}
	case reflect.Bool:
		b, isBool := value.(bool)
		if fromEnv {
			b, isBool = text == "true", text == "true" || text == "false"
		}
		if ok = isBool; ok {
			field.SetBool(b)
		}
	case reflect.Slice:
		if field.Type().Elem().Kind() == reflect.Struct {
			ok = d.tables(path, field, value)
			break
		}
		var list []string
		if list, ok = texts(value, fromEnv); ok {
			field.Set(reflect.ValueOf(list))
		}
	case reflect.Map:
		var table map[string]string
		if table, ok = textTable(value); ok {
			field.Set(reflect.ValueOf(table))
		}
		for key := range table {
			d.known[join(path, key)] = true
		}
	}
	if !ok {
		d.fail(path, "is %s, want %s", kindOf(value), wanted(field.Type()))
	}
}

// tables fills a list of structs; each has its number, from 1, in the paths of errors.
func (d *decoder) tables(path string, field reflect.Value, value any) bool {
	items, ok := value.([]any)
	if !ok {
		return false
	}
	list := reflect.MakeSlice(field.Type(), len(items), len(items))
	for i, item := range items {
		table, isTable := item.(map[string]any)
		if !isTable {
			return false
		}
		at := join(path, strconv.Itoa(i+1))
		d.structure(at, table, list.Index(i).Addr().Interface())
		d.unknown(at, table)
	}
	field.Set(list)
	return true
}

func number(value any, fromEnv bool) (float64, bool) {
	switch v := value.(type) {
	case int64:
		return float64(v), true
	case float64:
		return v, true
	case string:
		n, err := strconv.ParseFloat(v, 64)
		return n, fromEnv && err == nil
	}
	return 0, false
}

func texts(value any, fromEnv bool) ([]string, bool) {
	if text, ok := value.(string); ok && fromEnv {
		return strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' }), true
	}
	items, ok := value.([]any)
	list := make([]string, len(items))
	for i, item := range items {
		text, isText := item.(string)
		list[i], ok = text, ok && isText
	}
	return list, ok
}

func textTable(value any) (map[string]string, bool) {
	items, ok := value.(map[string]any)
	table := make(map[string]string, len(items))
	for key, item := range items {
		text, isText := item.(string)
		table[key], ok = text, ok && isText
	}
	return table, ok
}

func kindOf(value any) string {
	switch value.(type) {
	case string:
		return "a string"
	case int64:
		return "a number"
	case float64:
		return "a number with a fraction"
	case bool:
		return "true or false"
	case []any:
		return "a list"
	case map[string]any:
		return "a table"
	}
	return "a date"
}

func wanted(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Int:
		return "a whole number"
	case reflect.Bool:
		return "true or false"
	case reflect.Float64:
		return "a number"
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Struct {
			return "a list of tables"
		}
		return "a list of strings"
	case reflect.Map:
		return "a table of strings"
	}
	return "a string"
}
