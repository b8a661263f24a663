package router

import "tanggap/internal/language"

// Place finds where a report happened, nil where nothing says so, and the point that it gives: its
// own, or one read from a map link in the text. The area may lie outside the city; a point without an
// area lies outside of it.
func (c *City) Place(r Report) (*Area, *Point) {
	source := r.Text
	if r.Subject != "" {
		source = r.Subject + "\n" + r.Text
	}
	found, _, ok := c.places.Locate(source, language.Tokens(source, limit))
	point := r.Point
	if point == nil {
		point = found.Point
	}
	return c.area(r.Point, found, ok), point
}
