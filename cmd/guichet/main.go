// Command guichet is the whole product in one binary: the contact centre and the
// local cloud. This package only turns flags into the options of the two; it is
// the one place that knows both.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"syscall"

	"github.com/alecthomas/kong"

	"guichet/internal/platform/telemetry"
)

// version is set by the linker.
var version = "development"

// cli is every command; flags, GUICHET_* variables and the keys of the YAML file
// have the same names.
type cli struct {
	Up         upCmd         `cmd:"" help:"Try everything on this machine: the desk, a local cloud and a customer's handset."`
	Serve      serveCmd      `cmd:"" help:"Run the desk alone, for production."`
	Cloud      cloudCmd      `cmd:"" help:"Run the local cloud alone: Entra ID, ARM, Event Grid and ACS for tests."`
	Connect    connectCmd    `cmd:"" help:"Connect a running desk to an ACS resource: provisions Azure (or the local cloud) step by step."`
	Disconnect disconnectCmd `cmd:"" help:"Disconnect the desk and undo exactly what connect made in Azure."`
	Doctor     doctorCmd     `cmd:"" help:"Examine the connection from end to end: what was seen, what to do; fails when something does not work."`

	Token   tokenCmd   `cmd:"" help:"Manage the tokens by which programs use the API."`
	User    userCmd    `cmd:"" help:"Manage the desk's users from the shell."`
	Version versionCmd `cmd:"" help:"Print the version."`

	Config   kong.ConfigFlag `help:"Read settings from a YAML file (same names as the flags)." placeholder:"FILE" env:"GUICHET_CONFIG"`
	LogLevel slog.Level      `help:"Least level to log: debug, info, warn or error." default:"warn" env:"GUICHET_LOG_LEVEL"`
	LogJSON  bool            `help:"Log as JSON, one object a line." env:"GUICHET_LOG_JSON"`
}

func main() {
	if err := run(os.Args[1:], os.Stdout, os.Stderr); err != nil {
		_, _ = fmt.Fprintln(os.Stderr, "guichet:", err)
		os.Exit(1)
	}
}

// run is main without the process around it.
func run(args []string, stdout, stderr io.Writer) error {
	var c cli
	parser, err := kong.New(&c,
		kong.Name("guichet"),
		kong.Description("A self-hosted contact centre for voice and SMS on Azure Communication Services, with a local cloud to try it on."),
		kong.Configuration(loadSettings, "/etc/guichet.yaml"),
		kong.DefaultEnvars("GUICHET"),
		kong.Writers(stdout, stderr),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 100}),
	)
	if err != nil {
		return err
	}
	parsed, err := parser.Parse(args)
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	// A second signal ends the process at once.
	context.AfterFunc(ctx, stop)
	parsed.BindTo(ctx, (*context.Context)(nil))
	err = parsed.Run(&shell{
		out: stdout, err: stderr, log: telemetry.NewLogger(stderr, c.LogJSON, c.LogLevel),
	})
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		// Stopped while it was still starting.
		return nil
	}
	return err
}

// shell is where a command speaks.
type shell struct {
	out, err io.Writer
	log      *slog.Logger
}

// ready is what is said when a command answers.
type ready struct {
	Desk   string `json:"desk,omitempty"`
	Cloud  string `json:"cloud,omitempty"`
	Pages  string `json:"pages,omitempty"`
	CA     string `json:"ca,omitempty"`
	SignIn string `json:"signIn,omitempty"`
	SIP    string `json:"sip,omitempty"`
	SIPS   string `json:"sips,omitempty"`
}

// say prints r: one line of JSON, or sentences.
func (s *shell) say(r ready, asJSON bool) error {
	if asJSON {
		return json.NewEncoder(s.out).Encode(r)
	}
	for _, line := range []struct{ what, where string }{
		{"Sign in to the desk", r.SignIn},
		{"Write as a customer", suffixed(r.Pages, "/handset")},
		{"Local cloud (https)", r.Cloud},
		{"Local cloud (http)", r.Pages},
		{"Its certificate authority", r.CA},
		{"SIP (UDP and TCP)", r.SIP},
		{"SIP (TLS)", r.SIPS},
	} {
		if line.where != "" {
			if _, err := fmt.Fprintf(s.out, "  %-26s %s\n", line.what, line.where); err != nil {
				return err
			}
		}
	}
	_, err := fmt.Fprintln(s.out, "\nReady. Press Ctrl+C to stop.")
	return err
}

func suffixed(base, path string) string {
	if base == "" {
		return ""
	}
	return base + path
}

type versionCmd struct{}

// Run prints the version.
func (versionCmd) Run(s *shell) error {
	v := version
	if info, ok := debug.ReadBuildInfo(); ok {
		v += " (" + info.GoVersion + ")"
	}
	_, err := fmt.Fprintln(s.out, "guichet", v)
	return err
}

// absolute makes the data folder's path independent of the working directory.
func absolute(dir string) (string, error) {
	if dir == "" {
		return "", errors.New("the data folder has no name: set --data")
	}
	abs, err := filepath.Abs(dir)
	if err != nil {
		return "", fmt.Errorf("the data folder %q: %w", dir, err)
	}
	return abs, nil
}
