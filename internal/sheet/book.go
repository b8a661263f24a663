package sheet

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/xuri/excelize/v2"
)

const (
	// largestBook is how large a workbook may be once it is unpacked: a small file can pack a disk full of zeros.
	largestBook = 2 << 30
	// inMemory is how large a part of it may be to be kept in memory; larger ones go to a temporary file.
	inMemory = 8 << 20
)

// openBook reads a worksheet of a workbook. Its cells are as they are stored: a date is a number of days.
func openBook(f *os.File, worksheet string) (_ *Reader, err error) {
	defer recovered(&err)
	book, err := excelize.OpenReader(f, excelize.Options{RawCellValue: true, UnzipSizeLimit: largestBook, UnzipXMLSizeLimit: inMemory})
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	names := book.GetSheetList()
	switch {
	case len(names) == 0:
		err = fmt.Errorf("%w: the workbook has no worksheet", ErrFormat)
	case worksheet == "":
		worksheet = names[0]
	case !slices.Contains(names, worksheet):
		err = fmt.Errorf("%w: the workbook has no worksheet %q, but %s", ErrFormat, worksheet, strings.Join(names, ", "))
	}
	var rows *excelize.Rows
	if err == nil {
		rows, err = book.Rows(worksheet)
	}
	if err != nil {
		return nil, errors.Join(err, book.Close())
	}
	b := &bookRows{rows: rows}
	return &Reader{next: b.next, close: []io.Closer{rows, book}}, nil
}

// bookRows reads the rows of a worksheet.
type bookRows struct {
	rows *excelize.Rows
	n    int
}

func (b *bookRows) next() (row Row, err error) {
	defer recovered(&err)
	if !b.rows.Next() {
		if err := b.rows.Error(); err != nil {
			return Row{}, fmt.Errorf("%w: %w", ErrFormat, err)
		}
		return Row{}, io.EOF
	}
	b.n++
	cells, err := b.rows.Columns()
	if err != nil {
		return Row{Line: b.n, Err: err}, nil
	}
	return Row{Line: b.n, Cells: cells}, nil
}

// recovered makes an error of a workbook that is made so that its reader panics.
func recovered(err *error) {
	if r := recover(); r != nil {
		*err = fmt.Errorf("%w: the workbook is broken", ErrFormat)
	}
}

// Column is the name of the i-th column as spreadsheet programs have it, A for 0.
func Column(i int) string {
	name, err := excelize.ColumnNumberToName(i + 1)
	if err != nil {
		return "?"
	}
	return name
}
