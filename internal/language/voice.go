package language

import "strings"

// Active reports whether a word in normal form looks like an Indonesian verb of which somebody is the
// subject: "menekan", "ngelabrak". Words that begin so by chance are left out.
func Active(word string) bool {
	if len(word) < 6 || inert[word] {
		return false
	}
	for _, prefix := range [...]string{"mem", "men", "ng", "ny"} { // with "meng-" and "meny-"
		if strings.HasPrefix(word, prefix) {
			return true
		}
	}
	return false
}

var inert = set(`mengenai menurut mengapa menara menteng mengalami mendapat mendapatkan mendung menjadi meninggal memang mending mengungsi menunggu menteri
	mendadak mempunyai memiliki membutuhkan memerlukan mengharapkan memohon meminta menanyakan mengucapkan menghadap mengetahui nyaman nyamuk nyaris nyangkut ngantuk nganggur ngetem`)

// Passive reports whether a word in normal form looks like an Indonesian verb whose doer follows it:
// "digesek guru".
func Passive(word string) bool { return len(word) > 5 && strings.HasPrefix(word, "di") }
