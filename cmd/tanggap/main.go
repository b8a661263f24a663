// Command tanggap takes complaints from citizens on the channel they already have, gives each to the
// agency that can act, and carries the answer back.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"
)

// commands are the subcommands, each in the file of its name. A subcommand is a struct with a method
// Run, which may take a context.Context and streams.
type commands struct {
	Demo    demoCity       `cmd:"" help:"Run the demo city with simulated platforms; needs no account."`
	Serve   serve          `cmd:"" help:"Run a city."`
	Check   check          `cmd:"" help:"Check the configuration, the database, the disk, the clock and the accounts; a line each."`
	Migrate migrate        `cmd:"" help:"Bring the database up to this program's schema."`
	Route   route          `cmd:"" help:"Say which agency would get a report, and why."`
	Place   place          `cmd:"" help:"Say which place a text names."`
	Token   token          `cmd:"" help:"Make, list and revoke the tokens of the JSON API."`
	Agency  agency         `cmd:"" help:"Say where agencies hear of their work, and look whether they do."`
	OnCall  onCall         `cmd:"" name:"oncall" help:"Say who is told at once of emergencies, and look whether messages reach them."`
	Mailbox mailboxCommand `cmd:"" help:"Get a mailbox's consent to be read by access tokens, and say what is to become of old mail."`
	Costs   costs          `cmd:"" help:"Reckon what messages cost: what was carried, or is to be expected, times the city's own prices."`
	Backup  backupCity     `cmd:"" help:"Write the database and the attachments into one file, while the server goes on."`
	Restore restore        `cmd:"" help:"Make a city of what backup wrote, in an empty database and folder."`
	Version version        `cmd:"" help:"Say which build this is."`
	Staff   staffCommand   `cmd:"" help:"Add, list and change the people who work in the console."`
	City    city           `cmd:"" help:"Make a city pack, and check one."`
	Import  importFrom     `cmd:"" help:"Take closed reports of another system into the history, for search and for the router to learn from."`
}

// The exit statuses.
const (
	done   = 0
	failed = 1
	wrong  = 2 // usage or configuration
)

// streams are what a subcommand reads and writes: results go to Out, logs and progress to Err.
type streams struct {
	In  io.Reader
	Out io.Writer
	Err io.Writer
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	status := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(status)
}

// run is the whole program but for the process: it returns the exit status.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) (status int) {
	// Kong ends the process after --help; here that is a panic, so that run returns.
	type exit int
	defer func() {
		if r := recover(); r != nil {
			code, ok := r.(exit)
			if !ok {
				panic(r)
			}
			status = int(code)
		}
	}()
	parser, err := kong.New(&commands{},
		kong.Name("tanggap"),
		kong.Description("Complaints from citizens, to the agency that can act, and the answer back."),
		kong.Writers(stdout, stderr),
		kong.Exit(func(code int) { panic(exit(code)) }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
		kong.UsageOnError(),
		kong.WithHyphenPrefixedParameters(true), // --at -6.2,106.8
	)
	if err != nil {
		panic(err) // a struct tag is wrong
	}
	command, err := parser.Parse(args)
	if err != nil {
		fmt.Fprintf(stderr, "tanggap: %v\ntanggap: see tanggap --help\n", err)
		return wrong
	}
	command.BindTo(ctx, (*context.Context)(nil))
	return statusOf(command.Run(streams{In: stdin, Out: stdout, Err: stderr}), stderr)
}

// statusOf reports err, a line for each thing wrong.
func statusOf(err error, stderr io.Writer) int {
	if err == nil {
		return done
	}
	if !errors.Is(err, errReported) {
		for line := range strings.Lines(err.Error()) {
			fmt.Fprintf(stderr, "tanggap: %s\n", strings.TrimSuffix(line, "\n"))
		}
	}
	if _, ok := errors.AsType[*usageError](err); ok {
		return wrong
	}
	return failed
}

// errReported ends a subcommand that has already said what failed.
var errReported = errors.New("failed, as was reported")

// usageError marks a mistake in usage or configuration, for the exit status.
type usageError struct{ err error }

func (e *usageError) Error() string { return e.err.Error() }
func (e *usageError) Unwrap() error { return e.err }
