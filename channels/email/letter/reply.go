package letter

import (
	"regexp"
	"strings"
)

// How mail programs introduce what they quote. A verb alone proves nothing ("Pada 12 Mei ketua RT
// menulis:" is how a complaint may begin): a date, and an address or quoted lines below, must join it.
var (
	wroteVerb = regexp.MustCompile(`(?i)\bwrote\b|\bmenulis\b|a écrit|\bschrieb\b|\bschreef\b|\bgeschreven\b|\bskrev\b|escribió|\bescreveu\b|ha scritto|napisał|написал|написав|пише|写道|寫道|kirjoitti|\byazdı\b|\bđã viết\b`)
	wroteDate = regexp.MustCompile(`\d{4}|\d{1,2}[:.]\d{2}`)
	wroteBy   = regexp.MustCompile(`[^\s<>]+@[^\s<>]+`)
	wroteOnly = regexp.MustCompile(`<[^<>]*@[^<>]*>\s*:$`)
	dateBy    = regexp.MustCompile(`^\d{4}[-/]\d{1,2}[-/]\d{1,2} .*<[^<>]*@[^<>]*>:?$`)

	separator = regexp.MustCompile(`(?i)^[\s>]*-{2,}\s*(original message|original appointment|pesan asli|pesan awal|mensaje original|message d'origine|ursprüngliche nachricht|messaggio originale|mensagem original|oorspronkelijk bericht|on .{10,200} wrote)\s*-{2,}\s*$`)
	ruler     = regexp.MustCompile(`^_{20,}\s*$`)
	headFrom  = regexp.MustCompile(`(?i)^[\s*]*(from|dari|de|von|da|van|från|fra|от)\s*:[\s*]*\S`)
	headOther = regexp.MustCompile(`(?i)^[\s*]*(sent|date|to|cc|subject|reply-to|terkirim|dikirim|tanggal|kepada|perihal|subjek|tembusan|enviado|para|asunto|envoyé|à|objet|gesendet|an|betreff|risposta|data|a|oggetto|inviato|verzonden|aan|onderwerp|отправлено|кому|тема)\s*:`)

	signature = regexp.MustCompile(`^(--|—|-- |\x{2014} )\s*$`)
	device    = regexp.MustCompile(`(?i)^\W*(sent (from|via|with|using)\b|from my |get outlook for |dikirim (dari|menggunakan|melalui) |terkirim dari |dapatkan outlook |envoyé (de|depuis) |von meine[mr] |diese nachricht wurde von |gesendet (mit|von) |enviado (desde|do) |inviato da |sendt fra |skickat från |verstuurd vanaf |verzonden (met|vanaf) |отправлено (с|из) )|^.{1,40} from mobile$`)
)

const (
	// maxSignature is how many lines below a signature's dashes are still taken for one.
	maxSignature = 15
	// maxLines is how far down quotation is looked for, maxGap how many blank lines it may stand off:
	// each line is compared with its neighbours, and no person writes more.
	maxLines = 2000
	maxGap   = 50
)

// Split parts what a mail's author wrote from what his program quoted and signed. It errs on the side
// of the author: where nothing new would be left, everything is new. Forwarded messages are not
// quotation, for their text is new to us.
func Split(text string) (fresh, quoted string) {
	s := splitter{lines: strings.Split(text, "\n")}
	s.mark()
	s.markTail()
	var kept, rest []string
	for i, l := range s.lines {
		if s.out(i) {
			rest = append(rest, l)
		} else {
			kept = append(kept, l)
		}
	}
	fresh = strings.Trim(strings.Join(kept, "\n"), "\n")
	if strings.TrimSpace(fresh) == "" {
		return text, ""
	}
	return strings.TrimRight(fresh, " \t\n"), strings.Trim(strings.Join(rest, "\n"), "\n")
}

// splitter marks the lines that are not new.
type splitter struct {
	lines []string
	drop  []bool
}

func (s *splitter) out(i int) bool { return s.drop[i] }

func (s *splitter) mark() {
	s.drop = make([]bool, len(s.lines))
	for i := 0; i < min(len(s.lines), maxLines); i++ {
		if s.cutsAt(i) && s.written(i) {
			s.cut(i, len(s.lines))
			return
		}
		start, ok := s.attribution(i)
		if !ok {
			continue
		}
		next := s.nextText(i + 1)
		switch {
		case next < len(s.lines) && isQuote(s.lines[next]):
			end := s.quoteEnd(next)
			s.cut(start, end)
			i = end - 1
		case s.written(start):
			s.cut(start, len(s.lines))
			return
		default: // an answer below the line that says whom it answers
			s.cut(start, i+1)
		}
	}
}

// markTail marks quotes and signatures at the end.
func (s *splitter) markTail() {
	dashes := -1
	for i, below := s.lastKept(), 0; i >= 0 && below <= maxSignature; i-- {
		if s.drop[i] || strings.TrimSpace(s.lines[i]) == "" {
			continue
		}
		if signature.MatchString(s.lines[i]) {
			dashes = i
		}
		below++
	}
	if dashes >= 0 && s.written(dashes) {
		s.cut(dashes, len(s.lines))
	}
	end := s.lastKept()
	first := end + 1
	for i := end; i >= 0; i-- {
		if l := s.lines[i]; !s.drop[i] && strings.TrimSpace(l) != "" {
			if !isQuote(l) && !device.MatchString(l) {
				break
			}
			first = i
		}
	}
	if first <= end && s.written(first) {
		s.cut(first, len(s.lines))
	}
}

// cutsAt reports whether everything from line i on is an older message.
func (s *splitter) cutsAt(i int) bool {
	l := s.lines[i]
	if separator.MatchString(l) {
		return true
	}
	if ruler.MatchString(l) {
		next := s.nextText(i + 1)
		return next < len(s.lines) && headFrom.MatchString(s.lines[next]) && s.headers(next) >= 2
	}
	return headFrom.MatchString(l) && s.headers(i) >= 2 && !s.forwarded(i)
}

// headers counts the header-like lines right below line i.
func (s *splitter) headers(i int) int {
	n := 0
	for j := i + 1; j < len(s.lines) && j <= i+6; j++ {
		if headOther.MatchString(s.lines[j]) {
			n++
		}
	}
	return n
}

// forwarded reports whether the header at line i belongs to a forwarded message.
func (s *splitter) forwarded(i int) bool {
	for j := i - 1; j >= 0 && j >= i-3; j-- {
		l := strings.ToLower(s.lines[j])
		if strings.Contains(l, "forwarded message") || strings.Contains(l, "pesan terusan") || strings.Contains(l, "pesan yang diteruskan") {
			return true
		}
	}
	return false
}

// attribution reports whether a line that says who wrote what follows ends at line i, and where it begins.
func (s *splitter) attribution(i int) (start int, ok bool) {
	last := strings.TrimRight(s.lines[i], " \t")
	next := s.nextText(i + 1)
	quoteBelow := next < len(s.lines) && isQuote(s.lines[next])
	if dateBy.MatchString(last) && quoteBelow {
		return i, true
	}
	if !strings.HasSuffix(last, ":") && !strings.HasSuffix(last, "：") {
		return 0, false
	}
	for start = i; start >= 0 && start > i-4; start-- {
		if s.drop[start] || start < i && strings.TrimSpace(s.lines[start]) == "" {
			return 0, false
		}
		if start < i && isQuote(s.lines[start]) {
			return 0, false
		}
		window := strings.Join(s.lines[start:i+1], " ")
		if len(window) > 500 {
			return 0, false
		}
		if !wroteDate.MatchString(window) {
			continue
		}
		if wroteOnly.MatchString(strings.ReplaceAll(window, " ", "")) {
			return start, true
		}
		if wroteVerb.MatchString(window) && (quoteBelow || wroteBy.MatchString(window)) {
			return start, true
		}
	}
	return 0, false
}

// quoteEnd is the line after the quotation that begins at i; blank lines within it belong to it.
func (s *splitter) quoteEnd(i int) int {
	end := i
	for j := i; j < len(s.lines); j++ {
		switch {
		case isQuote(s.lines[j]):
			end = j + 1
		case strings.TrimSpace(s.lines[j]) != "":
			return end
		}
	}
	return end
}

func (s *splitter) cut(from, to int) {
	for i := from; i < to; i++ {
		s.drop[i] = true
	}
}

// written reports whether anything new stands above line i.
func (s *splitter) written(i int) bool {
	for j := range i {
		if !s.drop[j] && strings.TrimSpace(s.lines[j]) != "" && !isQuote(s.lines[j]) {
			return true
		}
	}
	return false
}

func (s *splitter) lastKept() int {
	for i := len(s.lines) - 1; i >= 0; i-- {
		if !s.drop[i] {
			return i
		}
	}
	return -1
}

// nextText is the first line from i on that is not blank, if it is near.
func (s *splitter) nextText(i int) int {
	end := i + maxGap
	for i < len(s.lines) && i < end && strings.TrimSpace(s.lines[i]) == "" {
		i++
	}
	return i
}

func isQuote(l string) bool {
	l = strings.TrimLeft(l, " \t")
	return strings.HasPrefix(l, ">") || strings.HasPrefix(l, "| ") || l == "|"
}
