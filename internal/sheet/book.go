package sheet

import (
	"archive/zip"
	"encoding/xml"
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
	err = whole(f, book)
	switch {
	case err != nil:
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

// whole reports what is broken in the worksheets of a workbook. Its reader takes a worksheet that is cut off, or that has
// a character which none may have, for one that ends there: the rows below would be missing, and nobody would know.
func whole(f *os.File, book *excelize.File) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	parts, err := zip.NewReader(f, info.Size())
	if err != nil {
		return fmt.Errorf("%w: %w", ErrFormat, err)
	}
	for _, part := range parts.File {
		name := strings.ToLower(strings.ReplaceAll(part.Name, `\`, "/"))
		if !strings.HasPrefix(name, "xl/worksheets/") || !strings.HasSuffix(name, ".xml") {
			continue
		}
		if err := wellFormed(part, book); err != nil {
			return fmt.Errorf("%w: the workbook is broken: %s: %w", ErrFormat, part.Name, err)
		}
	}
	return nil
}

func wellFormed(part *zip.File, book *excelize.File) error {
	in, err := part.Open()
	if err != nil {
		return err
	}
	defer in.Close()
	d := xml.NewDecoder(in)
	d.CharsetReader = book.CharsetReader
	for {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
	}
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
