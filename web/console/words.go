package console

import (
	"maps"
	"slices"

	"tanggap/bot"
	"tanggap/tickets"
	"tanggap/tickets/staff"
	"tanggap/web/original"
)

// eventTypes are those that the history has words for.
var eventTypes = []string{
	"created", "routed", "follow_up", "answered", "edited", "located", "emergency", "replied", "noted", "transferred", "returned", "moved", "question", "held", "joined", "left",
	"resolved", "rejected", "withdrawn", "reopened", "confirmed", "timeout", tickets.IdentityOpened,
}

// actors are those of an event who are no persons of the staff.
var actors = []string{"citizen", "bot", "router", "mailbox"}

// families are the words that a value chooses.
func families() map[string][]string {
	var states, tabs []string
	for _, s := range tickets.States() {
		states = append(states, string(s))
	}
	for _, v := range views() {
		tabs = append(tabs, v.name)
	}
	return map[string][]string{
		"nav":            {"queue", "verify", "incidents", "quality", "quarantine", "accounts", "agencies", "staff"},
		"alert":          {"no_password", "accounts", "storm"},
		"flash":          {"signed_out", "replied", "noted", "transferred", "moved", "opened", "paused", "resumed", "held_sent", "held_dropped", "held_gone", "again", "replayed", "aside_gone", "contact_set", "contact_dropped", "trust_saved", "password", "language", "disabled", "enabled", "incident_opened", "incident_sorted", "incident_going", "incident_answered", "incident_changed", "incident_closed"},
		"sign_in":        {"wrong", "throttled"},
		"view":           tabs,
		"incident_fault": incidentFaults,
		"incident_task":  incidentTasks,
		"incident_part":  incidentParts,
		"state":          states,
		"outcome":        {"confirmed", "unanswered", "not_reached"},
		"kind":           {"complaint", "information", "suggestion", "misconduct"},
		"channel":        append([]string{"other"}, channelNames...),
		"who":            {"citizen", "bot", "staff", "note", "mailbox"},
		"actor":          actors,
		"event":          append([]string{"other"}, eventTypes...),
		"sent":           {"queued", "held", "sent", "delivered", "failed", "unknown", "uncertain"},
		"account":        accountStates,
		"held":           heldScopes,
		"barred":         barreds,
		"inbound":        inboundKinds,
		"aside_reason":   staff.AsideReasons(),
		"aside_cause":    slices.Collect(maps.Values(asideCauses())),
		"trust":          trustFaults,
		"hearing":        findings,
		"reach":          reaches,
		"contact":        contactFaults,
		"role":           roles(),
		"role_help":      roles(),
		"password":       passwordFaults,
		"person":         personFaults,
		"refusal":        {"stale", "reused", "move", "sealed", "ask", "agency", "text", "reason", "long"},
		"open_reason":    bot.OpenReasons(),
		"move":           {"in_progress", "resolved", "pending", "triage", "rejected", "withdrawn", "assigned"},
	}
}

func roles() (all []string) {
	for _, r := range staff.Roles() {
		all = append(all, string(r))
	}
	return all
}

// keys are the words that code alone uses.
func keys() (all []string) {
	for _, code := range alikeCodes {
		all = append(all, "alike."+code)
	}
	all = append(all, original.Keys()...)
	return append(all, append([]string{"triage.gone", "triage.because", "triage.chosen", "triage.took_back"}, triageSaid...)...)
}
