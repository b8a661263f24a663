package bot

// Command is an entry of the menu of commands that some platforms show beside the text field: a word
// of a to z, and what it does.
type Command struct{ Name, Description string }

// Commands is that menu in a language ("id", else English). Every word in it is one that the bot obeys.
func Commands(lang string) []Command {
	if lang == indonesian {
		return []Command{
			{"lapor", "Cara melapor"},
			{"status", "Cek laporan Anda"},
			{"batal", "Batalkan laporan"},
			{"english", "Use English"},
			{"menu", "Bantuan"},
			{"berhenti", "Tanpa pengingat"},
		}
	}
	return []Command{
		{"report", "How to report"},
		{"status", "Check your reports"},
		{"cancel", "Withdraw a report"},
		{"indonesia", "Pakai bahasa Indonesia"},
		{"menu", "Help"},
		{"stop", "No reminders"},
	}
}
