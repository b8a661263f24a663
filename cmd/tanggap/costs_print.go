package main

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"
)

// print writes the sheet for a person.
func (c *costSheet) print(out io.Writer) error {
	fmt.Fprintf(out, "The last %d days, in %s\n", c.Days, orUnknown(c.Currency))
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	row := func(cells ...string) { fmt.Fprintln(w, strings.Join(cells, "\t")+"\t") }
	row("account", "tickets", "in", "out", "counted as", "price in", "price out", "cost", "a ticket")
	for _, l := range c.Accounts {
		counts := []string{l.Account, strconv.Itoa(l.Tickets), strconv.Itoa(l.In), strconv.Itoa(l.Out), l.Unit + "s"}
		each := amount(l.CostPerTicket)
		if l.Tickets == 0 {
			each = "-"
		}
		if l.Paid {
			row(append(counts, amount(l.PriceIn), amount(l.PriceOut), amount(l.Cost), each)...)
		} else {
			row(append(counts, "-", "-", "-", "-")...)
		}
	}
	row("total", "", "", "", "", "", "", amount(c.Total), "")
	if err := w.Flush(); err != nil || c.Reckoned == nil {
		return err
	}
	fmt.Fprintf(out, "\nIf all of %d reports a day came through one account\n", c.Reckoned.ReportsADay)
	row("account", "in a ticket", "out a ticket", "by", "a ticket", "a day", "30 days")
	for _, e := range c.Reckoned.Accounts {
		row(e.Account, fmt.Sprintf("%.1f", e.InPerTicket), fmt.Sprintf("%.1f", e.OutPerTicket), e.Basis, amount(e.CostPerTicket), amount(e.CostADay), amount(e.CostAMonth))
	}
	return w.Flush()
}

func orUnknown(currency string) string {
	if currency == "" {
		return "a currency that was not given"
	}
	return currency
}

// amount is a sum of money, "?" where a price is missing.
func amount(v *float64) string {
	switch {
	case v == nil:
		return "?"
	case *v != 0 && *v < 10:
		return strconv.FormatFloat(*v, 'f', 4, 64)
	case *v < 1000:
		return strconv.FormatFloat(*v, 'f', 2, 64)
	}
	digits := strconv.FormatFloat(*v, 'f', 0, 64)
	for at := len(digits) - 3; at > 0; at -= 3 {
		digits = digits[:at] + " " + digits[at:] // neither of the signs that mean a fraction somewhere
	}
	return digits
}
