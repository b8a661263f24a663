package update

import (
	"encoding/json"
	"strings"

	"tanggap/channels"
)

// deepest bounds how far a rich message is followed into itself.
const deepest = 40

// richWords are the words of a rich message, block by block
// (https://core.telegram.org/bots/api#richmessage).
func richWords(raw json.RawMessage) string {
	var lines []string
	walk(raw, func(o map[string]any) {
		for _, name := range []string{"summary", "label", "text", "caption", "credit"} {
			if line := channels.Clean(richText(o[name], 0)); line != "" {
				lines = append(lines, line)
			}
		}
	})
	return channels.Clean(strings.Join(lines, "\n"))
}

// richText is the text of a RichText, which is a string, a list of such, or an object around one.
func richText(v any, depth int) string {
	if depth > deepest {
		return ""
	}
	switch v := v.(type) {
	case string:
		return v
	case []any:
		var all strings.Builder
		for _, part := range v {
			all.WriteString(richText(part, depth+1))
		}
		return all.String()
	case map[string]any:
		for _, name := range []string{"text", "alternative_text", "expression"} {
			if inner, ok := v[name]; ok {
				return richText(inner, depth+1)
			}
		}
	}
	return ""
}

// richFiles adds the files of a rich message.
func richFiles(raw json.RawMessage, list *files) {
	walk(raw, func(o map[string]any) {
		data, err := json.Marshal(map[string]any{
			"photo": o["photo"], "video": o["video"], "animation": o["animation"], "audio": o["audio"], "voice": o["voice_note"],
		})
		var c content
		if err == nil && json.Unmarshal(data, &c) == nil {
			*list = append(*list, c.media()...)
		}
	})
}

// richPlace is the first map in a rich message.
func richPlace(raw json.RawMessage) (at *location) {
	walk(raw, func(o map[string]any) {
		var found location
		data, err := json.Marshal(o["location"])
		if at == nil && o["location"] != nil && err == nil && json.Unmarshal(data, &found) == nil {
			at = &found
		}
	})
	return at
}

// walk visits the blocks of a rich message in their order, and those in them.
func walk(raw json.RawMessage, visit func(map[string]any)) {
	if len(raw) == 0 {
		return
	}
	var v any
	if json.Unmarshal(raw, &v) == nil {
		blocks(v, 0, visit)
	}
}

func blocks(v any, depth int, visit func(map[string]any)) {
	if depth > deepest {
		return
	}
	switch v := v.(type) {
	case []any:
		for _, one := range v {
			blocks(one, depth+1, visit)
		}
	case map[string]any:
		visit(v)
		for _, name := range []string{"blocks", "cells", "items"} {
			blocks(v[name], depth+1, visit)
		}
	}
}
