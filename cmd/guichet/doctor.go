package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"guichet/internal/desk"
	"guichet/internal/desk/connection"
	"guichet/internal/desk/controlplane"
	"guichet/internal/desk/doctor"
)

type doctorCmd struct {
	toolFlags
	Lang string `help:"Language of the sentences: en or fr; by default that of the environment (LANG)." enum:",en,fr" default:"" env:"GUICHET_LANG"`
}

// Run examines the connection of a desk, running or not. It fails when a check
// did. Without a sign-in, what only Azure's control plane can tell is skipped.
func (c *doctorCmd) Run(ctx context.Context, s *shell) (err error) {
	tools, azure, err := c.open(ctx, s)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, tools.Close()) }()
	p := &healthPrinter{out: s.out, lang: c.language(), desk: tools.URL()}
	report := p.print
	if c.JSON {
		report = p.encode
	}
	lines := tools.Doctor().Examine(ctx, azure, func(l doctor.Line, _ int) { report(l) })
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return p.sum(lines, c.JSON)
}

// open gives the rooms and, when a sign-in is given, a client that acts on Azure.
func (c *doctorCmd) open(ctx context.Context, s *shell) (*desk.Tools, *controlplane.Client, error) {
	f := c.toolFlags
	if f.Local {
		return f.open(ctx, s)
	}
	dir, err := absolute(f.Data)
	if err != nil {
		return nil, nil, err
	}
	given := f.SignIn != string(controlplane.Secret) || f.Tenant+f.ClientID+f.ClientSecret+f.Certificate != ""
	var in controlplane.SignIn
	if given {
		if in, err = f.signIn(s); err != nil {
			return nil, nil, err
		}
	}
	tools, err := desk.OpenTools(ctx, desk.ToolOptions{DataDir: dir, DSN: f.DSN, Azure: f.azureOf(), PublicURL: f.PublicURL, Log: s.log})
	if err != nil || !given {
		return tools, nil, err
	}
	azure, err := tools.Azure(in)
	if err != nil {
		return nil, nil, errors.Join(err, tools.Close())
	}
	return tools, azure, nil
}

// azureOf is where the flags say that Azure is; the zero value, which is where
// the desk of the data folder said, when they are the defaults.
func (f toolFlags) azureOf() connection.Azure {
	a := f.azure()
	if a == connection.PublicAzure {
		return connection.Azure{}
	}
	return a
}

func (c *doctorCmd) language() doctor.Language {
	lang := c.Lang
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if lang == "" {
			lang = os.Getenv(name)
		}
	}
	if strings.HasPrefix(strings.ToLower(lang), "fr") {
		return doctor.French
	}
	return doctor.English
}

// healthPrinter prints findings as they come.
type healthPrinter struct {
	out   io.Writer
	lang  doctor.Language
	desk  string
	group doctor.Group
}

var healthMarks = map[doctor.State][2]string{
	doctor.OK: {"ok", "ok"}, doctor.Warning: {"WARNING", "ATTENTION"},
	doctor.Failed: {"FAILED", "ÉCHEC"}, doctor.Skipped: {"skipped", "ignoré"},
}

func (p *healthPrinter) print(l doctor.Line) {
	if l.Group != p.group {
		p.group = l.Group
		_, _ = fmt.Fprintf(p.out, "%s\n", l.Group.Title(p.lang))
	}
	told := l.Words(p.lang)
	const indent = "             "
	_, _ = fmt.Fprintf(p.out, "  %-10s %s – %s\n", healthMarks[l.State][p.lang], told.Title, told.Seen)
	if told.Do != "" {
		_, _ = fmt.Fprintf(p.out, "%s→ %s\n", indent, told.Do)
	}
	if told.Page != "" {
		_, _ = fmt.Fprintf(p.out, "%s  %s%s\n", indent, p.desk, told.Page)
	}
	if told.Command != "" {
		_, _ = fmt.Fprintf(p.out, "%s  $ %s\n", indent, told.Command)
	}
}

func (p *healthPrinter) encode(l doctor.Line) {
	told := l.Words(p.lang)
	_ = json.NewEncoder(p.out).Encode(struct {
		Check   string            `json:"check"`
		Group   doctor.Group      `json:"group"`
		State   doctor.State      `json:"state"`
		Code    string            `json:"code"`
		Args    map[string]string `json:"args"`
		Title   string            `json:"title"`
		Seen    string            `json:"seen"`
		Do      string            `json:"do,omitempty"`
		Command string            `json:"command,omitempty"`
		Page    string            `json:"page,omitempty"`
	}{l.Check, l.Group, l.State, l.Code, l.Args, told.Title, told.Seen, told.Do, told.Command, told.Page})
}

// sum says how many findings there are of each state, and fails when something
// failed.
func (p *healthPrinter) sum(lines []doctor.Line, asJSON bool) error {
	n := map[doctor.State]int{}
	for _, l := range lines {
		n[l.State]++
	}
	if asJSON {
		_ = json.NewEncoder(p.out).Encode(map[string]any{
			"healthy": doctor.Healthy(lines), "ok": n[doctor.OK], "warnings": n[doctor.Warning], "failed": n[doctor.Failed], "skipped": n[doctor.Skipped],
		})
	} else {
		words := [2]string{
			"\n%d in order, %d warnings, %d failed, %d skipped.\n",
			"\n%d en ordre, %d avertissements, %d échecs, %d ignorés.\n",
		}
		_, _ = fmt.Fprintf(p.out, words[p.lang], n[doctor.OK], n[doctor.Warning], n[doctor.Failed], n[doctor.Skipped])
	}
	if doctor.Healthy(lines) {
		return nil
	}
	return errors.New([2]string{"the connection does not work as it should", "la connexion ne fonctionne pas comme elle devrait"}[p.lang])
}
