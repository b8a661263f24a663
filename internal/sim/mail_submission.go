package sim

import (
	"errors"
	"io"
	"slices"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// MailFault is a way for the SMTP server to go wrong.
type MailFault string

// The faults that Mail.Fail knows, with the words of common servers.
const (
	MailBusy        MailFault = "busy"         // 451 after the message
	MailThrottled   MailFault = "throttled"    // 451 for the rate, with a time to wait
	MailRejected    MailFault = "rejected"     // 554 for the content
	MailUnreachable MailFault = "unreachable"  // 550 for the recipient
	MailFull        MailFault = "mailbox full" // 552 for the recipient
	MailBadLogin    MailFault = "bad login"    // 535
	MailRefused     MailFault = "refused"      // the connection is closed at once
	MailCut         MailFault = "cut"          // takes the message, then breaks the connection before it answers
	MailHang        MailFault = "hang"         // takes the message and never answers
	MailLost        MailFault = "lost"         // cut, where the message is new: a second try goes well
)

// mailStep is where in the conversation a fault shows.
type mailStep int

const (
	mailAtDial mailStep = iota
	mailAtLogin
	mailAtRecipient
	mailAtData
	mailAfterDot
)

type mailFault struct {
	fault MailFault
	left  int
}

var mailSteps = map[MailFault]mailStep{
	MailRefused: mailAtDial, MailBadLogin: mailAtLogin, MailUnreachable: mailAtRecipient, MailFull: mailAtRecipient,
	MailThrottled: mailAtData, MailBusy: mailAtData, MailRejected: mailAtData, MailCut: mailAfterDot, MailHang: mailAfterDot, MailLost: mailAfterDot,
}

var mailReplies = map[MailFault]*smtp.SMTPError{
	MailBusy:        {Code: 451, EnhancedCode: smtp.EnhancedCode{4, 3, 0}, Message: "Requested action aborted: local error in processing"},
	MailThrottled:   {Code: 451, EnhancedCode: smtp.EnhancedCode{4, 7, 28}, Message: "Rate limit exceeded, try again in 7 seconds"},
	MailRejected:    {Code: 554, EnhancedCode: smtp.EnhancedCode{5, 6, 0}, Message: "Message content refused"},
	MailUnreachable: {Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "Recipient address rejected: User unknown"},
	MailFull:        {Code: 552, EnhancedCode: smtp.EnhancedCode{5, 2, 2}, Message: "Mailbox is full"},
	MailBadLogin:    {Code: 535, EnhancedCode: smtp.EnhancedCode{5, 7, 8}, Message: "Authentication credentials invalid"},
}

// Fail makes the next n submissions go wrong so.
func (m *Mail) Fail(f MailFault, n int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.faults = append(m.faults, mailFault{fault: f, left: n})
}

// Mend takes the faults away that are left.
func (m *Mail) Mend() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.faults = nil
}

// fault takes the next fault if it shows at this step.
func (m *Mail) fault(at mailStep) (MailFault, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.faults) == 0 || mailSteps[m.faults[0].fault] != at {
		return "", false
	}
	f := m.faults[0].fault
	if m.faults[0].left--; m.faults[0].left <= 0 {
		m.faults = m.faults[1:]
	}
	return f, true
}

// mailSubmission is one SMTP conversation.
type mailSubmission struct {
	mail *Mail
	conn *smtp.Conn
	in   bool // logged in
	from string
	to   []string
}

func (s *mailSubmission) AuthMechanisms() []string { return []string{sasl.Plain} }

func (s *mailSubmission) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, username, password string) error {
		if f, ok := s.mail.fault(mailAtLogin); ok {
			return mailReplies[f]
		}
		if username != s.mail.options.Address || password != s.mail.options.Password {
			return mailReplies[MailBadLogin]
		}
		s.in = true
		return nil
	}), nil
}

func (s *mailSubmission) Mail(from string, _ *smtp.MailOptions) error {
	if !s.in {
		return &smtp.SMTPError{Code: 530, EnhancedCode: smtp.EnhancedCode{5, 7, 0}, Message: "Authentication required"}
	}
	s.from = from
	return nil
}

func (s *mailSubmission) Rcpt(to string, _ *smtp.RcptOptions) error {
	if f, ok := s.mail.fault(mailAtRecipient); ok {
		return mailReplies[f]
	}
	s.to = append(s.to, to)
	return nil
}

func (s *mailSubmission) Data(r io.Reader) error {
	raw, err := mailReadAll(r)
	if err != nil {
		return err
	}
	if f, ok := s.mail.fault(mailAtData); ok {
		return mailReplies[f]
	}
	again, err := s.mail.take(s.from, s.to, raw)
	if err != nil {
		return &smtp.SMTPError{Code: 554, EnhancedCode: smtp.EnhancedCode{5, 6, 0}, Message: "Message is malformed"}
	}
	if slices.Contains(s.to, s.mail.options.Address) {
		s.mail.home(s.from, raw)
	}
	f, _ := s.mail.fault(mailAfterDot)
	if f == MailLost && !again {
		f = MailCut
	}
	switch f {
	case MailCut:
		s.conn.Conn().Close()
		return errors.New("cut")
	case MailHang:
		s.conn.Conn().Read(make([]byte, 1)) // until the caller hangs up
		return errors.New("hung")
	}
	return nil
}

// home delivers what the mailbox sent to itself.
func (m *Mail) home(from string, raw []byte) {
	head := m.trace("<" + from + ">")
	if m.options.Stamp != "" {
		head += "Authentication-Results: " + m.options.Stamp + "\r\n"
	}
	m.deposit("", append([]byte(head), raw...))
}

func (s *mailSubmission) Reset() { s.from, s.to = "", nil }

func (s *mailSubmission) Logout() error { return nil }
