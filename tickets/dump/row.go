package dump

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
)

// appendRow adds one row as a JSON array and a newline.
func appendRow(line []byte, columns []Column, values []any) ([]byte, error) {
	line = append(line, '[')
	for i, c := range columns {
		if i > 0 {
			line = append(line, ',')
		}
		var err error
		if line, err = appendValue(line, c.Kind, values[i]); err != nil {
			return nil, fmt.Errorf("column %s: %w", c.Name, err)
		}
	}
	return append(line, ']', '\n'), nil
}

// appendValue takes what the two drivers give for a column of the kind.
func appendValue(line []byte, kind Kind, value any) ([]byte, error) {
	switch v := value.(type) {
	case nil:
		return append(line, "null"...), nil
	case int64:
		switch kind {
		case Integer:
			return strconv.AppendInt(line, v, 10), nil
		case Real:
			return appendReal(line, float64(v))
		case Boolean:
			return strconv.AppendBool(line, v != 0), nil
		}
	case float64:
		if kind == Real {
			return appendReal(line, v)
		}
	case bool:
		if kind == Boolean {
			return strconv.AppendBool(line, v), nil
		}
	case string:
		switch kind {
		case Text:
			return appendText(line, v)
		case Bytes:
			return appendBytes(line, []byte(v)), nil
		}
	case []byte:
		switch kind {
		case Text:
			return appendText(line, string(v))
		case Bytes:
			return appendBytes(line, v), nil
		}
	}
	return nil, fmt.Errorf("a value of type %T is no %s", value, kind)
}

func appendReal(line []byte, v float64) ([]byte, error) {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return nil, fmt.Errorf("%v has no form in JSON", v)
	}
	return strconv.AppendFloat(line, v, 'g', -1, 64), nil
}

func appendText(line []byte, s string) ([]byte, error) {
	b, err := json.Marshal(s)
	return append(line, b...), err
}

func appendBytes(line, v []byte) []byte {
	line = append(line, '"')
	line = base64.StdEncoding.AppendEncode(line, v)
	return append(line, '"')
}

// parseRow is the inverse of appendRow, for one line, in the types that both drivers take.
func parseRow(columns []Column, line []byte) ([]any, error) {
	var raw []json.RawMessage
	if err := json.Unmarshal(line, &raw); err != nil {
		return nil, fmt.Errorf("a line is no JSON array: %w", err)
	}
	if len(raw) != len(columns) {
		return nil, fmt.Errorf("a line has %d values, not %d", len(raw), len(columns))
	}
	values := make([]any, len(columns))
	for i, c := range columns {
		var err error
		if values[i], err = parseValue(c.Kind, raw[i]); err != nil {
			return nil, fmt.Errorf("column %s: a value is no %s", c.Name, c.Kind)
		}
	}
	return values, nil
}

func parseValue(kind Kind, raw json.RawMessage) (any, error) {
	if string(raw) == "null" {
		return nil, nil
	}
	switch kind {
	case Integer:
		return strconv.ParseInt(string(raw), 10, 64)
	case Real:
		return strconv.ParseFloat(string(raw), 64)
	case Boolean:
		return strconv.ParseBool(string(raw))
	case Bytes:
		b := []byte{}
		err := json.Unmarshal(raw, &b)
		return b, err
	}
	var s string
	err := json.Unmarshal(raw, &s)
	return s, err
}
