package main

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/netip"

	"tanggap/channels"
	"tanggap/internal/app"
	"tanggap/internal/config"
)

// checkAccounts asks each account's platform; no citizen is touched.
func checkAccounts(ctx context.Context, cfg *config.Config, resolver *net.Resolver) []finding {
	found, err := app.Check(ctx, cfg, resolver, slog.New(slog.DiscardHandler))
	if err != nil {
		return []finding{{Subject: "accounts", Detail: oneLine(err)}}
	}
	return outcomes("account ", found)
}

func outcomes(subject string, found []app.Finding) (all []finding) {
	for _, f := range found {
		line := finding{Subject: subject + f.Account, OK: f.Grade != channels.Wrong, Doubt: f.Grade == channels.Doubtful, Detail: flat(f.Detail), Items: f.Lines}
		if f.Subject != "" {
			line.Subject += ", " + f.Subject
		}
		all = append(all, line)
	}
	return all
}

// resolverAt asks the DNS server at an address, with its port where that is not 53; "" is the system's.
func resolverAt(server string) (*net.Resolver, error) {
	if server == "" {
		return nil, nil
	}
	at, err := netip.ParseAddrPort(server)
	if err != nil {
		ip, err := netip.ParseAddr(server)
		if err != nil {
			return nil, errors.New("--dns: want the IP address of a DNS server, such as 1.1.1.1")
		}
		at = netip.AddrPortFrom(ip, 53)
	}
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, at.String())
	}}, nil
}
