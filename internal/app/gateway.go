package app

import (
	"tanggap/channels"
	"tanggap/channels/gateway"
	"tanggap/internal/config"
)

// gatewayConfig is the configuration's view of a gateway, as the adapter takes it.
func gatewayConfig(c *config.Gateway, publicURL string) gateway.Config {
	states := make(map[string]channels.DeliveryState, len(c.Status.States))
	for name, state := range c.Status.States {
		states[name] = channels.DeliveryState(state)
	}
	return gateway.Config{
		Preset: c.Preset, SendURL: c.SendURL, Username: c.Username, Password: c.Password.Reveal(), From: c.From,
		Secret: c.Secret.Reveal(), PublicURL: publicURL, SMSC: c.SMSC, Region: c.Region, MaxSegments: c.MaxSegments, PerSecond: c.PerSecond,
		Send: gateway.Send{
			Method: c.Send.Method, Query: c.Send.Query, Body: c.Send.Body, ContentType: c.Send.ContentType, Header: c.Send.Header,
			Plain: c.Send.Plain, Accepted: c.Send.Accepted, MessageID: c.Send.MessageID, Probe: c.Send.Probe, Failures: gatewayFailures(c.Send.Failures),
		},
		Auth: gateway.Auth(c.Auth),
		Receive: gateway.Receive{
			From: c.Receive.From, To: c.Receive.To, Text: c.Receive.Text, ID: c.Receive.ID, Time: c.Receive.Time, UDH: c.Receive.UDH,
			Coding: c.Receive.Coding, Charset: c.Receive.Charset, SMSC: c.Receive.SMSC, TimeFormat: c.Receive.TimeFormat,
		},
		Status: gateway.Status{
			Key: c.Status.Key, MessageID: c.Status.MessageID, State: c.Status.State, Detail: c.Status.Detail, Time: c.Status.Time,
			States: states, Code: c.Status.Code, Failures: gatewayFailures(c.Status.Failures),
		},
	}
}

func gatewayFailures(list []config.GatewayFailure) (all []gateway.Failure) {
	for _, f := range list {
		all = append(all, gateway.Failure{Status: f.Status, Match: f.Match, Kind: channels.ErrorKind(f.Kind), Reason: f.Reason})
	}
	return all
}
