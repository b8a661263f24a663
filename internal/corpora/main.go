// Command corpora reads the output of tests that measure us on collections of others, prints their
// figures as a table, and fails where one is below its floor:
//
//	TANGGAP_DATA=… go test -v ./… | go run ./internal/corpora corpora.tsv
//
// A figure is a line of a test's standard output: corpus, what, how many, of how many, with tabs
// between. A floor is a line of the file: corpus, what, per cent.
package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"text/tabwriter"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: corpora FLOORS <OUTPUT")
		os.Exit(2)
	}
	floors, err := os.Open(os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	defer floors.Close()
	if err := run(os.Stdin, floors, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// name is what a figure is called.
type name struct{ corpus, what string }

func run(output, floors io.Reader, out io.Writer) error {
	least, err := readFloors(floors)
	if err != nil {
		return err
	}
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "corpus\twhat\tright\tof\tper cent\tfloor")
	below := 0
	lines := bufio.NewScanner(output)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		n, got, of, ok := figure(lines.Text())
		if !ok {
			if strings.HasPrefix(lines.Text(), "FAIL") || strings.Contains(lines.Text(), "--- FAIL") {
				fmt.Fprintln(out, lines.Text())
			}
			continue
		}
		percent := 100 * got / of
		floor, known := least[n]
		note := fmt.Sprintf("%.1f", floor)
		switch {
		case !known:
			note = "none yet"
		case percent < floor:
			note += " MISSED"
			below++
		}
		delete(least, n)
		fmt.Fprintf(table, "%s\t%s\t%g\t%g\t%.1f\t%s\n", n.corpus, n.what, got, of, percent, note)
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("reading the figures: %w", err)
	}
	for n, floor := range least {
		fmt.Fprintf(table, "%s\t%s\t\t\tnot measured\t%.1f MISSED\n", n.corpus, n.what, floor)
		below++
	}
	if err := table.Flush(); err != nil {
		return err
	}
	if below > 0 {
		return fmt.Errorf("%d figures are below their floor", below)
	}
	return nil
}

func figure(line string) (n name, got, of float64, ok bool) {
	fields := strings.Split(line, "\t")
	if len(fields) != 4 {
		return name{}, 0, 0, false
	}
	got, errGot := strconv.ParseFloat(fields[2], 64)
	of, errOf := strconv.ParseFloat(fields[3], 64)
	return name{fields[0], fields[1]}, got, of, errGot == nil && errOf == nil && of > 0
}

func readFloors(r io.Reader) (map[name]float64, error) {
	floors := map[name]float64{}
	lines := bufio.NewScanner(r)
	for number := 1; lines.Scan(); number++ {
		line := lines.Text()
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		fields := strings.Split(line, "\t")
		if len(fields) != 3 {
			return nil, fmt.Errorf("reading the floors: line %d has %d columns, want corpus, what and per cent", number, len(fields))
		}
		percent, err := strconv.ParseFloat(fields[2], 64)
		if err != nil {
			return nil, fmt.Errorf("reading the floors: line %d: %q is no number", number, fields[2])
		}
		floors[name{fields[0], fields[1]}] = percent
	}
	return floors, lines.Err()
}
