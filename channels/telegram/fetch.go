package telegram

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"tanggap/channels"
)

// Fetch opens the file that a file_id names, at most 20 MB of it, which is all that Telegram gives a
// bot (https://core.telegram.org/bots/api#getfile).
func (b *bot) Fetch(ctx context.Context, ref string) (io.ReadCloser, error) {
	var file tgbotapi.File
	if err := b.get(ctx, "getFile", tgbotapi.Params{"file_id": ref}, &file); err != nil {
		return nil, err
	}
	if file.FilePath == "" {
		return nil, channels.Errorf(channels.Rejected, "", "Telegram no longer has the file")
	}
	steps := strings.Split(file.FilePath, "/")
	for i, step := range steps {
		steps[i] = url.PathEscape(step)
	}
	c := b.newCall(ctx)
	r, err := http.NewRequest(http.MethodGet, b.config.APIURL+"/file/bot"+b.config.Token+"/"+strings.Join(steps, "/"), nil)
	if err != nil {
		return nil, channels.Errorf(channels.Rejected, "", "the file has no path that can be asked for")
	}
	resp, err := c.do(r)
	if err != nil {
		return nil, c.failure(err, false)
	}
	if resp.StatusCode == http.StatusOK {
		return struct {
			io.Reader
			io.Closer
		}{io.LimitReader(resp.Body, maxDownload), resp.Body}, nil
	}
	resp.Body.Close()
	if resp.StatusCode == http.StatusNotFound {
		return nil, channels.Errorf(channels.Rejected, "404", "Telegram no longer has the file")
	}
	return nil, c.refusal(resp.StatusCode, "", false)
}
