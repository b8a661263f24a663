package sheet

import (
	"errors"
	"fmt"
	"io"

	"github.com/xuri/excelize/v2"
)

// Page is one worksheet to be written: its first row names the columns.
type Page struct {
	Name string
	Rows [][]string
}

// WriteBook writes a workbook for people to fill in. All of its cells are text, so that the spreadsheet
// program leaves what looks like a number or a date as it is typed.
func WriteBook(w io.Writer, pages ...Page) (err error) {
	book := excelize.NewFile()
	defer func() { err = errors.Join(err, book.Close()) }()
	text, err := book.NewStyle(&excelize.Style{NumFmt: 49, Alignment: &excelize.Alignment{Vertical: "top", WrapText: true}})
	if err != nil {
		return fmt.Errorf("writing a workbook: %w", err)
	}
	heading, err := book.NewStyle(&excelize.Style{NumFmt: 49, Font: &excelize.Font{Bold: true}, Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"DDE7EE"}}})
	if err != nil {
		return fmt.Errorf("writing a workbook: %w", err)
	}
	for i, p := range pages {
		if i == 0 {
			err = book.SetSheetName(book.GetSheetName(0), p.Name)
		} else {
			_, err = book.NewSheet(p.Name)
		}
		if err == nil {
			err = p.write(book, text, heading)
		}
		if err != nil {
			return fmt.Errorf("writing a workbook: %w", err)
		}
	}
	if err := book.Write(w); err != nil {
		return fmt.Errorf("writing a workbook: %w", err)
	}
	return nil
}

func (p Page) write(book *excelize.File, text, heading int) error {
	for i, row := range p.Rows {
		if err := book.SetSheetRow(p.Name, fmt.Sprintf("A%d", i+1), &row); err != nil {
			return err
		}
	}
	if len(p.Rows) == 0 {
		return nil
	}
	last := Column(len(p.Rows[0]) - 1)
	return errors.Join(
		book.SetColStyle(p.Name, "A:"+last, text),
		book.SetCellStyle(p.Name, "A1", last+"1", heading),
		book.SetColWidth(p.Name, "A", last, 24),
		book.SetPanes(p.Name, &excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}),
	)
}
