package letter

import (
	"regexp"
	"strings"
)

// How mail programs introduce what they quote. A verb alone proves nothing ("Pada 12 Mei ketua RT
// menulis:" is how a complaint may begin): a date must join it, and an address in angle brackets or quoted lines below.
var (
	wroteVerb = regexp.MustCompile(`(?i)\bwrote\b|\bmenulis\b|a écrit|\bschrieb\b|\bschreef\b|\bgeschreven\b|\bskrev\b|escribió|\bescreveu\b|ha scritto|napisał|napsal|написал|написав|пише|写道|寫道|書きました|kirjoitti|\byazdı\b|\bđã viết\b|\bmenulis\b`)
	wroteDate = regexp.MustCompile(`\d{4}|\d{1,2}[:.]\d{2}|\d{1,2}/\d{1,2}/\d{2}`)
	wroteBy   = regexp.MustCompile(`<[^<>]*@[^<>]*>`)
	wroteOnly = regexp.MustCompile(`<[^<>]*@[^<>]*>\s*:$`)
	dateBy    = regexp.MustCompile(`^\d{4}[-/]\d{1,2}[-/]\d{1,2} .*<[^<>]*@[^<>]*>:?$`)
	quoting   = regexp.MustCompile(`(?i)^(quoting|mengutip|citando|zitat von|en réponse à)\b.*:$`)
	inOneLine = regexp.MustCompile(`(?i)^\s*(on|pada)\b.{0,80}\d.{0,80}<[^<>]*@[^<>]*>\s*(wrote|menulis):\s+\S`)

	opening = regexp.MustCompile(`(?i)^\s*(on|pada|am|le|el|op|em|il|den|dnia|w dniu) [^.!?]{0,60}$`)

	separator  = regexp.MustCompile(`(?i)^[\s>]*-{2,}\s*(original message|original appointment|pesan asli|pesan awal|pesan sebelumnya|mensaje original|message d'origine|ursprüngliche nachricht|messaggio originale|mensagem original|oorspronkelijk bericht|(on|pada) .{10,200} (wrote|menulis))\s*-{2,}\s*$`)
	forwarding = regexp.MustCompile(`(?i)^[\s>*]*(-{2,}\s*)?(forwarded message|begin forwarded message|pesan (yang )?diteruskan|pesan terusan|mulai (meneruskan pesan|pesan (terusan|yang diteruskan))|weitergeleitete nachricht|anfang der weitergeleiteten|message transféré|début du message|mensaje reenviado|doorgestuurd bericht|messaggio inoltrato|пересылаемое сообщение|转发的邮件|转发邮件信息)[\s:*]*(-{2,})?\s*$`)
	sentOn     = regexp.MustCompile(`(?i)^\s*(fwd?|fw|trs|terusan|wg|tr|rv|enc|doorst)\s*:`)
	ruler      = regexp.MustCompile(`^_{20,}\s*$`)

	// The fields above a mail that Outlook and others quote without marking it.
	headFrom    = regexp.MustCompile(`(?i)^[\s*]*(from|dari|daripada|de|von|da|van|från|fra|od|kimden|от|发件人|寄件者|寄件人|差出人)\s*[:：][\s*]*\S`)
	headDate    = regexp.MustCompile(`(?i)^[\s*]*(sent|date|terkirim|dikirim|tanggal|enviado|enviada|fecha|envoyé|date|gesendet|datum|data|inviato|verzonden|skickat|sendt|dato|wysłano|gönderilen|gönderildi|отправлено|дата|发送时间|寄件日期|日期|送信日時)( el| em)?\s*[:：][\s*]*.*\d`)
	headSubject = regexp.MustCompile(`(?i)^[\s*]*(subject|perihal|subjek|judul|asunto|assunto|objet|betreff|oggetto|onderwerp|ämne|emne|temat|konu|тема|主题|主旨|件名)\s*[:：]`)
	headTime    = regexp.MustCompile(`\d{1,2}[:.]\d{2}`)

	signature = regexp.MustCompile(`^(--|—|-- |\x{2014} )\s*$`)
	device    = regexp.MustCompile(`(?i)^\W*(sent (from|via|with|using|by)\b|from my |get \[?outlook (for )?|dikirim (dari|menggunakan|melalui|lewat|pakai) |terkirim dari |dapatkan \[?outlook |envoyé (de|depuis) |von meine[mr] |diese nachricht wurde von |gesendet (mit|von) |enviado (desde|do) |inviato da |sendt fra |skickat från |verstuurd vanaf |verzonden (met|vanaf) |отправлено (с|из) |powered by telkomsel|virus-free|bebas virus|從我的|发自我的)|^.{1,40} from mobile$|\bBlackBerry® smartphone\b`)
)

const (
	// maxSignature is how many lines below a signature's dashes are still taken for one.
	maxSignature = 15
	// maxLines is how far down quotation is looked for, maxGap how many blank lines it may stand off:
	// each line is compared with its neighbours, and no person writes more.
	maxLines = 2000
	maxGap   = 50
	// maxAttribution is onto how many lines programs break the line that says who wrote what follows.
	maxAttribution = 6
	// maxDevice is how long the line is by which a telephone praises itself.
	maxDevice = 120
)

// Split parts what a mail's author wrote from what his program quoted and signed. It errs on the side
// of the author: where nothing new would be left, everything is new. Forwarded messages are not
// quotation, for their text is new to us.
func Split(text string) (fresh, quoted string) {
	s := splitter{lines: strings.Split(text, "\n")}
	s.plain = make([]string, len(s.lines))
	for i, l := range s.lines {
		s.plain[i] = invisible.Replace(l)
	}
	s.drop = make([]bool, len(s.lines))
	if !s.mark() {
		s.markTail()
	}
	var kept, rest []string
	for i, l := range s.lines {
		if s.drop[i] {
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

// invisible are the spaces and marks with which programs adorn a date or begin a line.
var invisible = strings.NewReplacer("\u00a0", " ", "\u202f", " ", "\u2009", " ", "\u200b", "", "\u200e", "", "\u200f", "", "\ufeff", "", "\r", "")

// splitter marks the lines that are not new.
type splitter struct {
	lines []string // as they are
	plain []string // as they are compared
	drop  []bool
}

// mark marks quotation that is introduced by something. It reports whether what follows is a forwarded mail, which is
// left as it is.
func (s *splitter) mark() (forwarded bool) {
	for i := 0; i < min(len(s.lines), maxLines); i++ {
		if forwarding.MatchString(s.plain[i]) {
			return true
		}
		if s.cutsAt(i) && s.written(i) {
			s.cut(i, len(s.lines))
			return false
		}
		start, ok := s.attribution(i)
		if !ok {
			continue
		}
		next := s.nextText(i + 1)
		switch {
		case next < len(s.lines) && isQuote(s.plain[next]):
			end := s.quoteEnd(next)
			s.cut(start, end)
			i = end - 1
		case s.written(start):
			s.cut(start, len(s.lines))
			return false
		default: // an answer below the line that says whom it answers
			s.cut(start, i+1)
		}
	}
	return false
}

// markTail marks quotes and signatures at the end.
func (s *splitter) markTail() {
	dashes := -1
	for i, below := s.lastKept(), 0; i >= 0 && below <= maxSignature; i-- {
		if s.drop[i] || strings.TrimSpace(s.plain[i]) == "" {
			continue
		}
		if signature.MatchString(s.plain[i]) {
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
		if l := s.plain[i]; !s.drop[i] && strings.TrimSpace(l) != "" {
			if !isQuote(l) && !(device.MatchString(l) && len(l) <= maxDevice) {
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
	l := s.plain[i]
	switch {
	case separator.MatchString(l), inOneLine.MatchString(l):
		return true
	case ruler.MatchString(l):
		next := s.nextText(i + 1)
		return next < len(s.lines) && s.header(next)
	}
	return s.header(i)
}

// header reports whether the fields of an older message begin at line i. A letter may name sender, date and subject
// too: a program knows the address of the one, or the time of the other.
func (s *splitter) header(i int) bool {
	if !headFrom.MatchString(s.plain[i]) {
		return false
	}
	known := strings.Contains(s.plain[i], "@")
	dated, titled := false, false
	for j := i + 1; j < len(s.plain) && j <= i+8; j++ {
		l := s.plain[j]
		if headDate.MatchString(l) {
			dated, known = true, known || headTime.MatchString(l)
		}
		titled = titled || headSubject.MatchString(l)
	}
	return dated && titled && known
}

// attribution reports whether a line that says who wrote what follows ends at line i, and where it begins.
func (s *splitter) attribution(i int) (start int, ok bool) {
	last := strings.TrimRight(s.plain[i], " \t")
	next := s.nextText(i + 1)
	quoteBelow := next < len(s.lines) && isQuote(s.plain[next])
	if quoteBelow && (dateBy.MatchString(last) || quoting.MatchString(last)) {
		return i, true
	}
	if !strings.HasSuffix(last, ":") && !strings.HasSuffix(last, "：") {
		return 0, false
	}
	verb, verbAt := wroteVerb.MatchString(last), i
	if !verb && i > 0 && quoteBelow && wroteVerb.MatchString(s.plain[i-1]) {
		verb, verbAt = true, i-1 // in German it stands before the date
	}
	if !verb && !strings.HasSuffix(last, ">:") && !strings.HasSuffix(last, "> :") {
		return 0, false
	}
	for start = i; start >= 0 && start > i-maxAttribution; start-- {
		l := strings.TrimSpace(s.plain[start])
		if s.drop[start] || start < i && isQuote(l) {
			return 0, false
		}
		if l == "" { // only where an address was broken onto lines of its own
			if !strings.HasPrefix(strings.TrimSpace(s.plain[start+1]), "<") {
				return 0, false
			}
			continue
		}
		window := strings.Join(s.plain[start:i+1], " ")
		if len(window) > 500 {
			return 0, false
		}
		if !wroteDate.MatchString(window) {
			continue
		}
		if verb && start <= verbAt && (quoteBelow || wroteBy.MatchString(window)) || wroteOnly.MatchString(strings.ReplaceAll(window, " ", "")) {
			if start > 0 && !opening.MatchString(s.plain[start]) && opening.MatchString(s.plain[start-1]) && !s.drop[start-1] {
				start-- // broken within the date
			}
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
		case isQuote(s.plain[j]):
			end = j + 1
		case strings.TrimSpace(s.plain[j]) != "":
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
		if !s.drop[j] && strings.TrimSpace(s.plain[j]) != "" && !isQuote(s.plain[j]) {
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
	for i < len(s.lines) && i < end && strings.TrimSpace(s.plain[i]) == "" {
		i++
	}
	return i
}

func isQuote(l string) bool {
	l = strings.TrimLeft(l, " \t")
	return strings.HasPrefix(l, ">") || strings.HasPrefix(l, "| ") || l == "|"
}
