package main

import (
	"strings"
	"testing"
)

func TestFiguresAreHeldToTheirFloors(t *testing.T) {
	const output = "=== RUN   TestCorpora\nmail\tsubjects\t52\t53\nplaces\tkecamatan\t70\t100\nok  \ttanggap\t0.1s\n"
	for name, tt := range map[string]struct{ floors, want, err string }{
		"above":        {"# a comment\nmail\tsubjects\t98\n", "98.1", ""},
		"below":        {"mail\tsubjects\t99\n", "99.0 MISSED", "1 figures are below"},
		"not measured": {"mail\tbodies\t1\n", "not measured", "1 figures are below"},
		"unknown":      {"", "none yet", ""},
		"broken":       {"mail subjects 98\n", "", "line 1 has 1 columns"},
	} {
		t.Run(name, func(t *testing.T) {
			var out strings.Builder
			err := run(strings.NewReader(output), strings.NewReader(tt.floors), &out)
			if !strings.Contains(out.String(), tt.want) {
				t.Errorf("no %q in:\n%s", tt.want, out.String())
			}
			if tt.err == "" && err != nil || tt.err != "" && (err == nil || !strings.Contains(err.Error(), tt.err)) {
				t.Errorf("error %v, want %q", err, tt.err)
			}
		})
	}
}
