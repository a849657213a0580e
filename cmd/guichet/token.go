package main

import (
	"context"
	"errors"
	"fmt"
	"text/tabwriter"
	"time"

	"guichet/internal/desk/people"
)

type tokenCmd struct {
	Add    tokenAddCmd    `cmd:"" help:"Make a token and print it, the only time."`
	List   tokenListCmd   `cmd:"" help:"List the tokens."`
	Revoke tokenRevokeCmd `cmd:"" help:"Revoke a token at once."`
}

type tokenAddCmd struct {
	dataFlags
	Name string `arg:"" help:"What the token is for."`
	User string `help:"E-mail address of the user as whom it acts." default:"admin@contoso.example" env:"GUICHET_ADMIN_EMAIL"`
	Role string `help:"The most it may: administrator, supervisor or agent." enum:"administrator,supervisor,agent" default:"agent"`
	Days int    `help:"Days until it expires; 0: it does not." default:"90"`
}

// Run makes a token.
func (c *tokenAddCmd) Run(ctx context.Context, s *shell) (err error) {
	p, closeStore, err := openPeople(ctx, c.dataFlags)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeStore()) }()
	u, err := p.ByEmail(ctx, c.User)
	if err != nil {
		return inWords(err)
	}
	// Days beyond what a duration holds are beyond what is allowed, too.
	lasts := time.Duration(min(c.Days, 100_000)) * 24 * time.Hour
	_, text, err := p.AddToken(ctx, "shell", people.NewToken{UserID: u.ID, Name: c.Name, Role: people.Role(c.Role), Lasts: lasts})
	if err != nil {
		return inWords(err)
	}
	_, err = fmt.Fprintln(s.out, text)
	return err
}

type tokenListCmd struct {
	dataFlags
}

// Run lists the tokens.
func (c *tokenListCmd) Run(ctx context.Context, s *shell) (err error) {
	p, closeStore, err := openPeople(ctx, c.dataFlags)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeStore()) }()
	list, err := p.Tokens(ctx)
	if err != nil {
		return err
	}
	day := func(t time.Time) string {
		if t.IsZero() {
			return "never"
		}
		return t.Format(time.DateOnly)
	}
	w := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(w, "ID\tNAME\tUSER\tROLE\tEXPIRES\tLAST USED")
	for _, t := range list {
		_, _ = fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", t.ID, t.Name, t.UserEmail, t.Role, day(t.ExpiresAt), day(t.LastUsedAt))
	}
	return w.Flush()
}

type tokenRevokeCmd struct {
	dataFlags
	ID string `arg:"" help:"Id of the token, as list shows it."`
}

// Run revokes a token.
func (c *tokenRevokeCmd) Run(ctx context.Context, s *shell) (err error) {
	p, closeStore, err := openPeople(ctx, c.dataFlags)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeStore()) }()
	if err := p.RevokeToken(ctx, "shell", c.ID); err != nil {
		return inWords(err)
	}
	_, err = fmt.Fprintln(s.out, "revoked", c.ID)
	return err
}
