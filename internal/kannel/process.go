package kannel

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"time"
)

// process is one of Kannel's programs, known by what it logs.
type process struct {
	name  string
	cmd   *exec.Cmd
	stdin io.WriteCloser
	done  chan struct{}

	mu      sync.Mutex
	changed chan struct{} // closed and replaced at each line
	seen    int           // lines that an await has passed
	lines   []string
}

// run starts a program. each hears every line that it logs.
func run(path string, each func(string), args ...string) (*process, error) {
	p := &process{name: path, cmd: exec.Command(path, args...), done: make(chan struct{}), changed: make(chan struct{})}
	out, in := io.Pipe()
	p.cmd.Stdout, p.cmd.Stderr = in, in
	p.cmd.SysProcAttr = attributes()
	var err error
	if p.stdin, err = p.cmd.StdinPipe(); err != nil { // open, and silent until the operator speaks
		return nil, err
	}
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		in.CloseWithError(errors.Join(io.EOF, p.cmd.Wait()))
	}()
	go func() {
		defer close(p.done)
		lines := bufio.NewScanner(out)
		lines.Buffer(nil, 1<<20)
		for lines.Scan() {
			if each != nil {
				each(lines.Text())
			}
			p.say(lines.Text())
		}
		p.say("(ended)")
	}()
	return p, nil
}

func (p *process) say(line string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.lines = append(p.lines, line)
	if len(p.lines) > 2000 {
		p.lines = p.lines[1000:]
		p.seen = max(p.seen-1000, 0)
	}
	close(p.changed)
	p.changed = make(chan struct{})
}

// await waits for a line that holds words, among those that no await has passed.
func (p *process) await(words string) error {
	timeout := time.NewTimer(patience)
	defer timeout.Stop()
	for {
		p.mu.Lock()
		changed := p.changed
		for ; p.seen < len(p.lines); p.seen++ {
			if strings.Contains(p.lines[p.seen], words) {
				p.seen++
				p.mu.Unlock()
				return nil
			}
		}
		lines := p.lines
		p.mu.Unlock()
		select {
		case <-changed:
		case <-p.done:
			return fmt.Errorf("%s ended, saying:\n%s", p.name, strings.Join(lines[max(0, len(lines)-20):], "\n"))
		case <-timeout.C:
			return fmt.Errorf("%s did not say %q in %v", p.name, words, patience)
		}
	}
}

// stop ends the program, if need be by force, and waits for it.
func (p *process) stop() {
	p.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-p.done:
		return
	case <-time.After(5 * time.Second):
		p.cmd.Process.Kill()
		<-p.done
	}
}
