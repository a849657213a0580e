package api

import (
	"context"
	"time"

	"guichet/internal/desk/live"
	"guichet/internal/desk/people"
	"guichet/internal/platform/problem"
)

// Token is a token for programs, without its text.
type Token struct {
	ID         string     `json:"id"`
	Name       string     `json:"name"`
	User       string     `json:"user" doc:"E-mail address of the user as whom it acts."`
	Role       string     `json:"role" enum:"administrator,supervisor,agent" doc:"The most it may; the user's own role bounds it."`
	CreatedAt  time.Time  `json:"createdAt"`
	ExpiresAt  *time.Time `json:"expiresAt" doc:"null: does not expire."`
	LastUsedAt *time.Time `json:"lastUsedAt" doc:"Exact to a minute; null: never."`
	Expired    bool       `json:"expired"`
}

func showToken(t people.Token) Token {
	v := Token{ID: t.ID, Name: t.Name, User: t.UserEmail, Role: string(t.Role), CreatedAt: t.CreatedAt, Expired: t.Expired}
	if !t.ExpiresAt.IsZero() {
		v.ExpiresAt = &t.ExpiresAt
	}
	if !t.LastUsedAt.IsZero() {
		v.LastUsedAt = &t.LastUsedAt
	}
	return v
}

// byPerson refuses programs: what a token leads to must end with it.
func byPerson(ctx context.Context) error {
	if program, _ := ctx.Value(programKey{}).(bool); program {
		return problem.New(problem.Forbidden, "token.notByToken")
	}
	return nil
}

type tokensOut struct {
	Body struct {
		Items []Token `json:"items"`
	}
}

func (a *api) listTokens(ctx context.Context, _ *struct{}) (*tokensOut, error) {
	list, err := a.People.Tokens(ctx)
	if err != nil {
		return nil, err
	}
	out := &tokensOut{}
	out.Body.Items = make([]Token, len(list))
	for i, t := range list {
		out.Body.Items[i] = showToken(t)
	}
	return out, nil
}

type newTokenOut struct {
	Body struct {
		Token Token  `json:"token"`
		Text  string `json:"text" doc:"For the header Authorization: Bearer …; it cannot be read again."`
	}
}

func (a *api) addToken(ctx context.Context, in *struct {
	Body struct {
		Name string `json:"name" maxLength:"200" doc:"What it is for."`
		Role string `json:"role" enum:"administrator,supervisor,agent"`
		Days int    `json:"days" minimum:"0" maximum:"3660" doc:"How long it lasts; 0: it does not expire."`
	}
},
) (*newTokenOut, error) {
	if err := byPerson(ctx); err != nil {
		return nil, err
	}
	u := userOf(ctx)
	t, text, err := a.People.AddToken(ctx, u.ID, people.NewToken{
		UserID: u.ID, Name: in.Body.Name, Role: people.Role(in.Body.Role), Lasts: time.Duration(in.Body.Days) * 24 * time.Hour,
	})
	if err != nil {
		return nil, err
	}
	a.Live.Look(live.TopicUsers)
	out := &newTokenOut{}
	out.Body.Token, out.Body.Text = showToken(t), text
	return out, nil
}

func (a *api) revokeToken(ctx context.Context, in *struct {
	ID string `path:"id"`
},
) (*struct{}, error) {
	if err := byPerson(ctx); err != nil {
		return nil, err
	}
	if err := a.People.RevokeToken(ctx, userOf(ctx).ID, in.ID); err != nil {
		return nil, err
	}
	a.Live.Look(live.TopicUsers)
	return nil, nil
}
