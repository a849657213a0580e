// Package entra lets Microsoft Entra ID sign people in to the desk, by OpenID
// Connect: the authorization code flow with PKCE, for accounts of one tenant. It
// says who they are and which app roles they hold; whether they may come in and
// as whom is for package people. It keeps nothing.
package entra

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/google/uuid"
	"golang.org/x/oauth2"

	"guichet/internal/platform/clock"
	"guichet/internal/platform/problem"
	"guichet/internal/platform/secret"
)

// CallbackPath is where Entra ID sends the browser back to: with the desk's public
// URL before it, the redirect URI of the app registration.
const CallbackPath = "/api/session/entra/callback"

// AttemptLasts is how long a sign-in may take from the button to the return.
const AttemptLasts = 15 * time.Minute

// patience bounds each request to Entra ID.
const patience = 20 * time.Second

// Settings are the app registration that people sign in to.
type Settings struct {
	TenantID, ClientID string
	ClientSecret       secret.Text
}

// Check says, in one line, all that is wrong with the settings.
func (s Settings) Check() error {
	var wrong []string
	for _, one := range []struct{ name, value string }{{"tenant", s.TenantID}, {"client id", s.ClientID}} {
		if id, err := uuid.Parse(one.value); err != nil || id.String() != strings.ToLower(one.value) {
			wrong = append(wrong, fmt.Sprintf("the %s %q is not an id such as 00000000-0000-0000-0000-000000000000", one.name, one.value))
		}
	}
	if s.ClientSecret == "" {
		wrong = append(wrong, "the client secret is missing")
	}
	if len(wrong) == 0 {
		return nil
	}
	return errors.New("sign-in with Entra ID: " + strings.Join(wrong, "; "))
}

// Options of New; all are required.
type Options struct {
	// Authority is Entra ID, such as https://login.microsoftonline.com/.
	Authority string
	// PublicURL is the desk's, without a slash.
	PublicURL string
	// Client is what requests go through.
	Client *http.Client
	Clock  clock.Clock
	// Box seals what the browser keeps between the button and the return.
	Box *secret.Box
}

// Entra is the room. It is off until Use is called.
type Entra struct {
	Options

	mu       sync.Mutex
	settings *Settings
	provider *oidc.Provider
}

// New makes the room.
func New(o Options) *Entra {
	client := *o.Client
	client.Timeout = patience
	o.Client = &client
	return &Entra{Options: o}
}

// Use turns sign-in on. Settings that were checked before are not asked for at
// Entra ID until somebody signs in.
func (e *Entra) Use(s Settings) error {
	if err := s.Check(); err != nil {
		return err
	}
	s.TenantID, s.ClientID = strings.ToLower(s.TenantID), strings.ToLower(s.ClientID)
	e.mu.Lock()
	defer e.mu.Unlock()
	e.settings, e.provider = &s, nil
	return nil
}

// On says whether people can sign in this way.
func (e *Entra) On() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.settings != nil
}

// Identity is who signed in, as the id token says.
type Identity struct {
	TenantID, ObjectID string
	// Email is the name by which one signs in there, mostly an e-mail address.
	Name, Email string
	// Roles are the values of the app roles.
	Roles []string
	// App is the application that has the roles.
	App string
}

// attempt is what the browser keeps, sealed, while its user is at Entra ID.
type attempt struct {
	State, Nonce, Verifier, From string
	Ends                         time.Time
}

// place is what an attempt is sealed for.
const place = "entra:attempt"

// Begin starts a sign-in: where to send the browser, the state by which its return
// is known, and what the browser has to keep until then. from is the page that
// was asked for.
func (e *Entra) Begin(ctx context.Context, from string) (target, state, sealed string, err error) {
	config, _, err := e.client(ctx)
	if err != nil {
		return "", "", "", err
	}
	a := attempt{
		State: rand.Text(), Nonce: rand.Text(), Verifier: oauth2.GenerateVerifier(), From: from,
		Ends: e.Clock.Now().Add(AttemptLasts),
	}
	text, err := json.Marshal(a)
	if err != nil {
		return "", "", "", err
	}
	if sealed, err = e.Box.Seal(secret.Text(text), place); err != nil {
		return "", "", "", err
	}
	// Who signs out of the desk is not signed out of Entra ID: the account is asked
	// for each time, so that the next at this computer does not come in as the last.
	target = config.AuthCodeURL(a.State, oidc.Nonce(a.Nonce), oauth2.S256ChallengeOption(a.Verifier),
		oauth2.SetAuthURLParam("prompt", "select_account"))
	return target, a.State, sealed, nil
}

// Finish ends a sign-in with what the browser kept and what Entra ID answered in
// the address. It returns the page that was asked for also beside an error, as
// far as it is known.
func (e *Entra) Finish(ctx context.Context, sealed string, answer url.Values) (who Identity, from string, err error) {
	text, err := e.Box.Unseal(sealed, place)
	if err != nil {
		return who, "", problem.New(problem.Invalid, "signIn.entraStale").Because(err)
	}
	var a attempt
	if err := json.Unmarshal([]byte(text.Reveal()), &a); err != nil {
		return who, "", problem.New(problem.Invalid, "signIn.entraStale").Because(err)
	}
	if subtle.ConstantTimeCompare([]byte(answer.Get("state")), []byte(a.State)) != 1 || !e.Clock.Now().Before(a.Ends) {
		return who, a.From, problem.New(problem.Invalid, "signIn.entraStale")
	}
	if answer.Has("error") {
		return who, a.From, refusal(answer.Get("error"), answer.Get("error_description"))
	}
	config, provider, err := e.client(ctx)
	if err != nil {
		return who, a.From, err
	}
	ctx = oidc.ClientContext(ctx, e.Client)
	tokens, err := config.Exchange(ctx, answer.Get("code"), oauth2.VerifierOption(a.Verifier))
	if refused, ok := errors.AsType[*oauth2.RetrieveError](err); ok && refused.ErrorCode != "" {
		return who, a.From, refusal(refused.ErrorCode, refused.ErrorDescription)
	}
	if err != nil {
		return who, a.From, unreachable(err)
	}
	raw, _ := tokens.Extra("id_token").(string)
	who, err = e.verify(ctx, provider, config.ClientID, raw, a.Nonce)
	return who, a.From, err
}

// verify reads an id token: its signature, issuer, audience, times, nonce and
// tenant.
func (e *Entra) verify(ctx context.Context, p *oidc.Provider, clientID, raw, nonce string) (Identity, error) {
	bad := func(err error) (Identity, error) {
		return Identity{}, problem.New(problem.Forbidden, "signIn.entraToken").Because(err)
	}
	token, err := p.VerifierContext(ctx, &oidc.Config{
		ClientID: clientID, SupportedSigningAlgs: []string{oidc.RS256}, Now: e.Clock.Now,
	}).Verify(ctx, raw)
	if err != nil {
		return bad(err)
	}
	if token.Nonce == "" || subtle.ConstantTimeCompare([]byte(token.Nonce), []byte(nonce)) != 1 {
		return bad(errors.New("the nonce is another"))
	}
	var claims struct {
		Tenant   string   `json:"tid"`
		Object   string   `json:"oid"`
		Name     string   `json:"name"`
		Username string   `json:"preferred_username"`
		Roles    []string `json:"roles"`
	}
	if err := token.Claims(&claims); err != nil {
		return bad(err)
	}
	e.mu.Lock()
	tenant := e.settings.TenantID
	e.mu.Unlock()
	if claims.Tenant != tenant || claims.Object == "" {
		return bad(errors.New("the tenant is another, or the token lacks an object id"))
	}
	return Identity{
		TenantID: claims.Tenant, ObjectID: claims.Object, Name: claims.Name, Email: claims.Username, Roles: claims.Roles, App: clientID,
	}, nil
}

// client is what speaks to Entra ID; it reads its discovery document once.
func (e *Entra) client(ctx context.Context) (*oauth2.Config, *oidc.Provider, error) {
	e.mu.Lock()
	settings, provider := e.settings, e.provider
	e.mu.Unlock()
	if settings == nil {
		return nil, nil, problem.New(problem.NotFound, "signIn.entraOff")
	}
	if provider == nil {
		// The provider keeps its context for reading keys later.
		kept := oidc.ClientContext(context.WithoutCancel(ctx), e.Client)
		var err error
		provider, err = oidc.NewProvider(kept, strings.TrimRight(e.Authority, "/")+"/"+settings.TenantID+"/v2.0")
		if err != nil {
			return nil, nil, unreachable(err)
		}
		e.mu.Lock()
		if e.settings == settings {
			e.provider = provider
		}
		e.mu.Unlock()
	}
	endpoint := provider.Endpoint()
	endpoint.AuthStyle = oauth2.AuthStyleInParams
	return &oauth2.Config{
		ClientID: settings.ClientID, ClientSecret: settings.ClientSecret.Reveal(), Endpoint: endpoint,
		RedirectURL: e.PublicURL + CallbackPath, Scopes: []string{oidc.ScopeOpenID, "profile", "email"},
	}, provider, nil
}

func unreachable(err error) error {
	return problem.New(problem.Unavailable, "signIn.entraUnreachable").Because(err)
}
