package channels

// Sign is how something that came in is known to be no person's. Staff read it, and may say that a person wrote it.
type Sign string

// The signs of mail.
const (
	SignSubmitted Sign = "auto-submitted" // RFC 3834, 5
	SignHeader    Sign = "responder"      // a field that programs which answer by themselves write
	SignBulk      Sign = "bulk"           // Precedence
	SignList      Sign = "list"           // RFC 2919, RFC 2369
	SignNullPath  Sign = "null-path"      // no sender to return it to: RFC 5321, 4.5.5
	SignReceipt   Sign = "read-receipt"   // RFC 8098
	SignReport    Sign = "report"         // RFC 6522 about something else
	SignCalendar  Sign = "calendar"       // an answer to an invitation: RFC 5546
	SignNoReply   Sign = "no-reply"       // the sender takes no mail
	SignDaemon    Sign = "mail-system"    // a mail server itself
	SignLoop      Sign = "loop"           // a program that marks what it sends
	SignSubject   Sign = "subject"        // the words of an automatic reply
	SignOurs      Sign = "ours"           // from a mailbox of ours, or through one
)

// Signs lists them.
func Signs() []Sign {
	return []Sign{
		SignSubmitted, SignHeader, SignBulk, SignList, SignNullPath, SignReceipt, SignReport, SignCalendar, SignNoReply, SignDaemon, SignLoop, SignSubject, SignOurs,
	}
}
