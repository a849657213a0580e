package api

import (
	"context"
	"net/http"
	"time"

	"guichet/internal/desk/live"
	"guichet/internal/desk/people"
	"guichet/internal/platform/problem"
	"guichet/internal/platform/secret"
)

// User is a user as pages and programs see one.
type User struct {
	ID          string    `json:"id"`
	Email       string    `json:"email"`
	Name        string    `json:"name"`
	Role        string    `json:"role" enum:"administrator,supervisor,agent"`
	Language    string    `json:"language" enum:",en,fr" doc:"Empty: the browser's own."`
	Disabled    bool      `json:"disabled"`
	HasPassword bool      `json:"hasPassword"`
	Source      string    `json:"source" enum:"desk,entra" doc:"entra: signs in with Microsoft Entra ID, which also says the role."`
	Linking     bool      `json:"linking" doc:"The account of this e-mail address in Entra ID becomes this user at its next sign-in."`
	CreatedAt   time.Time `json:"createdAt"`
}

func showUser(u people.User) User {
	source := "desk"
	if u.FromEntra() {
		source = "entra"
	}
	return User{
		Source: source, Linking: u.Linking,
		ID: u.ID, Email: u.Email, Name: u.Name, Role: string(u.Role), Language: u.Language,
		Disabled: u.Disabled, HasPassword: u.HasPassword, CreatedAt: u.CreatedAt,
	}
}

type userOut struct{ Body User }

type signedIn struct {
	SetCookie http.Cookie `header:"Set-Cookie"`
	Body      User
}

func (a *api) signIn(ctx context.Context, in *struct {
	Body struct {
		Email    string `json:"email" maxLength:"254"`
		Password string `json:"password" maxLength:"200"`
	}
},
) (*signedIn, error) {
	u, token, err := a.People.SignIn(ctx, in.Body.Email, secret.Text(in.Body.Password), remoteOf(ctx))
	if err != nil {
		return nil, err
	}
	return &signedIn{SetCookie: a.cookie(token), Body: showUser(u)}, nil
}

func (a *api) signInByLink(ctx context.Context, in *struct {
	Body struct {
		Token string `json:"token" maxLength:"200"`
	}
},
) (*signedIn, error) {
	u, token, err := a.People.SignInByLink(ctx, in.Body.Token)
	if err != nil {
		return nil, err
	}
	return &signedIn{SetCookie: a.cookie(token), Body: showUser(u)}, nil
}

func (a *api) signOut(ctx context.Context, in *struct {
	Cookie string `cookie:"guichet_session" hidden:"true"`
},
) (*struct {
	SetCookie http.Cookie `header:"Set-Cookie"`
}, error,
) {
	if in.Cookie != "" {
		if err := a.People.SignOut(ctx, in.Cookie); err != nil {
			return nil, err
		}
	}
	return &struct {
		SetCookie http.Cookie `header:"Set-Cookie"`
	}{a.cookie("")}, nil
}

func (a *api) me(ctx context.Context, _ *struct{}) (*userOut, error) {
	return &userOut{showUser(userOf(ctx))}, nil
}

func (a *api) changeMe(ctx context.Context, in *struct {
	Body struct {
		Name            *string `json:"name,omitempty"`
		Language        *string `json:"language,omitempty" enum:",en,fr"`
		Password        *string `json:"password,omitempty" maxLength:"200"`
		CurrentPassword *string `json:"currentPassword,omitempty" maxLength:"200" doc:"Needed to change a password that is set."`
	}
},
) (*signedIn, error) {
	if err := byPerson(ctx); err != nil {
		return nil, err
	}
	u := userOf(ctx)
	change := people.Change{Name: in.Body.Name, Language: in.Body.Language}
	if in.Body.Password != nil {
		fresh, err := a.People.Get(ctx, u.ID)
		if err != nil {
			return nil, err
		}
		current := secret.Text("")
		if in.Body.CurrentPassword != nil {
			current = secret.Text(*in.Body.CurrentPassword)
		}
		if fresh.HasPassword && !a.People.CheckPassword(fresh, current) {
			return nil, problem.New(problem.Invalid, "user.currentPassword").On("currentPassword")
		}
		password := secret.Text(*in.Body.Password)
		change.Password = &password
	}
	changed, err := a.People.Change(ctx, u.ID, u.ID, change)
	if err != nil {
		return nil, err
	}
	out := &signedIn{Body: showUser(changed)}
	if change.Password != nil {
		// The change ended every session of this user; this one goes on.
		token, err := a.People.StartSession(ctx, u.ID)
		if err != nil {
			return nil, err
		}
		out.SetCookie = a.cookie(token)
	}
	a.Live.Look(live.TopicUsers)
	return out, nil
}

type usersOut struct {
	Body struct {
		Items []User `json:"items"`
	}
}

func (a *api) listUsers(ctx context.Context, _ *struct{}) (*usersOut, error) {
	list, err := a.People.List(ctx)
	if err != nil {
		return nil, err
	}
	out := &usersOut{}
	out.Body.Items = make([]User, len(list))
	for i, u := range list {
		out.Body.Items[i] = showUser(u)
	}
	return out, nil
}

type newUserOut struct {
	Body struct {
		User       User      `json:"user"`
		SignInLink string    `json:"signInLink" doc:"Opens the desk once, as this user."`
		ExpiresAt  time.Time `json:"expiresAt"`
	}
}

func (a *api) addUser(ctx context.Context, in *struct {
	Body struct {
		Email    string `json:"email"`
		Name     string `json:"name"`
		Role     string `json:"role" enum:"administrator,supervisor,agent"`
		Password string `json:"password,omitempty" maxLength:"200"`
	}
},
) (*newUserOut, error) {
	actor := userOf(ctx).ID
	u, err := a.People.Add(ctx, actor, people.NewUser{
		Email: in.Body.Email, Name: in.Body.Name, Role: people.Role(in.Body.Role), Password: secret.Text(in.Body.Password),
	})
	if err != nil {
		return nil, err
	}
	a.Live.Look(live.TopicUsers)
	token, ends, err := a.People.Link(ctx, actor, u.ID)
	if err != nil {
		return nil, err
	}
	out := &newUserOut{}
	out.Body.User, out.Body.SignInLink, out.Body.ExpiresAt = showUser(u), a.signInURL(token), ends
	return out, nil
}

func (a *api) signInURL(token string) string { return a.PublicURL + "/sign-in#token=" + token }

func (a *api) changeUser(ctx context.Context, in *struct {
	ID   string `path:"id"`
	Body struct {
		Name     *string `json:"name,omitempty"`
		Role     *string `json:"role,omitempty" enum:"administrator,supervisor,agent"`
		Disabled *bool   `json:"disabled,omitempty"`
		Linking  *bool   `json:"linking,omitempty" doc:"Lets the account of this e-mail address in Entra ID become this user, whose password then ends."`
	}
},
) (*userOut, error) {
	change := people.Change{Name: in.Body.Name, Disabled: in.Body.Disabled, Linking: in.Body.Linking}
	if in.Body.Role != nil {
		role := people.Role(*in.Body.Role)
		change.Role = &role
	}
	u, err := a.People.Change(ctx, userOf(ctx).ID, in.ID, change)
	if err != nil {
		return nil, err
	}
	a.Live.Look(live.TopicUsers)
	return &userOut{showUser(u)}, nil
}

type linkOut struct {
	Body struct {
		URL       string    `json:"url"`
		ExpiresAt time.Time `json:"expiresAt"`
	}
}

func (a *api) makeLink(ctx context.Context, in *struct {
	ID string `path:"id"`
},
) (*linkOut, error) {
	if _, err := a.People.Get(ctx, in.ID); err != nil {
		return nil, err
	}
	token, ends, err := a.People.Link(ctx, userOf(ctx).ID, in.ID)
	if err != nil {
		return nil, err
	}
	out := &linkOut{}
	out.Body.URL, out.Body.ExpiresAt = a.signInURL(token), ends
	return out, nil
}
