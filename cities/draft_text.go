package cities

// The files of a new pack, as templates of a draft or as they stand.
const (
	cityDraft = `# {{.Name}}, begun with "tanggap city new --code {{.Code}}" on {{.On}}. cities/README.md of tanggap explains every key.
[city]
id = "{{.ID}}"
base = "base"
# Topics that nobody has here: drop = ["kereta", "jalan-tol"]
drop = []
name = "{{.Gov}}"
short_name = "{{.ShortName}}"
zone = "{{.Zone}}"
root = "{{.ID}}"
inspectorate = "{{.ID}}.inspektorat"
first_hop = "agency"
threshold = 0.6
privacy = ""

[city.emergency]
# The national number. Name a source once the city answers it, or its own number.
number = "112"
example = true

[city.days]
# Working days of silence after which a resolved ticket closes, and so on.
confirm = 10
pending = 5
pending_total = 10
reopen = 30
example = true

[city.answer]
# What may be promised where a category's own deadline is an example.
value = 5
unit = "working_days"
source = "sp4n-lapor"
{{range .Levels}}
[[level]]
name = "{{.Name}}"
markers = [{{.Markers}}]
{{- if .Beside}}
beside = true
{{- end}}
{{- if .Office}}
office = "{{.Office}}"
short = "{{.Short}}"
source = "{{.Source}}"
{{- end}}
{{end}}
# Sources of the base (base/sources.toml) may be named too.
{{- range .Sources}}

[sources.{{index . 0}}]
text = "{{index . 1}}"
checked = "{{$.On}}"
{{- end}}
`

	agenciesDraft = `# Who can act here, by what they do (roles): the offices of kecamatan, kelurahan and desa are made from areas.csv.
# Change the names to those of your own regulation, move each role to whoever has it, and replace example = true
# by source = "…" once you have looked it up.

`

	calendarDraft = `# When the offices of %s work: the national rules and the ministers' joint decrees. A year without a list counts its
# weekends only, and "tanggap check" says so: add each year when the decree (SKB 3 Menteri) comes out.

zone = "%s"`

	areasDraft = `# code,level,name,guard,aliases; see SOURCES.md. guard: "soft" wants a word such as "di" or a capital before it counts, "hard" its level's word.
`

	neighboursDraft = `# code,level,name,guard,aliases of areas outside; see SOURCES.md. A report from there is told by them.
`

	landmarksDraft = `# name,codes of the smallest areas that surely hold it (parted by "|"),guard,aliases: markets, terminals, housing estates, roads that everybody knows.
`

	outlinesDraft = `# A line for each area: its code, then its rings as encoded polylines. Without any, pins and photographs name no area.
`

	sourcesDraft = `# Where the facts of this pack come from

| what | file | source, licence | date |
| --- | --- | --- | --- |
| codes, names and levels of {{.Name}} and its neighbours | areas.csv, neighbours.csv | {{.List}} | {{.On}} |
| guards (names that are ordinary words) | areas.csv | set by the list of ordinary words of the base | {{.On}} |
| topics and their words | the base | written for the base | |
| what each level is called | city.toml | the laws named in city.toml and in the base | {{.On}} |
| agencies | agencies.toml | examples, until your regulation on perangkat daerah is named | |
| emergency number, waiting times, deadlines of categories | city.toml, the base | examples | |
| holidays and working hours | calendar.toml | named in that file | |
`
)
