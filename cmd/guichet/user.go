package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"

	"guichet/internal/desk"
	"guichet/internal/desk/people"
	"guichet/internal/platform/clock"
	"guichet/internal/platform/problem"
	"guichet/internal/platform/secret"
)

type userCmd struct {
	Add  userAddCmd  `cmd:"" help:"Add a user and print a one-time sign-in link."`
	List userListCmd `cmd:"" help:"List the users."`
	Link userLinkCmd `cmd:"" help:"Print a new one-time sign-in link for a user."`
}

// openPeople opens the room of users beside a desk that may be running.
func openPeople(ctx context.Context, data dataFlags) (*people.People, func() error, error) {
	dir, err := absolute(data.Data)
	if err != nil {
		return nil, nil, err
	}
	db, err := desk.OpenStore(ctx, dir, data.DSN)
	if err != nil {
		return nil, nil, err
	}
	return people.New(db, clock.System, people.Options{}), db.Close, nil
}

// linkFlags say where the desk is that a link leads to.
type linkFlags struct {
	PublicURL string `help:"Where browsers reach the desk." default:"http://localhost:8080" env:"GUICHET_PUBLIC_URL" name:"public-url" placeholder:"URL"`
}

func (f linkFlags) print(ctx context.Context, s *shell, p *people.People, id string) error {
	token, ends, err := p.Link(ctx, "shell", id)
	if err != nil {
		return inWords(err)
	}
	_, err = fmt.Fprintf(s.out, "%s/sign-in#token=%s\n(works once, until %s)\n",
		strings.TrimRight(f.PublicURL, "/"), token, ends.Format("2006-01-02 15:04 MST"))
	return err
}

type userAddCmd struct {
	dataFlags
	linkFlags
	Email    string `arg:"" help:"E-mail address, which is also the name to sign in with."`
	Name     string `help:"Name shown to colleagues."`
	Role     string `help:"administrator, supervisor or agent." enum:"administrator,supervisor,agent" default:"agent"`
	Password string `help:"Password; without it, a one-time link is printed." env:"GUICHET_USER_PASSWORD" placeholder:"SECRET"`
}

// Run adds a user.
func (c *userAddCmd) Run(ctx context.Context, s *shell) (err error) {
	p, closeStore, err := openPeople(ctx, c.dataFlags)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeStore()) }()
	u, err := p.Add(ctx, "shell", people.NewUser{
		Email: c.Email, Name: c.Name, Role: people.Role(c.Role), Password: secret.Text(c.Password),
	})
	if err != nil {
		return inWords(err)
	}
	if c.Password != "" {
		_, err = fmt.Fprintln(s.out, "added", u.Email)
		return err
	}
	return c.print(ctx, s, p, u.ID)
}

type userLinkCmd struct {
	dataFlags
	linkFlags
	Email string `arg:"" help:"Whose link."`
}

// Run prints a link.
func (c *userLinkCmd) Run(ctx context.Context, s *shell) (err error) {
	p, closeStore, err := openPeople(ctx, c.dataFlags)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeStore()) }()
	u, err := p.ByEmail(ctx, c.Email)
	if err != nil {
		return inWords(err)
	}
	return c.print(ctx, s, p, u.ID)
}

type userListCmd struct {
	dataFlags
}

// Run lists the users.
func (c *userListCmd) Run(ctx context.Context, s *shell) (err error) {
	p, closeStore, err := openPeople(ctx, c.dataFlags)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeStore()) }()
	list, err := p.List(ctx)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(w, "E-MAIL\tNAME\tROLE\tSTATE")
	for _, u := range list {
		state := "active"
		if u.Disabled {
			state = "disabled"
		}
		_, _ = fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", u.Email, u.Name, u.Role, state)
	}
	return w.Flush()
}

// inWords gives the refusals that these commands can meet a sentence.
func inWords(err error) error {
	refused, ok := errors.AsType[*problem.Error](err)
	if !ok {
		return err
	}
	words := map[string]string{
		"user.email":     "this is not an e-mail address",
		"user.exists":    "there is already a user with this e-mail address",
		"user.unknown":   "there is no user with this e-mail address",
		"user.name":      "a name has at most 100 characters",
		"user.password":  "a password has 10 to 72 characters",
		"user.entraLink": "this user signs in with Microsoft and needs no link",
		"token.name":     "say in 1 to 100 characters what the token is for",
		"token.role":     "a token can have the role of its user or a lower one",
		"token.lasts":    "a token lasts ten years at most",
		"token.unknown":  "there is no token with this id",
	}
	if text := words[refused.Code]; text != "" {
		return errors.New(text)
	}
	return err
}
