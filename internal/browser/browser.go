// Package browser drives Debian's Chromium for tests: one browser for a test package, and in it a page
// with its own cookies for each test. Pages wait for elements, never for time; whatever they ask for
// outside the server under test is refused and fails the test, and so does a script that breaks down.
package browser

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"time"

	"github.com/chromedp/chromedp"
)

// patience bounds every wait for the browser; it is no measure of speed.
const patience = 45 * time.Second

// Browser is a Chromium that starts with the first page. The zero value is ready; whoever has one closes
// it when the package's tests are over. It is safe for concurrent use.
type Browser struct {
	mu    sync.Mutex
	ctx   context.Context
	dir   string
	close []context.CancelFunc // the browser, then what started it
	err   error
}

// names are what the program is called; Debian's comes first.
var names = []string{"chromium", "chromium-browser", "google-chrome"}

// start starts the browser once.
func (b *Browser) start() (context.Context, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.ctx == nil && b.err == nil {
		b.err = b.launch()
	}
	return b.ctx, b.err
}

func (b *Browser) launch() error {
	path := ""
	for _, name := range names {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		return errors.New("chromium is not installed (Debian: chromium)")
	}
	dir, err := os.MkdirTemp("", "browser")
	if err != nil {
		return fmt.Errorf("starting chromium: %w", err)
	}
	b.dir = dir
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.UserDataDir(dir), chromedp.DisableGPU,
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-domain-reliability", true),
		chromedp.Flag("disable-features", "Translate,OptimizationHints,MediaRouter,DialMediaRouteProvider,AutofillServerCommunication"),
		chromedp.Flag("no-proxy-server", true),
		// No name is looked up: what is not on this machine is not reached.
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost"),
		chromedp.WSURLReadTimeout(patience),
	)
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox)
	}
	started, stopAllocator := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, stop := chromedp.NewContext(started)
	if err := chromedp.Do(ctx); err != nil {
		stop()
		stopAllocator()
		return errors.Join(fmt.Errorf("starting chromium: %w", err), os.RemoveAll(dir))
	}
	b.ctx, b.close = ctx, []context.CancelFunc{stop, stopAllocator}
	return nil
}

// Close ends the browser, if it started, and waits for its end.
func (b *Browser) Close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, stop := range b.close {
		stop()
	}
	b.ctx, b.close = nil, nil
	if b.dir != "" {
		os.RemoveAll(b.dir) // a leaving process may still write there: the folder is a temporary one
	}
}
