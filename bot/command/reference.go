package command

import "tanggap/tickets"

// References finds numbers of ours in a text, with hyphens, dots or spaces between their groups or
// without.
func References(text string) []tickets.Reference {
	var all []tickets.Reference
	for i := 0; i < len(text) && len(all) < 8; i++ {
		if !digit(text, i) || digit(text, i-1) {
			continue
		}
		end, digits := i, 0
		for ; end < len(text) && digits < 10; end++ {
			if digit(text, end) {
				digits++
			} else if c := text[end]; c != '-' && c != '.' && c != ' ' {
				break
			}
		}
		if digits < 10 || digit(text, end) {
			continue
		}
		if ref, ok := tickets.ParseReference(text[i:end]); ok {
			all = append(all, ref)
			i = end - 1
		}
	}
	return all
}

func digit(text string, i int) bool {
	return i >= 0 && i < len(text) && text[i] >= '0' && text[i] <= '9'
}
