package api_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"tanggap/tickets"
)

// TestASearchTellsAProgramOfAnAgencyNothingHidden tries to learn a number by hits, and by whether there is a next page.
func TestASearchTellsAProgramOfAnAgencyNothingHidden(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		const number = "0812-3456-7890"
		d.reported(object{"text": street + ". Telepon " + number, "name": "Sari Rahasia", "phone": "0812-3456-7890"})
		other, path := d.reported(object{"text": street + " juga", "name": "Melati", "phone": "0812-9999-0000"})
		d.post(201, path+"/notes", object{"text": "tangga 7890"})
		agency := d.token(tickets.Token{Agency: lights})
		found := func(token, words string) (n int, next any) {
			got := d.must(200, token, "GET", "/api/v1/tickets?limit=1&q="+url.QueryEscape(words), nil).body
			return len(list(got["tickets"])), got["next"]
		}
		for words, want := range map[string]int{number: 0, "3456": 0, "7890": 1, "tangga 7890": 1, other["reference"].(string): 1} {
			if n, next := found(agency, words); n != want || next != nil {
				t.Errorf("%q: %d tickets, next %v", words, n, next)
			}
		}
		if n, next := found(agency, "tebet"); n != 1 || next == nil {
			t.Errorf("what can be read: %d tickets, next %v", n, next)
		}
		if n, _ := found(d.all, number); n != 1 {
			t.Error("a token for all agencies does not find the number")
		}
		for _, q := range []string{"channel=%00", "agency=%00%ff", "q=%00%ff", "after=%00"} {
			for _, token := range []string{d.all, agency} {
				if got := d.call(token, "GET", "/api/v1/tickets?"+q, nil); got.status >= 500 {
					t.Errorf("%s: %d", q, got.status)
				}
			}
		}
	})
}

// TestNoHashTellsAHiddenNumber tries every number in the place of the one that is hidden.
func TestNoHashTellsAHiddenNumber(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		const number = "0812-3456-7890"
		_, path := d.reported(object{"text": street + ". Telepon " + number, "phone": "0812-3456-7890"})
		d.post(201, path+"/notes", object{"text": "sudah ditelepon di " + number})
		guessed := func(token string) bool {
			full := d.must(200, token, "GET", "/api/v1"+path, nil)
			for n := range 10 {
				guess := fmt.Sprintf("0812-3456-789%d", n)
				for _, m := range list(full.body["messages"]) {
					sum := sha256.Sum256([]byte(strings.ReplaceAll(m["text"].(string), "•••", guess)))
					if strings.Contains(full.text, hex.EncodeToString(sum[:])) {
						return true
					}
				}
			}
			return false
		}
		if guessed(d.token(tickets.Token{Agency: lights})) {
			t.Error("a program of an agency finds the number by its hash")
		}
		if !guessed(d.all) {
			t.Error("the test finds no hash where there are some")
		}
	})
}
