package email

import (
	"context"

	"tanggap/channels"
	"tanggap/channels/email/wire"
)

// Send makes one attempt over a connection of its own.
func (a *Adapter) Send(ctx context.Context, out channels.Outbound) (channels.Receipt, error) {
	if ctx.Err() != nil {
		return channels.Receipt{}, channels.Errorf(channels.Temporary, "context", "there is no time left to send")
	}
	to, raw, err := a.compose(out)
	if err != nil {
		return channels.Receipt{}, err
	}
	conn, err := a.smtp.Submit(ctx, a.domain)
	if err != nil {
		return channels.Receipt{}, err
	}
	defer conn.Quit()
	paths := []string{a.config.Address}
	if out.Automatic && !out.Notice {
		paths = []string{wire.NullPath, a.config.Address} // what no person wrote must not come back as a bounce to be answered (RFC 3834, 3.3)
	}
	err = conn.Transfer(to, raw, paths...)
	if err != nil && channels.KindOf(err) != channels.UnknownSent {
		return channels.Receipt{}, err
	}
	return channels.Receipt{MessageID: a.messageID(out.Key), State: channels.Sent}, err
}
