package cities

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"

	"tanggap/router"
	"tanggap/router/classify"
)

// exampleFile is where a pack, and the base, keep their examples.
const exampleFile = "examples.tsv"

// Examples returns the reports by which the text model begins, each with the id of its topic: those of
// the base for the topics that the city has too, whether or not the pack stands on the base, then the
// pack's own (examples.tsv, which may be missing). Their order is always the same. An example of a
// topic that the city does not have is an error in the pack's own file; a base speaks for every city,
// so what it has too much is left out.
func (p Pack) Examples() ([]classify.Example, error) {
	var out []classify.Example
	for _, base := range bases() {
		files, err := fs.Sub(embedded, base)
		if err != nil {
			return nil, fmt.Errorf("base pack %s: %w", base, err)
		}
		all, err := readExamples(files)
		if err != nil {
			return nil, fmt.Errorf("base pack %s: %s: %w", base, exampleFile, err)
		}
		known, _ := ofTopics(p.City, all)
		out = append(out, known...)
	}
	own, err := readExamples(p.FS)
	if err != nil {
		return nil, fmt.Errorf("city pack %s: %s: %w", p.Name, exampleFile, err)
	}
	known, strange := ofTopics(p.City, own)
	if len(strange) > 0 {
		return nil, fmt.Errorf("city pack %s: %s: the city has no category %q", p.Name, exampleFile, strange[0].Label)
	}
	return append(out, known...), nil
}

// readExamples reads the examples of a folder; one that has none is no fault.
func readExamples(files fs.FS) ([]classify.Example, error) {
	data, err := fs.ReadFile(files, exampleFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, cause(err)
	}
	return classify.ReadExamples(bytes.NewReader(data))
}

// ofTopics parts examples by whether the city has their topic.
func ofTopics(city *router.City, all []classify.Example) (known, strange []classify.Example) {
	for _, e := range all {
		if _, ok := city.Category(e.Label); ok {
			known = append(known, e)
		} else {
			strange = append(strange, e)
		}
	}
	return known, strange
}
