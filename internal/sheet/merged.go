package sheet

import (
	"bytes"
	"errors"
	"fmt"
	"os"

	"github.com/xuri/excelize/v2"
)

// Span is a cell that is merged over several rows: all but its first are empty to who reads them.
type Span struct {
	From, To int // lines
	Column   int
}

// Merged lists the cells of a workbook's first worksheet that are merged over several rows; a file of another kind
// has none. It holds the worksheet in memory, so it is for lists that people keep.
func Merged(path string) (spans []Span, err error) {
	defer recovered(&err)
	data, err := os.ReadFile(path)
	if err != nil || !bytes.HasPrefix(data, []byte("PK\x03\x04")) {
		return nil, err
	}
	book, err := excelize.OpenReader(bytes.NewReader(data), excelize.Options{UnzipSizeLimit: largestBook, UnzipXMLSizeLimit: inMemory})
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	defer func() { err = errors.Join(err, book.Close()) }()
	names := book.GetSheetList()
	if len(names) == 0 {
		return nil, nil
	}
	merged, err := book.GetMergeCells(names[0])
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	for _, m := range merged {
		left, from, err := excelize.CellNameToCoordinates(m.GetStartAxis())
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrFormat, err)
		}
		right, to, err := excelize.CellNameToCoordinates(m.GetEndAxis())
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrFormat, err)
		}
		for column := left; column <= right && to > from; column++ {
			spans = append(spans, Span{from, to, column - 1})
		}
	}
	return spans, nil
}
