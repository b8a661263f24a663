package console

// Pattern is a route as the tests see it.
type Pattern struct {
	Pattern string
	Access  string
}

// Patterns is the whole table of routes.
func Patterns() (all []Pattern) {
	names := map[access]string{toAnyone: "anyone", toStaff: "staff", toRoot: "root", toAdmins: "admins", toHolders: "holders"}
	for _, r := range (&console{}).table() {
		all = append(all, Pattern{r.pattern, names[r.access]})
	}
	return all
}

// PlainCell is a cell of a file for a spreadsheet.
func PlainCell(text string) string { return plainCell(text) }
