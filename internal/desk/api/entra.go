package api

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"guichet/internal/desk/entra"
	"guichet/internal/desk/live"
	"guichet/internal/desk/people"
	"guichet/internal/platform/problem"
)

// The cookies of a sign-in with Entra ID: what an attempt needs on its return, by
// its state, so that several tabs can be at it; and why the last one was refused.
const (
	attemptCookie = "guichet_entra_"
	refusalCookie = "guichet_entra_refusal"
	entraPath     = "/api/session/entra"
	refusalLasts  = 5 * time.Minute
)

type waysOut struct {
	Body struct {
		Entra bool `json:"entra" doc:"Send the browser to /api/session/entra?from=/page to sign in with Microsoft Entra ID."`
	}
}

func (a *api) signInWays(context.Context, *struct{}) (*waysOut, error) {
	out := &waysOut{}
	out.Body.Entra = a.Entra.On()
	return out, nil
}

type refusalOut struct {
	Body struct {
		Code   string `json:"code" doc:"Empty: nothing was refused."`
		Detail string `json:"detail" doc:"What happened and what to do, in the language of the request."`
	}
}

func (a *api) entraRefusal(ctx context.Context, in *struct {
	Cookie string `cookie:"guichet_entra_refusal" hidden:"true"`
},
) (*refusalOut, error) {
	out := &refusalOut{}
	if p := a.Entra.Kept(in.Cookie); p != nil {
		out.Body.Code, out.Body.Detail = p.Code, sentence(p.Code, langOf(ctx), p.Args)
	}
	return out, nil
}

// entraBegin sends the browser to Entra ID.
func (a *api) entraBegin(w http.ResponseWriter, r *http.Request) {
	from := ownPath(r.URL.Query().Get("from"))
	if at, err := url.Parse(a.PublicURL); err == nil && at.Host != r.Host && !r.URL.Query().Has("here") {
		// Cookies belong to a host, and Entra ID leads back to the public one. A proxy
		// may name the host otherwise, hence this once.
		http.Redirect(w, r, a.PublicURL+entraPath+"?"+url.Values{"from": {from}, "here": {"1"}}.Encode(), http.StatusSeeOther)
		return
	}
	target, state, sealed, err := a.Entra.Begin(r.Context(), from)
	if err != nil {
		a.entraRefused(w, r, from, err)
		return
	}
	http.SetCookie(w, a.passing(attemptOf(state), sealed, entra.AttemptLasts))
	http.Redirect(w, r, target, http.StatusSeeOther)
}

// entraEnd takes the browser back from Entra ID, signed in or not.
func (a *api) entraEnd(w http.ResponseWriter, r *http.Request) {
	answer := r.URL.Query()
	name := attemptOf(answer.Get("state"))
	cookie, err := r.Cookie(name)
	if err != nil {
		a.entraRefused(w, r, "/", problem.New(problem.Invalid, "signIn.entraStale"))
		return
	}
	// An attempt ends once, well or not.
	http.SetCookie(w, a.passing(name, "", -time.Second))
	who, from, err := a.Entra.Finish(r.Context(), cookie.Value, answer)
	if err != nil {
		a.entraRefused(w, r, from, err)
		return
	}
	token, changed, err := a.People.SignInByEntra(r.Context(), people.Identity{
		TenantID: who.TenantID, ObjectID: who.ObjectID, Name: who.Name, Email: who.Email, Role: people.HighestRole(who.Roles), App: who.App,
	})
	if changed {
		a.Live.Look(live.TopicUsers)
	}
	if err != nil {
		a.entraRefused(w, r, from, err)
		return
	}
	session := a.cookie(token)
	http.SetCookie(w, &session)
	http.SetCookie(w, a.passing(refusalCookie, "", -time.Second))
	http.Redirect(w, r, ownPath(from), http.StatusSeeOther)
}

// entraRefused leads to the sign-in page, which says why.
func (a *api) entraRefused(w http.ResponseWriter, r *http.Request, from string, err error) {
	p, ok := errors.AsType[*problem.Error](err)
	if !ok {
		p = problem.New(problem.Unavailable, "internal").Because(err)
	}
	if r.Context().Err() == nil {
		a.Log.Warn("sign-in with Entra ID refused", "code", p.Code, "entra", p.Args["code"], "error", p.Cause)
	}
	sealed, err := a.Entra.Keep(p)
	if err != nil {
		a.Log.Error("refusal not kept", "error", err)
	}
	http.SetCookie(w, a.passing(refusalCookie, sealed, refusalLasts))
	target := "/sign-in"
	if from = ownPath(from); from != "/" {
		target += "?" + url.Values{"from": {from}}.Encode()
	}
	http.Redirect(w, r, target+"#refused", http.StatusSeeOther)
}

// passing is a cookie for the time of a sign-in; one that lasts less than nothing
// is taken back. Lax lets it come along when Entra ID sends the browser back.
func (a *api) passing(name, value string, lasts time.Duration) *http.Cookie {
	return &http.Cookie{
		Name: name, Value: value, Path: "/api/session", HttpOnly: true, SameSite: http.SameSiteLaxMode,
		Secure: strings.HasPrefix(a.PublicURL, "https://"), MaxAge: int(lasts / time.Second),
	}
}

func attemptOf(state string) string { return attemptCookie + state[:min(len(state), 12)] }

// ownPath is from when it is a path of the desk, else the first page.
func ownPath(from string) string {
	u, err := url.Parse(from)
	if err != nil || !strings.HasPrefix(from, "/") || strings.HasPrefix(from, "//") || strings.ContainsAny(from, "\\\r\n\t") ||
		u.Host != "" || strings.HasPrefix(from, "/api/") || len(from) > 1000 {
		return "/"
	}
	return from
}
