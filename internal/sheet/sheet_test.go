package sheet

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
)

// rows reads everything; a row that cannot be read is its error.
func rows(t *testing.T, r *Reader) (lines []int, all [][]string) {
	t.Helper()
	for {
		row, err := r.Next()
		if errors.Is(err, io.EOF) {
			return lines, all
		}
		if err != nil {
			t.Fatal(err)
		}
		if row.Err != nil {
			row.Cells = []string{"!" + row.Err.Error()}
		}
		lines, all = append(lines, row.Line), append(all, row.Cells)
	}
}

func TestText(t *testing.T) {
	open, inner := "!"+errOpenQuote.Error(), "!"+errInnerQuote.Error()
	for name, c := range map[string]struct {
		text  string
		lines []int
		want  [][]string
	}{
		"commas":            {"a,b\n1, 2 \n", []int{1, 2}, [][]string{{"a", "b"}, {"1", "2"}}},
		"semicolons":        {"a;b;c\n1,5;2;3,4,5,6\n", []int{1, 2}, [][]string{{"a", "b", "c"}, {"1,5", "2", "3,4,5,6"}}},
		"tabs":              {"a\tb\n1\t2", []int{1, 2}, [][]string{{"a", "b"}, {"1", "2"}}},
		"bars":              {"a|b\n1|2", []int{1, 2}, [][]string{{"a", "b"}, {"1", "2"}}},
		"a mark":            {"\xef\xbb\xbfa;b\n1;2", []int{1, 2}, [][]string{{"a", "b"}, {"1", "2"}}},
		"a told separator":  {"sep=;\na,x;b\n1;2", []int{2, 3}, [][]string{{"a,x", "b"}, {"1", "2"}}},
		"a title above":     {"Rekap laporan, 2024\n\na;b;c\n1;2;3", []int{1, 3, 4}, [][]string{{"Rekap laporan, 2024"}, {"a", "b", "c"}, {"1", "2", "3"}}},
		"Windows-1252":      {"a;b\n\x93Jl. Merdeka\x94;caf\xe9\nsudah é;x", []int{1, 2, 3}, [][]string{{"a", "b"}, {"“Jl. Merdeka”", "café"}, {"sudah é", "x"}}},
		"UTF-16":            {"\xff\xfea\x00\t\x00b\x00\n\x001\x00\t\x00\xe9\x00", []int{1, 2}, [][]string{{"a", "b"}, {"1", "é"}}},
		"old line ends":     {"a,b\r1,2\r\n3,4\r", []int{1, 2, 3}, [][]string{{"a", "b"}, {"1", "2"}, {"3", "4"}}},
		"quotes":            {"a,b\n\"x, \"\"y\"\"\",\"z\" \n", []int{1, 2}, [][]string{{"a", "b"}, {`x, "y"`, "z"}}},
		"lines in a cell":   {"a,b\n\"x\ny\r\nz\",2\n3,4", []int{1, 2, 5}, [][]string{{"a", "b"}, {"x\ny\nz", "2"}, {"3", "4"}}},
		"a quote in a cell": {"a,b\nlampu 5\" mati,2\n", []int{1, 2}, [][]string{{"a", "b"}, {`lampu 5" mati`, "2"}}},
		// The row is lost, and those below it are not.
		"a quote that is not doubled": {"a,b\n\"x \"y\" z\",2\n3,4\n", []int{1, 2, 3}, [][]string{{"a", "b"}, {inner}, {"3", "4"}}},
		"a quote never closed":        {"a,b\n\"x,2\n3,4\n5,6", []int{1, 2, 3, 4}, [][]string{{"a", "b"}, {open}, {"3", "4"}, {"5", "6"}}},
		"one closed in a later row":   {"a,b\n\"x,2\n\"3\",4\n5,6", []int{1, 2, 3, 4}, [][]string{{"a", "b"}, {inner}, {"3", "4"}, {"5", "6"}}},
		"too long a line":             {"a,b\n1," + strings.Repeat("x", longestLine) + "\n3,4", []int{1, 2, 3}, [][]string{{"a", "b"}, {"!" + errLong.Error()}, {"3", "4"}}},
		"blank and NUL":               {"a,b\n,\n \x00,\n1\x00,2", []int{1, 4}, [][]string{{"a", "b"}, {"1", "2"}}},
		"nothing":                     {"", nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			lines, got := rows(t, Text(strings.NewReader(c.text)))
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(c.lines, lines); diff != "" {
				t.Errorf("lines (-want +got):\n%s", diff)
			}
		})
	}
}

// No text makes the reader fail, stop before the end or hold more than it says.
func FuzzText(f *testing.F) {
	for _, seed := range []string{"a,b\n1,2", "sep=;\na;b", "\"\n\"\"\n\"x\"y", "\xff\xfea\x00", "\xef\xbb\xbf\"", "a\r\r\n\"b\rc\"", "\x93;\x00\n|||", "\"\"\"\"\n,\"\"\"\n"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, in string) {
		r := Text(strings.NewReader(in))
		last := 0
		for {
			row, err := r.Next()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			if row.Line <= last || row.Err == nil && row.Cells == nil {
				t.Fatalf("line %d after %d: %+v", row.Line, last, row)
			}
			last = row.Line
			if row.Err != nil && row.Cells != nil {
				t.Fatal("cells of a row that cannot be read")
			}
		}
		if n := strings.Count(in, "\n") + strings.Count(in, "\r") + 1; !strings.HasPrefix(in, "\xff\xfe") && !strings.HasPrefix(in, "\xfe\xff") && last > n {
			t.Fatalf("line %d of %d", last, n)
		}
	})
}

func file(t *testing.T, name string, data []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func book(t *testing.T, fill func(*excelize.File)) string {
	t.Helper()
	b := excelize.NewFile()
	defer b.Close()
	fill(b)
	path := filepath.Join(t.TempDir(), "book.xlsx")
	if err := b.SaveAs(path); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestBook(t *testing.T) {
	at := time.Date(2024, 3, 1, 8, 15, 0, 0, time.UTC)
	path := book(t, func(b *excelize.File) {
		for cell, v := range map[string]any{"A1": "Rekap", "A3": "No", "B3": "Tanggal", "D3": "Isi", "A4": 8123456, "B4": at, "D4": " lampu\nmati ", "A7": "x"} {
			if err := b.SetCellValue("Sheet1", cell, v); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := b.NewSheet("Lain"); err != nil {
			t.Fatal(err)
		}
		if err := b.SetCellValue("Lain", "A1", "di sini"); err != nil {
			t.Fatal(err)
		}
	})
	r, err := Open(path, "")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	lines, got := rows(t, r)
	want := [][]string{{"Rekap"}, {"No", "Tanggal", "", "Isi"}, {"8123456", "45352.34375", "", "lampu\nmati"}, {"x"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]int{1, 3, 4, 7}, lines); diff != "" {
		t.Errorf("lines (-want +got):\n%s", diff)
	}
	if back, err := Date(got[2][1], time.UTC); err != nil || !back.Equal(at) {
		t.Errorf("%v %v", back, err)
	}
	other, err := Open(path, "Lain")
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	if _, got := rows(t, other); got[0][0] != "di sini" {
		t.Errorf("%q", got)
	}
	if _, err := Open(path, "Nihil"); !errors.Is(err, ErrFormat) || !strings.Contains(err.Error(), "Sheet1, Lain") {
		t.Errorf("%v", err)
	}
}

func TestWhatIsNoTable(t *testing.T) {
	good, err := os.ReadFile(book(t, func(*excelize.File) {}))
	if err != nil {
		t.Fatal(err)
	}
	bomb := filepath.Join(t.TempDir(), "bomb.xlsx")
	f, err := os.Create(bomb)
	if err != nil {
		t.Fatal(err)
	}
	z := zip.NewWriter(f)
	// Only its directory says how much it holds: 5 GB.
	w, err := z.CreateRaw(&zip.FileHeader{Name: "xl/worksheets/sheet1.xml", Method: zip.Deflate, UncompressedSize64: 5 << 30, CompressedSize64: 4})
	if err == nil {
		_, err = w.Write([]byte{3, 0, 0, 0})
	}
	if err := errors.Join(err, z.Close(), f.Close()); err != nil {
		t.Fatal(err)
	}
	for name, path := range map[string]string{
		"empty":      file(t, "a.csv", nil),
		"a web page": file(t, "a.xls", []byte("\n<html><table><tr><td>1</td></tr></table></html>")),
		"an old one": file(t, "b.xls", []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1....")),
		"cut off":    file(t, "c.xlsx", good[:len(good)/2]),
		"a zip bomb": bomb,
	} {
		if r, err := Open(path, ""); !errors.Is(err, ErrFormat) {
			t.Errorf("%s: %v %v", name, r, err)
		}
	}
	if _, err := Open(filepath.Join(t.TempDir(), "none.csv"), ""); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%v", err)
	}
}

func TestHeading(t *testing.T) {
	score := func(cells []string) (n int) {
		for _, c := range cells {
			if Normal(c) == "isi laporan" || Normal(c) == "tanggal" {
				n++
			}
		}
		return n
	}
	r := Text(strings.NewReader("Tanggal;1 Maret\nTANGGAL ;Isi  Laporan;x\n1;2;3\n4;5;6"))
	row, err := r.Heading(score)
	if err != nil || row.Line != 2 {
		t.Fatal(row, err)
	}
	if lines, _ := rows(t, r); !cmp.Equal(lines, []int{3, 4}) {
		t.Errorf("%v", lines)
	}
	if _, err := Text(strings.NewReader("a;b\n1;2")).Heading(score); !errors.Is(err, io.EOF) {
		t.Errorf("%v", err)
	}
}

func TestDate(t *testing.T) {
	zone := time.FixedZone("WIB", 7*3600)
	for text, want := range map[string]string{
		"2024-03-01": "2024-03-01T00:00:00+07:00", "2024-03-01 08:15:30": "2024-03-01T08:15:30+07:00", "2024-03-01T08:15:30Z": "2024-03-01T08:15:30Z",
		"2024-03-01T08:15:30.123+08:00": "2024-03-01T08:15:30+08:00", "01/03/2024 08.15": "2024-03-01T08:15:00+07:00", "1-3-24": "2024-03-01T00:00:00+07:00",
		"1 Maret 2024 pukul 08.15 WITA": "2024-03-01T08:15:00+08:00", "Jum'at, 01 Agustus 2025, 23:59 WIB": "2025-08-01T23:59:00+07:00", "2 Nop 2023": "2023-11-02T00:00:00+07:00",
		"3/25/2024 1:05 PM": "2024-03-25T13:05:00+07:00", "45352.34375": "2024-03-01T08:15:00+07:00", "45352": "2024-03-01T00:00:00+07:00", "01 Des. 2024": "2024-12-01T00:00:00+07:00",
	} {
		if got, err := Date(text, zone); err != nil || got.Format(time.RFC3339) != want {
			t.Errorf("%q: %v %v, want %s", text, got, err, want)
		}
	}
	for _, text := range []string{"", "kemarin", "2024-02-30", "2024-13-01", "31/04/2024", "7", "999999", "2024-03-01 25:00", "1 Foo 2024", "2024-03-01 sekitar siang", "NaN", "Inf", "--2024"} {
		if got, err := Date(text, zone); err == nil {
			t.Errorf("%q is read as %v", text, got)
		}
	}
}

// Such a workbook reads well up to where it is broken, and its reader says nothing of what is missing.
func TestAWorksheetThatIsBrokenInTheMiddleIsNoTable(t *testing.T) {
	const start = `<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>` +
		`<row r="1"><c r="A1" t="inlineStr"><is><t>a</t></is></c></row>`
	const end = `</sheetData></worksheet>`
	for name, c := range map[string]struct {
		xml   string
		whole bool
	}{
		"whole":                        {start + `<row r="2"><c r="A2"><v>1</v></c></row>` + end, true},
		"cut off between rows":         {start, false},
		"cut off in a row":             {start + `<row r="2"><c r="A2"><v>1`, false},
		"a character that no XML has":  {start + "<row r=\"2\"><c r=\"A2\" t=\"inlineStr\"><is><t>x\x0by</t></is></c></row>" + end, false},
		"tags that do not belong here": {start + `<row r="2"></c></row>` + end, false},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := Open(rewritten(t, book(t, func(*excelize.File) {}), c.xml), "")
			if c.whole {
				if err != nil {
					t.Fatal(err)
				}
				defer r.Close()
				if lines, _ := rows(t, r); len(lines) != 2 {
					t.Errorf("%d rows", len(lines))
				}
			} else if !errors.Is(err, ErrFormat) {
				t.Errorf("%v", err)
			}
		})
	}
}

// rewritten is a workbook whose worksheet is another.
func rewritten(t *testing.T, path, worksheet string) string {
	t.Helper()
	in, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	var b bytes.Buffer
	out := zip.NewWriter(&b)
	for _, part := range in.File {
		w, err := out.Create(part.Name)
		if err == nil && part.Name == "xl/worksheets/sheet1.xml" {
			_, err = io.WriteString(w, worksheet)
		} else if err == nil {
			var r io.ReadCloser
			if r, err = part.Open(); err == nil {
				_, err = io.Copy(w, r)
			}
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
	return file(t, "rewritten.xlsx", b.Bytes())
}
