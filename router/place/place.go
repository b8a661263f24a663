// Package place finds out where a report happened: from the names in its text, from a pin, from the
// coordinates in a map link. It says how it knows and how sure it is, and stays silent where nothing
// is named. An Index is immutable and safe for concurrent use; nothing here does I/O.
package place

// Point is a place on earth in degrees (WGS 84).
type Point struct {
	Lat float64 `json:"lat"`
	Lng float64 `json:"lng"`
}

// Definition is what an Index is built from.
type Definition struct {
	Levels    []Level
	Areas     []Area
	Landmarks []Landmark
}

// Level is one tier of the administrative tree, named by the pack; Definition lists the widest first.
type Level struct {
	Name    string
	Markers []string // words that announce one: "kelurahan", "kel", "lurah"
	Beside  bool     // of the same tier as the level before it: "desa" beside "kelurahan"
}

// Area is one place of the administrative tree.
type Area struct {
	Code    string // dotted: a parent's code is a prefix
	Level   string
	Name    string
	Aliases []string // other names and spellings
	// Guard marks a name that is also an ordinary word: Soft ("Bangka") wants a word such as "di" or
	// "Jl." before it, or a capital, Hard ("Baru") a marker of its level; "" stands alone.
	Guard string
	// Rings are its outlines: longitude, latitude, longitude … in units of 1e-5 degrees. Points
	// inside an odd number of rings are inside. Areas without rings have those of their children.
	Rings [][]int32
	// Outside marks an area of a neighbour: a report from there is somebody else's.
	Outside bool
}

// Landmark is a well-known name inside an area, or one that runs through several, as streets and
// rivers do.
type Landmark struct {
	Name    string
	Aliases []string
	// Codes are of the smallest areas that together surely hold it. Of several, the rest of a text
	// chooses; where it says nothing, the first is a guess.
	Codes []string
	Guard string // as an Area's
}

// The guards of names that are ordinary words too.
const (
	Soft = "soft"
	Hard = "hard"
)

// Found is an area with how it was found.
type Found struct {
	Area       Area
	Confidence float64
	How        string // one of the How constants
	Word       string // the name as the report spells it, "" where it is not one name
	Point      *Point // where the answer came from coordinates
}

// How an area was found.
const (
	Pin        = "pin"      // the point lies inside
	Near       = "near"     // the point lies just outside, between outlines
	Link       = "link"     // coordinates in a map link
	Marked     = "marked"   // the name behind a marker of its level
	Named      = "name"     // the name alone
	Shared     = "shared"   // the name of an area and of a part of it
	Spelling   = "spelling" // nearly the name
	Head       = "head"     // the first word of names within one area
	Street     = "street"   // a street named like it
	Parent     = "parent"   // several names within it
	IsLandmark = "landmark"
)
