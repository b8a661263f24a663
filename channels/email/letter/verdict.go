package letter

import (
	"encoding/json"
	"net/textproto"
	"regexp"
	"slices"
	"strings"
)

// notice is what a report says of one recipient.
type notice struct {
	address    string
	action     string // failed, delayed … (RFC 3464, 2.3.3), "" where it is not said
	status     string // of the Status field, which the returning server chose
	diagnostic string // what the server that refused said
	told       string // what the report tells a reader about this recipient
	all        string // the whole of what it tells: subject and text
}

var (
	// mailBelow is where in a report the returned mail begins: its words say nothing about why it came back.
	mailBelow = regexp.MustCompile(`(?im)^(Received|Return-Path|DKIM-Signature|Message-ID)\s*:|^\W*(this is a copy of|below (this line )?is a copy|(en|in)closed is a copy|included is a copy|the (original|header of the original) message (follows|is following)|original (message|mail)( headers?| info| follows)?\W*$|unsent message (follows|below)|message headers? follow|-+ *original (message|mail)|-+ *returned message)`)

	// transcript is how software names the command that was refused.
	atRecipient = regexp.MustCompile(`(?i)(in reply to|after|response to|following|did not like our|answer to) (the )?RCPT|>>> ?RCPT|RCPT TO response|\[RCPT_TO\]|SMTP:RCPT|does not like recipient|did not like recipient|rejected recipient`)
	atData      = regexp.MustCompile(`(?i)(in reply to|after|response to|following|did not like our) (the )?(end of )?(DATA|message content)|>>> ?(DATA|\.\s*$)|SMTP command\s+DATA|\[(DATA|BODY)\]`)
	atSender    = regexp.MustCompile(`(?i)(in reply to|after|response to|following) (the )?(MAIL FROM|EHLO|HELO)|>>> ?MAIL`)

	named = regexp.MustCompile(`(?i)\b5\d\d[: -]+(?:5\.\d+\.\d+ )?['"<\[]?[^\s@<>]+@`) // the answer names the address
	reply = regexp.MustCompile(`\b[45]\d\d[ :-]`)

	fromServer = regexp.MustCompile(`(?m)^<<< .*`)

	notYet = regexp.MustCompile(`(?i)(this is (only )?a warning|warning message only|do not need to re-?send|will (be retried|keep trying|continue (to try|trying))|still (being retried|trying)|delivery (is |has been |was )?delayed|message (is |has been )?delayed|only a temporary failure|(has|have) not been delivered yet|not yet been delivered|delayed mail|status notification \(delay\))`)
)

// The reasons that servers give, in the order in which they count: who says that a mailbox is full has one.
// Each is a kind of words, gathered from the documentation of mail servers and of providers.
var (
	// ofSender: not the recipient but we were refused.
	ofSender = regexp.MustCompile(`(?i)sender('s)? (address|domain|verif|email|is )[^.\n]{0,40}(rejected|invalid|fail|not|unknown|does)|sender (rejected|denied|unknown|verify)|\b5\.1\.[78]\b|reverse.?path|return address|envelope sender|domain of sender|my (name|greeting) was (rejected|refused)|\b(HELO|EHLO)\b[^.\n]{0,30}(invalid|rejected|refused|must)`)

	// overFull: mailboxes and messages that are too large.
	overFull = regexp.MustCompile(`(?i)(mailbox|mail box|quota|storage|space|inbox|account|folder)[^.\n]{0,40}(\bfull|exceed|over.?(quota|limit)|size.?limit|out of|insufficient)|(over|exceed\w*|out of|insufficient|not enough|no more|no)[^.\n]{0,30}(quota|storage|(disk |free )?space)|over ?quota|disk ?full|too (large|big)|size limit|exceeds? (the )?(maximum|max|allowed)|penuh|\b5\.2\.[23]\b`)

	// shut: what an address that may well exist is refused for.
	shut = regexp.MustCompile(`(?i)black.?list|block.?list|deny.?list|spamhaus|spamcop|barracuda|\brbl\b|dnsbl|blocked|banned|reputation|grey.?list|gray.?list|too (many|much|fast)|rate.?limit|throttl|recipient preferences|preferences? of the recipient|dmarc|\bspf\b|dkim|reverse dns|\bptr\b|virus|malware|looks? like spam|spam (message|content|detected)|content (rejected|filter)|message filtered`)

	// dormant: a mailbox that is there, and nobody opens it.
	dormant = regexp.MustCompile(`(?i)(account|mailbox|user|recipient|address|email)[^.\n]{0,50}(disabled|discontinued|inactive|suspended|deactivated|locked|expired|not active|no longer active|on hold)|(disabled|inactive|suspended|deactivated) (account|mailbox|user|recipient|email)`)

	// gone: an address that does not exist.
	gone = regexp.MustCompile(`(?i)(user|recipient|mailbox|address|account|addressee|destination|alias|email|mailaddress)[^.\n]{0,60}(unknown|not found|n[o']t be found|does ?n[o']t exist|do not exist|not exist|no longer (on|exist|valid|in use|available|here|at)|invalid|non-?existent|has moved|unrouteable|undefined|is not (a )?(valid|known|registered))|not listed in|` +
		`(unknown|no such|invalid|non-?existent|undefined|illegal|bad|incorrect|invalide)( or (illegal|unknown|invalid))?( destination| final delivery| local| email| e-?mail| mail)? ?(user ?id|userid|user|recipient|mailbox|address|account|person|local.?part|virtual|alias|destinataire|addressee|name here)|` +
		`(adresse|destinataire)[^.\n]{0,40}(invalide|inconnu)|empfänger[^.\n]{0,30}(unbekannt|nicht gefunden)|tidak ditemukan|tidak terdaftar|` +
		`user.?unknown|unknown.?user|no (valid|such) recipients?|no mailbox here|not a (valid|known) (mailbox|user|recipient)|no account by that name|\S+@\S+ does not exist|not our (customer|user)|` +
		`does ?n[o']t have an? \S+ account|not have an account|nosuchuser|recip(ient)?notfound|has moved to|recipient address rejected(: access denied|\.|\s*$)|` +
		`address rejected\.?\s*$|\d{3} \S+@\S+ rejected|did not reach the following recipient|couldn't be found|could not be found`)

	// nowhere: a domain that does not exist or takes no mail.
	nowhere = regexp.MustCompile(`(?i)host (or domain name )?(unknown|not found)|host \S+ not found|(no such|unknown|unrouteable|invalid|bad destination) (host|domain|mail domain|system)|unrouteable (mail )?(address|domain)|domain (name )?(\S+ )?(not found|does ?n[o']t exist|may not exist|is not reachable|isn't reachable|unknown)|account or domain may not exist|\b5\.1\.[23]\b|\b5\.1\.10\b|null ?mx|no mx (record )?found|no mx\b|no smtp service|not accepting (network )?(messages|mail)|does ?n[o']t (accept|receive) (any )?(e?mail|messages)|nxdomain|name or service not known`)

	// notHere: words for an unknown user that also mean less.
	notHere = regexp.MustCompile(`(?i)mailbox (is )?unavailable|(user|recipient|mailbox) not available`)

	// filters are the words that servers also use for mail that a filter refused.
	filters = regexp.MustCompile(`(?i)(user|recipient)s? (is |was )?(unknown|not exist)|(unknown|no such) user`)
	// nobody is what a filter says without naming the recipient.
	nobody = regexp.MustCompile(`(?i)user (is |was )?unknown|unknown user`)

	// refused says that somebody did not want the mail, and not why.
	refused = regexp.MustCompile(`(?i)access denied|relay(ing)? (access )?denied|unable to relay|not (authori[sz]ed|permitted|allowed)|prohibited|policy|timed? ?out|refused`)

	unsure  = regexp.MustCompile(`(?i)malformed or unexpected name server|temporar|try again|deferred`)
	byLocal = regexp.MustCompile(`(?i)command output:`)

	// relayed is how IronPort's gateways put their own words before those of the server that refused.
	relayed = regexp.MustCompile(`^(?:smtp;\s*)?\d\.\d\.\d - [\w ]+ (\d{3}[- ]'.*)`)
)

// maxWords is how much of what a report says of one recipient is weighed; no server says more.
const maxWords = 6 << 10

// verdict is the enhanced status code and whether the address does not exist. What the refusing server said counts
// more than the code that the returning one put beside it, and that more than the text around.
func (n notice) verdict() (status string, hard bool) {
	status = n.code()
	words := []string{n.diagnostic, n.told}
	for _, w := range words {
		if known, gives := n.weigh(w, status); known {
			return status, gives
		}
	}
	return status, hardCode(status) && status != "4.1.1"
}

// weigh reads one piece of words; known is false where they give no reason.
func (n notice) weigh(words, status string) (known, hard bool) {
	if strings.TrimSpace(words) == "" {
		return false, false
	}
	words = words[:min(len(words), maxWords)]
	command := n.told + " " + words
	switch {
	case overFull.MatchString(words):
		return true, false
	case ofSender.MatchString(words) || atSender.MatchString(command) && !atRecipient.MatchString(command):
		return true, false
	case nowhere.MatchString(words) && (!strings.HasPrefix(status, "5.7.") || hardCode(status)):
		return true, !unsure.MatchString(words) && !passing(status)
	case shut.MatchString(words):
		return true, false
	case dormant.MatchString(words):
		return true, status == "5.1.1"
	case gone.MatchString(words), notHere.MatchString(words):
		return true, n.believed(words, status)
	}
	return refused.MatchString(words), false
}

// believed reports whether "no such user" means that the address does not exist. A server says so of the recipient:
// with a code for that, in answer to RCPT, or naming it. Where it had taken the recipient and says so after DATA, or
// names nobody, it is the answer of a filter, and the mailbox is there; so is one that is disabled (RFC 3463, 5.2.1).
func (n notice) believed(words, status string) bool {
	command := n.told + " " + words
	switch {
	case unsure.MatchString(n.diagnostic), byLocal.MatchString(n.told), passing(status):
		return false
	case hardCode(status):
		return true
	case atRecipient.MatchString(command):
		return true
	case strings.HasPrefix(status, "5.2."), atData.MatchString(command) && filters.MatchString(words):
		return false
	}
	return !nobody.MatchString(words) || !reply.MatchString(words) || named.MatchString(words)
}

// hardCode reports whether an enhanced status code says that an address does not exist (RFC 3463, 3.2; RFC 7505;
// 5.4.1 as Exchange Online uses it).
func hardCode(status string) bool {
	switch status {
	case "5.1.0", "5.1.1", "5.1.2", "5.1.3", "5.1.4", "5.1.6", "5.1.10", "5.4.4", "5.7.27", "4.1.1":
		return true
	}
	return false
}

// code is the most telling enhanced status code: that of the server that refused, then that of the returning one.
func (n notice) code() string {
	best, told := "", n.told
	if answers := fromServer.FindAllString(told, -1); answers != nil {
		told = strings.Join(answers, "\n") // the rest is what the returning server made of them
	}
	for _, s := range append(append(codes(n.diagnostic), n.status), codes(told)...) {
		if s != "" && (best == "" || vague(best) && !vague(s)) {
			best = s
		}
	}
	return best
}

// passing codes say that it was a matter of the moment. 4.1.1 is what Postfix says of unknown users where it is told to
// wait before it believes that itself.
func passing(status string) bool { return strings.HasPrefix(status, "4.") && status != "4.1.1" }

func codes(words string) []string {
	var found []string
	for _, m := range enhanced.FindAllStringSubmatch(words, 10) {
		found = append(found, m[1])
	}
	return found
}

// vague codes say only that it failed.
func vague(status string) bool {
	return status == "" || strings.HasSuffix(status, ".0.0")
}

// failed reports whether the mail will not arrive any more.
func (n notice) failed() bool {
	switch a := n.action; {
	case strings.HasPrefix(a, "delayed"), strings.HasPrefix(a, "relayed"), strings.HasPrefix(a, "delivered"), strings.HasPrefix(a, "expanded"):
		return false
	case strings.HasPrefix(a, "failed"):
		return true
	}
	return !notYet.MatchString(n.all)
}

// notices takes a report apart: by its fields, or by the addresses that its text names.
func notices(fields []byte, subject, text, header string) []notice {
	if at := mailBelow.FindStringIndex(text); at != nil && strings.TrimSpace(text[:at[0]]) != "" {
		text = text[:at[0]]
	}
	all := ofFields(fields)
	if len(all) == 0 {
		all = ofFields([]byte(text)) // some put the fields into the text
	}
	if len(all) == 0 {
		for _, a := range addressed(text, header) {
			all = append(all, notice{address: a})
		}
	}
	if len(all) == 0 {
		all = []notice{{}}
	}
	for i := range all {
		n := &all[i]
		n.told, n.all = about(text, n.address, all), subject+"\n"+text
		if len(all) == 1 {
			n.told = text + "\n" + subject
		}
		n.told = n.told[:min(len(n.told), maxWords)]
	}
	return all
}

// ofFields reads the per-recipient fields of a delivery status (RFC 3464, 2.3).
func ofFields(content []byte) []notice {
	var all []notice
	for _, h := range groups(content) {
		who := h.Get("Final-Recipient")
		if who == "" {
			who = h.Get("Original-Recipient")
		}
		if who == "" && h.Get("Action") == "" && h.Get("Diagnostic-Code") == "" || len(all) == maxRecipients {
			continue
		}
		n := notice{action: strings.ToLower(h.Get("Action")), diagnostic: h.Get("Diagnostic-Code")}
		n.address = strings.ToLower(bareAddress.FindString(who))
		if s := codes(h.Get("Status")); len(s) > 0 {
			n.status = s[0]
		}
		if m := relayed.FindStringSubmatch(n.diagnostic); m != nil {
			n.diagnostic = m[1]
		}
		all = append(all, n)
	}
	return all
}

// groups are the groups of fields in content. An empty line is due between two recipients; some leave it out.
func groups(content []byte) []textproto.MIMEHeader {
	h, key := textproto.MIMEHeader{}, ""
	all := []textproto.MIMEHeader{h}
	for l := range strings.Lines(string(content)) {
		k, v, field := strings.Cut(l, ":")
		k = textproto.CanonicalMIMEHeaderKey(strings.TrimSpace(k))
		switch {
		case strings.TrimSpace(l) == "", k == "Final-Recipient" && h.Get(k) != "":
			h = textproto.MIMEHeader{}
			all = append(all, h)
		case l[0] == ' ' || l[0] == '\t':
			if v := h[key]; len(v) > 0 {
				v[len(v)-1] += " " + strings.TrimSpace(l)
			}
			continue
		}
		if field && strings.TrimSpace(l) != "" {
			key = k
			h.Add(key, strings.TrimSpace(v))
		}
	}
	return all
}

var addressFirst = regexp.MustCompile(`(?m)^(?:<<< |\d{3} |[\s*"'<(\[-])*([^\s<>"'()@:,;\[\]*]+@[\w.-]+\w)`)

// addressed lists the addresses with which lines of the text begin: whom a free-form report is about.
func addressed(text, header string) []string {
	var found []string
	for _, a := range bareAddress.FindAllString(header, maxRecipients) {
		found = append(found, strings.ToLower(a))
	}
	for _, m := range addressFirst.FindAllStringSubmatch(text, 5*maxRecipients) {
		if a := strings.ToLower(m[1]); len(found) < maxRecipients && !slices.Contains(found, a) {
			found = append(found, a)
		}
	}
	return found
}

// about is what of the text is about address: from a line that names it to one that names another.
func about(text, address string, all []notice) string {
	var out strings.Builder
	ours := false
	for l := range strings.Lines(text) {
		lower := strings.ToLower(l)
		switch {
		case address != "" && strings.Contains(lower, address):
			ours = true
		case slices.ContainsFunc(all, func(n notice) bool { return n.address != "" && strings.Contains(lower, n.address) }):
			ours = false
		}
		if ours {
			out.WriteString(l)
		}
	}
	return out.String()
}

// cloud is a notice of Amazon's mail service, which writes JSON:
// https://docs.aws.amazon.com/ses/latest/dg/notification-contents.html
type cloud struct {
	Kind   string `json:"notificationType"`
	Event  string `json:"eventType"`
	Bounce struct {
		Kind       string `json:"bounceType"`
		Recipients []struct {
			Address    string `json:"emailAddress"`
			Action     string `json:"action"`
			Status     string `json:"status"`
			Diagnostic string `json:"diagnosticCode"`
		} `json:"bouncedRecipients"`
	} `json:"bounce"`
	Message string // the notice itself, where the service that passes it on wraps it
}

var brokenLine = strings.NewReplacer("\n ", " ", "\r", "", "\n", "")

// cloudNotice reads such a notice; nil for any other mail.
func cloudNotice(from, text string) *cloud {
	if !strings.HasSuffix(from, ".amazonaws.com") && !strings.HasSuffix(from, ".amazonses.com") {
		return nil
	}
	text, _, _ = strings.Cut(text[strings.IndexByte(text+"{", '{'):], "\n--\n")
	var c cloud
	err := json.NewDecoder(strings.NewReader(brokenLine.Replace(text))).Decode(&c)
	if err == nil && c.Message != "" {
		err = json.Unmarshal([]byte(brokenLine.Replace(c.Message)), &c)
	}
	if c.Kind == "" {
		c.Kind = c.Event
	}
	if err != nil || c.Kind == "" {
		return nil
	}
	return &c
}

func (c *cloud) bounce(ids []string) *Bounce {
	b := &Bounce{IDs: ids}
	if c.Kind == "Bounce" {
		var all []notice
		for _, r := range c.Bounce.Recipients[:min(len(c.Bounce.Recipients), maxRecipients)] {
			all = append(all, notice{address: strings.ToLower(r.Address), action: strings.ToLower(r.Action), status: r.Status, diagnostic: r.Diagnostic})
		}
		b.conclude(all)
	}
	if len(b.Recipients) == 0 {
		b.Recipients = []Recipient{{}}
	}
	return b
}
