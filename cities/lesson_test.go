package cities

import (
	"fmt"
	"slices"
	"testing"

	"tanggap/router"
)

const taught = "4821773051"

// teach is what staff passed on: text and agency, in pairs.
func teach(city *router.City, pairs ...string) *router.Mind {
	var all []router.Lesson
	for i := 0; i+1 < len(pairs); i += 2 {
		all = append(all, router.Lesson{Reference: taught, Report: router.Report{Text: pairs[i]}, Agency: pairs[i+1]})
	}
	return city.Mind(nil, all, router.Trust{})
}

func lessonOf(d router.Decision) (code string) {
	i := slices.IndexFunc(d.Reasons, func(r router.Reason) bool { return r.Code == "lesson" || r.Code == "lesson.maybe" })
	if i < 0 {
		return ""
	}
	return d.Reasons[i].Code + " " + d.Reasons[i].Args[0]
}

func TestTheNextSimilarReportGoesWhereStaffPassedTheFirst(t *testing.T) {
	city := jakarta(t)
	l := teach(city, "Lampu taman waduk pluit mati smua, gelap bnyk yg pacaran", "dki.tamhut")
	next := router.Report{Text: "min lampu taman di waduk ria rio pada mati semua, gelap bgt"}
	if d := city.Decide(next); d.Agency == "dki.tamhut" {
		t.Fatalf("the rules know it already: %s", explain(d))
	}
	d := city.Ask(next, l)
	if d.Agency != "dki.tamhut" || d.Abstained || lessonOf(d) != "lesson 482-177-3051" || d.Top[0].Agency != d.Agency {
		t.Errorf("%s, top %v", explain(d), d.Top)
	}
	for _, other := range []string{
		"lampu jalan mati di depan SDN 01 Tebet Timur sudah 3 hari, gelap banget", // a word or two in common
		"taman di kebon jeruk kotor banyak sampah",
		"oke",
	} {
		before, after := city.Decide(router.Report{Text: other}), city.Ask(router.Report{Text: other}, l)
		if before.Agency != after.Agency || lessonOf(after) != "" {
			t.Errorf("%q: %s", other, explain(after))
		}
	}
}

func TestLessonsSpeakNotOfOfficialsNorOfEmergencies(t *testing.T) {
	city := jakarta(t)
	for _, text := range []string{
		"Saya diminta uang saat mengurus KTP di Kelurahan Tebet Timur",
		"rumah kebakaran di jl kebon kacang, api besar tolong",
		"anak dipukuli ayahnya setiap malam di rumah sebelah",
	} {
		before := city.Decide(router.Report{Text: text})
		after := city.Ask(router.Report{Text: text}, teach(city, text, "dki.dlh"))
		if after.Agency != before.Agency || lessonOf(after) != "" || after.Sealed != before.Sealed || after.Emergency != before.Emergency {
			t.Errorf("%q: %s", text, explain(after))
		}
	}
}

func TestWhatTeachesNothing(t *testing.T) {
	city := jakarta(t)
	const text = "tiang bambu bekas panggung roboh nutup gang kami"
	for name, l := range map[string]*router.Mind{
		"nobody":                     nil,
		"sent back to the root desk": teach(city, text, city.Root().ID),
		"an agency there is not":     teach(city, text, "dki.nirwana"),
		"no words":                   teach(city, "tolong pak", "dki.dlh"),
		"staff disagree":             teach(city, text, "dki.dlh", text+" pak", "dki.binamarga"),
	} {
		d := city.Ask(router.Report{Text: text}, l)
		if lessonOf(d) != "" {
			t.Errorf("%s: %s", name, explain(d))
		}
	}
}

// TestAnOfficeIsTaughtByItsLevel: what one kelurahan took, the next takes in its own area.
func TestAnOfficeIsTaughtByItsLevel(t *testing.T) {
	city := jakarta(t)
	here, there := city.Office("31.74.01.1003"), city.Office("31.74.01.1001") // Bukit Duri, Tebet Timur
	l := teach(city, "pos ronda kami roboh butuh bantuan bahan bambu, bukit duri", here)
	d := city.Ask(router.Report{Text: "pos ronda RW kami roboh, butuh bahan bambu di kelurahan tebet timur"}, l)
	if there == "" || d.Agency != there {
		t.Errorf("it goes to %s, want %s: %s", d.Agency, there, explain(d))
	}
}

// TestLessonsHelpAndDoNoHarm: what staff would have corrected in every second sentence of the tables is
// taught; of the other sentences more are right, and no more are wrong.
func TestLessonsHelpAndDoNoHarm(t *testing.T) {
	city := jakarta(t)
	var lessons []router.Lesson
	var others [][2]string // who should act, text
	for n := 1; n <= 12; n++ {
		for i, row := range table(t, fmt.Sprintf("fresh%02d.tsv", n)) {
			cat, known := city.Category(row[0])
			if !known || cat.Conduct || cat.Sensitive || cat.Emergency || cat.Agency == "" {
				continue
			}
			r := router.Report{Text: row[2]}
			if i%2 == 1 {
				others = append(others, [2]string{cat.Agency, row[2]})
			} else if d := city.Decide(r); !d.Sealed && d.Agency != cat.Agency {
				lessons = append(lessons, router.Lesson{Reference: taught, Report: r, Agency: cat.Agency})
			}
		}
	}
	l := city.Mind(nil, lessons, router.Trust{})
	var before, after [3]int // right, wrong, left to a person
	count := func(c *[3]int, d router.Decision, want string) {
		switch {
		case d.Abstained:
			c[2]++
		case d.Agency == want:
			c[0]++
		default:
			c[1]++
		}
	}
	for _, o := range others {
		count(&before, city.Decide(router.Report{Text: o[1]}), o[0])
		count(&after, city.Ask(router.Report{Text: o[1]}, l), o[0])
	}
	t.Logf("%d lessons; %d other sentences, right, wrong and left to a person: before %v, after %v", l.Lessons(), len(others), before, after)
	if after[0] <= before[0] || after[1] > before[1] {
		t.Errorf("right, wrong, left: before %v, after %v", before, after)
	}
}

func BenchmarkAskBesideFiveThousandLessons(b *testing.B) {
	city := jakarta(b)
	var lessons []router.Lesson
	rows := append(table(b, "fresh01.tsv"), table(b, "fresh02.tsv")...)
	for i := range 5000 {
		text := rows[i%len(rows)][2] + " " + rows[(i*7+3)%len(rows)][2]
		lessons = append(lessons, router.Lesson{Reference: taught, Report: router.Report{Text: text}, Agency: "dki.dlh"})
	}
	l := city.Mind(nil, lessons, router.Trust{})
	for i := 0; b.Loop(); i++ {
		city.Ask(router.Report{Text: rows[i%len(rows)][2]}, l)
	}
}
