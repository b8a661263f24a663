package config

import (
	"fmt"
	"regexp"
	"strconv"
)

// Costs is what `tanggap costs` reckons with, beside the prices of the accounts.
type Costs struct {
	Currency string `toml:"currency"` // of all prices; "" is not given
}

// Price is what the city pays for one segment, or one message where an account counts those. The zero value
// is a price that nobody gave, which is not a price of nothing.
type Price struct {
	Given  bool
	Amount float64
}

// priceForm has no separators: 1.500 is one and a half to some, and 1,500 to others.
var priceForm = regexp.MustCompile(`^[0-9]{1,9}(\.[0-9]{1,6})?$`)

// UnmarshalText reads a plain decimal number.
func (p *Price) UnmarshalText(text []byte) error {
	amount, err := strconv.ParseFloat(string(text), 64)
	if err != nil || !priceForm.Match(text) {
		return fmt.Errorf(`%q is no price such as "350" or "0.0079"`, text)
	}
	*p = Price{Given: true, Amount: amount}
	return nil
}

// Prices are what is paid for a message from a citizen and to one; of an account that has none, both are
// not given.
func (a Account) Prices() (in, out Price) {
	switch c := a.Channel.(type) {
	case *Twilio:
		return c.PriceIn, c.PriceOut
	case *Gateway:
		return c.PriceIn, c.PriceOut
	}
	return Price{}, Price{}
}
