package twilio

import "tanggap/channels"

// fault is what one of Twilio's codes means for the outbox and for staff.
type fault struct {
	kind  channels.ErrorKind
	words string
}

// faults are the codes that a send or a delivery can end with, from https://www.twilio.com/docs/api/errors
// (read 2026-03). What is missing goes by the HTTP status, or in a delivery report by its state.
var faults = map[int]fault{
	20003: {channels.Suspended, "Twilio refuses the account's credentials"},
	20005: {channels.Suspended, "the Twilio account is not active"},
	20404: {channels.Suspended, "Twilio does not know the account or what it asked for"},
	20429: {channels.Throttled, "the account calls Twilio too fast"},
	20500: {channels.Temporary, "Twilio has an internal error"},
	20503: {channels.Temporary, "Twilio is not available"},
	14107: {channels.Throttled, "the sender sends too fast"},
	21211: {channels.Unreachable, "the number is not valid"},
	21214: {channels.Unreachable, "the number cannot be reached"},
	21266: {channels.Unreachable, "the number is our own"},
	21408: {channels.Unreachable, "the account may not send to the number's country"},
	21610: {channels.Unreachable, "the citizen has unsubscribed (STOP)"},
	21612: {channels.Unreachable, "our sender cannot reach this number"},
	21614: {channels.Unreachable, "the number is no mobile number"},
	21635: {channels.Unreachable, "the number is a landline"},
	21212: {channels.Suspended, "our sender is not valid"},
	21603: {channels.Suspended, "our sender is missing"},
	21606: {channels.Suspended, "our sender cannot send SMS to this destination"},
	21609: {channels.Suspended, "Twilio refuses our public_url"},
	21659: {channels.Suspended, "our sender is no number of this account"},
	21701: {channels.Suspended, "the messaging service does not exist"},
	21703: {channels.Suspended, "the messaging service has no sender"},
	21602: {channels.Rejected, "the message has no text"},
	21617: {channels.Rejected, "the text has more than 1600 characters"},
	21611: {channels.Throttled, "Twilio's queue for our sender is full"},
	30001: {channels.Temporary, "Twilio's queue for our sender overflowed"},
	30002: {channels.Suspended, "the Twilio account was suspended"},
	30003: {channels.Unreachable, "the phone is off or out of reach"},
	30004: {channels.Unreachable, "the number is blocked from getting this message"},
	30005: {channels.Unreachable, "the number is unknown or out of service"},
	30006: {channels.Unreachable, "the number is a landline or its carrier cannot be reached"},
	30007: {channels.Rejected, "the carrier filtered the message as spam"},
	30008: {channels.Temporary, "the carrier gave no reason"},
	30017: {channels.Temporary, "the carrier's network is congested"},
	30023: {channels.Temporary, "the carrier's daily limit for our sender is used up"},
	30024: {channels.Suspended, "our sender is not provisioned at the carrier"},
	30034: {channels.Suspended, "our number is not registered with the carriers"},
	63003: {channels.Unreachable, "the number is not valid on WhatsApp"},
	63005: {channels.Rejected, "WhatsApp did not take the content"},
	63007: {channels.Suspended, "our sender is no WhatsApp sender"},
	63013: {channels.Rejected, "the message breaks WhatsApp's rules"},
	63015: {channels.Unreachable, "the citizen has not joined the WhatsApp sandbox"},
	63016: {channels.Rejected, "the citizen's last message is over 24 hours old: only a template may be sent"},
	63018: {channels.Throttled, "the WhatsApp sender sends too fast"},
	63024: {channels.Unreachable, "the number is not on WhatsApp"},
}

// states are Twilio's message statuses that say how far a message got. The others (accepted, scheduled,
// queued, sending) come before "sent": https://www.twilio.com/docs/messaging/api/message-resource#message-status-values
var states = map[string]channels.DeliveryState{
	"sent":        channels.Sent,
	"delivered":   channels.Delivered,
	"read":        channels.Delivered,
	"undelivered": channels.Failed,
	"failed":      channels.Failed,
	"canceled":    channels.Failed,
}
