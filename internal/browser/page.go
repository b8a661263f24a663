package browser

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// Options of a page. The zero value is a desk's screen in light colours, with scripts.
type Options struct {
	Width, Height int // in CSS pixels; 0 means 1280 and 900
	Dark          bool
	NoScript      bool
}

// Page is one tab with cookies of its own, for one goroutine. Its methods fail the test where something
// does not come in time; a picture of the page is then left in the test's folder.
type Page struct {
	t    testing.TB
	base string // the one server it may talk to: http://host:port
	ctx  context.Context
	dir  string

	mu     sync.Mutex
	faults []string // what a browser's console shows in red, and requests to elsewhere
}

// Page opens a tab that talks to the server at base alone, until the test ends.
func (b *Browser) Page(t testing.TB, base string, o Options) *Page {
	t.Helper()
	parent, err := b.start()
	if err != nil {
		t.Fatal(err)
	}
	// In no folder of the test's: that one is gone before anybody can look at the picture.
	p := &Page{t: t, base: strings.TrimSuffix(base, "/"), dir: filepath.Join(os.TempDir(), "tanggap-pictures")}
	ctx, cancel := chromedp.NewContext(parent, chromedp.WithNewBrowserContext())
	p.ctx = ctx
	t.Cleanup(func() {
		p.finish()
		cancel()
	})
	if err := chromedp.Listen(ctx, p.heard); err != nil {
		t.Fatalf("opening a page: %v", err)
	}
	p.do("opening a page", func(ctx context.Context, tab *chromedp.Target) error {
		if _, err := chromedp.Call(ctx, log.Enable, cdp.Empty{}); err != nil {
			return err
		}
		return o.emulate(ctx)
	})
	return p
}

func (o Options) emulate(ctx context.Context) error {
	width, height := int64(o.Width), int64(o.Height)
	if width == 0 {
		width, height = 1280, 900
	}
	if height == 0 {
		height = 900
	}
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(width, height)); err != nil {
		return err
	}
	scheme := "light"
	if o.Dark {
		scheme = "dark"
	}
	media := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}}
	if _, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, media); err != nil {
		return err
	}
	_, err := chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: o.NoScript})
	return err
}

// heard notes what must not happen on a page.
func (p *Page) heard(event any) {
	fault := ""
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		if u, err := url.Parse(e.Request.URL); err != nil || (u.Scheme != "data" && u.Scheme != "blob" && u.Scheme+"://"+u.Host != p.base) {
			fault = "it asks for something elsewhere: " + e.Request.URL
		}
	case *runtime.EventExceptionThrown:
		fault = "a script broke down: " + e.ExceptionDetails.Text
	case *log.EventEntryAdded:
		// That an answer is a refusal is for the test to judge.
		if e.Entry.Level == log.EntryLevelError && e.Entry.Source != log.EntrySourceNetwork {
			fault = "its console says: " + e.Entry.Text
		}
	}
	if fault != "" {
		p.mu.Lock()
		p.faults = append(p.faults, fault)
		p.mu.Unlock()
	}
}

// finish fails the test for what was noted, and leaves a picture of a failed one.
func (p *Page) finish() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, fault := range p.faults {
		p.t.Errorf("the page did what it must not: %s", fault)
	}
	if !p.t.Failed() {
		return
	}
	if file, err := p.picture(strings.NewReplacer("/", "-", " ", "-").Replace(p.t.Name())); err == nil {
		p.t.Logf("the page as it was: %s", file)
	}
}

func (p *Page) picture(name string) (string, error) {
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	png, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(p.dir, 0o700); err != nil {
		return "", err
	}
	file := filepath.Join(p.dir, name+".png")
	return file, os.WriteFile(file, png, 0o600)
}

// do runs an action in bounded time.
func (p *Page) do(doing string, f func(context.Context, *chromedp.Target) error) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, chromedp.Func(f)); err != nil {
		p.t.Fatalf("%s: %v\nthe page: %s\n%s", doing, err, p.address(), p.words())
	}
}

func (p *Page) address() string { return evaluate[string](p, "location.href") }

// words is what the page shows, for the report of a failure.
func (p *Page) words() string {
	return evaluate[string](p, "document.body ? document.body.innerText.slice(0, 3000) : ''")
}

// evaluate is the value of an expression, zero where there is none.
func evaluate[T any](p *Page, expression string) T {
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression))
	if err != nil {
		var zero T
		return zero
	}
	return v
}

// Open goes to a path of the server and returns the status of the answer.
func (p *Page) Open(path string) int {
	p.t.Helper()
	return p.load("opening "+path, chromedp.Navigate(p.base+path))
}

// Press clicks what a CSS selector finds, a link or a button, and waits for the page that it leads to.
func (p *Page) Press(selector string) int {
	p.t.Helper()
	return p.load("pressing "+selector, chromedp.Click(chromedp.CSS(selector), chromedp.NodeVisible))
}

// Follow presses the first link or button that shows the text.
func (p *Page) Follow(text string) int {
	p.t.Helper()
	quoted := strconv.Quote(text)
	xpath := fmt.Sprintf(`//a[contains(normalize-space(.), %[1]s)] | //button[contains(normalize-space(.), %[1]s)]`, quoted)
	return p.load("pressing "+text, chromedp.Click(xpath, chromedp.NodeVisible))
}

func (p *Page) load(doing string, action chromedp.Action[chromedp.Void]) int {
	p.t.Helper()
	status := 0
	p.do(doing, func(ctx context.Context, _ *chromedp.Target) error {
		response, err := chromedp.RunResponse(ctx, action)
		if err == nil && response != nil {
			status = int(response.Status)
		}
		return err
	})
	return status
}

// Click clicks what stays on its page.
func (p *Page) Click(selector string) {
	p.t.Helper()
	p.do("clicking "+selector, func(ctx context.Context, _ *chromedp.Target) error {
		return chromedp.Do(ctx, chromedp.Click(chromedp.CSS(selector), chromedp.NodeVisible))
	})
}

// Keys presses keys, one after the other, wherever the focus is. As on a keyboard, a script that takes a key
// leaves no character of it.
func (p *Page) Keys(keys string) {
	p.t.Helper()
	p.do("pressing the keys "+keys, func(ctx context.Context, _ *chromedp.Target) error {
		for _, key := range keys {
			text := ""
			events := kb.Encode(key)
			for _, e := range events {
				text += e.Text
			}
			for _, e := range events {
				switch e.Type {
				case input.DispatchKeyEventTypeChar:
					continue // comes of the key that goes down
				case kb.KeyDown, input.DispatchKeyEventTypeRawKeyDown:
					e.Type, e.Text = input.DispatchKeyEventTypeKeyDown, text
				}
				if _, err := chromedp.Call(ctx, input.DispatchKeyEvent, *e); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// Focus is the id of the element that has the focus, "" where it has none.
func (p *Page) Focus() string {
	return evaluate[string](p, "document.activeElement ? document.activeElement.id : ''")
}

// Fill writes into a field in place of what it held, or chooses an option by its value.
func (p *Page) Fill(selector, text string) {
	p.t.Helper()
	p.do("filling "+selector, func(ctx context.Context, _ *chromedp.Target) error {
		field := chromedp.CSS(selector)
		if err := chromedp.Do(ctx, chromedp.WaitVisible(field)); err != nil {
			return err
		}
		if evaluate[string](p, "document.querySelector("+strconv.Quote(selector)+").tagName") == "SELECT" {
			return chromedp.Do(ctx, chromedp.SetValue(field, text))
		}
		evaluate[string](p, "document.querySelector("+strconv.Quote(selector)+").value = ''") // an empty textarea cannot be cleared
		return chromedp.Do(ctx, chromedp.SendKeys(field, text))
	})
}

// Attach chooses a file in a field for files.
func (p *Page) Attach(selector, file string) {
	p.t.Helper()
	p.do("choosing a file in "+selector, func(ctx context.Context, _ *chromedp.Target) error {
		return chromedp.Do(ctx, chromedp.SetUploadFiles(chromedp.CSS(selector), []string{file}))
	})
}

// Has waits until the page shows the text.
func (p *Page) Has(text string) {
	p.t.Helper()
	p.do("waiting for "+strconv.Quote(text), func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Run(ctx, chromedp.PollFunction[bool]("t => !!document.body && document.body.innerText.includes(t)",
			chromedp.WithPollingArgs(text), chromedp.WithPollingTimeout(0), chromedp.WithPollingMutation()))
		return err
	})
}

// Text is what the element shows.
func (p *Page) Text(selector string) (text string) {
	p.t.Helper()
	p.do("reading "+selector, func(ctx context.Context, _ *chromedp.Target) (err error) {
		text, err = chromedp.Run(ctx, chromedp.Text(chromedp.CSS(selector), chromedp.NodeVisible))
		return err
	})
	return text
}

// Count is how many elements the selector finds now.
func (p *Page) Count(selector string) int {
	return evaluate[int](p, "document.querySelectorAll("+strconv.Quote(selector)+").length")
}

// Loaded is how many pictures that the selector finds can be seen, once all of them have come or failed.
func (p *Page) Loaded(selector string) (n int) {
	p.t.Helper()
	p.do("waiting for the pictures "+selector, func(ctx context.Context, _ *chromedp.Target) (err error) {
		_, err = chromedp.Run(ctx, chromedp.PollFunction[bool]("s => [...document.querySelectorAll(s)].every(i => { i.scrollIntoView(); return i.complete })",
			chromedp.WithPollingArgs(selector), chromedp.WithPollingTimeout(0)))
		return err
	})
	return evaluate[int](p, "[...document.querySelectorAll("+strconv.Quote(selector)+")].filter(i => i.naturalWidth > 0).length")
}

// Fetched waits until something of the page has come from the path, such as the page in a frame. Whether that was a
// refusal is not told: of a frame that is sandboxed a browser does not say.
func (p *Page) Fetched(path string) {
	p.t.Helper()
	p.do("waiting for "+path, func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Run(ctx, chromedp.PollFunction[bool]("u => performance.getEntriesByType('resource').some(e => e.name === u && e.responseEnd > 0)",
			chromedp.WithPollingArgs(p.base+path), chromedp.WithPollingTimeout(0)))
		return err
	})
}

// Path is the path and query that the page is at.
func (p *Page) Path() string { return evaluate[string](p, "location.pathname + location.search") }

// Fits fails the test where the page is wider than its window, and names what sticks out.
func (p *Page) Fits() {
	p.t.Helper()
	wide := evaluate[string](p, `(() => {
		const s = document.scrollingElement;
		if (s.scrollWidth <= innerWidth) return "";
		const out = [...document.body.querySelectorAll("*")].filter(e => e.getBoundingClientRect().right > innerWidth + 1);
		return s.scrollWidth + " of " + innerWidth + " pixels: " + out.slice(0, 5).map(e => e.tagName.toLowerCase() + "." + e.className).join(", ");
	})()`)
	if wide != "" {
		p.t.Errorf("%s is too wide: %s", p.Path(), wide)
	}
}

// Picture writes what the window shows to a PNG file.
func (p *Page) Picture(file string) {
	p.t.Helper()
	p.do("taking a picture", func(ctx context.Context, _ *chromedp.Target) error {
		shot, err := chromedp.Call(ctx, page.CaptureScreenshot, page.CaptureScreenshotParams{Format: page.CaptureScreenshotFormatPng})
		if err != nil {
			return err
		}
		return os.WriteFile(file, shot.Data, 0o644)
	})
}
