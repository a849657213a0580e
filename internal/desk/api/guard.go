package api

import (
	"context"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"guichet/internal/desk/live"
	"guichet/internal/desk/people"
	"guichet/internal/platform/problem"
)

// cookieName is the session's cookie: not readable by scripts, sent to this site
// only.
const cookieName = "guichet_session"

type (
	userKey   struct{}
	remoteKey struct{}
	// programKey marks calls that a token was shown for.
	programKey struct{}
)

// remoteOf is the address that a call came from, without its port.
func remoteOf(ctx context.Context) string {
	remote, _ := ctx.Value(remoteKey{}).(string)
	return remote
}

// userOf is who calls; the route's role guarantees that there is one.
func userOf(ctx context.Context) people.User {
	u, _ := ctx.Value(userKey{}).(people.User)
	return u
}

// outer is around everything: it refuses what other sites make a browser send,
// and sets the headers that every answer has.
func (a *api) outer(next http.Handler) http.Handler {
	protection := http.NewCrossOriginProtection()
	protection.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		writeProblem(w, show(problem.New(problem.Forbidden, "request.otherSite"), languageOf(r.Header.Get("Accept-Language"))))
	}))
	// Event Grid is no browser: it sends neither Origin nor Sec-Fetch-Site, except
	// the Origin of CloudEvents, which its own handshake has agreed to.
	protection.AddInsecureBypassPattern("/webhooks/")
	guarded := protection.Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		if strings.HasPrefix(r.URL.Path, "/api/") {
			h.Set("Cache-Control", "no-store")
		}
		guarded.ServeHTTP(w, r)
	})
}

// authorize lets a call pass whose user has the role.
func (a *api) authorize(role people.Role) func(huma.Context, func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		lang := languageOf(ctx.Header("Accept-Language"))
		ctx = huma.WithValue(ctx, languageKey{}, lang)
		if host, _, err := net.SplitHostPort(ctx.RemoteAddr()); err == nil {
			ctx = huma.WithValue(ctx, remoteKey{}, host)
		}
		shown := credentialOf(ctx.Header("Cookie"), ctx.Header("Authorization"))
		u, err := a.user(ctx.Context(), shown, role)
		if err != nil {
			p := show(err, lang)
			if p.Status >= 500 {
				a.Log.Error("session not read", "error", err)
			}
			ctx.SetHeader("Content-Type", p.ContentType(""))
			ctx.SetStatus(p.Status)
			_ = a.huma.Marshal(ctx.BodyWriter(), "application/json", p)
			return
		}
		if u != nil {
			ctx = huma.WithValue(ctx, userKey{}, *u)
			ctx = huma.WithValue(ctx, programKey{}, shown.token != "")
		}
		next(ctx)
	}
}

// guard does the same for a plain handler.
func (a *api) guard(role people.Role, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		u, err := a.user(r.Context(), credentialOf(r.Header.Get("Cookie"), r.Header.Get("Authorization")), role)
		if err != nil {
			writeProblem(w, show(err, languageOf(r.Header.Get("Accept-Language"))))
			return
		}
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), userKey{}, *u)))
	})
}

// credential is what a call shows: a program its token, a page its session. A
// token that is shown is the one that counts.
type credential struct{ session, token string }

func credentialOf(cookies, authorization string) credential {
	scheme, token, _ := strings.Cut(authorization, " ")
	if strings.EqualFold(scheme, "Bearer") && token != "" {
		return credential{token: strings.TrimSpace(token)}
	}
	return credential{session: sessionOf(cookies)}
}

// user is the credential's user if they have the role; nil for a route that
// anyone may call.
func (a *api) user(ctx context.Context, shown credential, role people.Role) (*people.User, error) {
	if role == "" {
		return nil, nil
	}
	var u people.User
	var err error
	switch {
	case shown.token != "":
		u, err = a.People.ByToken(ctx, shown.token)
	case shown.session != "":
		u, err = a.People.BySession(ctx, shown.session)
	default:
		err = problem.New(problem.Unauthenticated, "signIn.needed")
	}
	if err != nil {
		return nil, err
	}
	if !u.Role.Covers(role) {
		return nil, problem.New(problem.Forbidden, "role.needed")
	}
	return &u, nil
}

func sessionOf(cookies string) string {
	parsed, err := http.ParseCookie(cookies)
	if err != nil {
		return ""
	}
	for _, c := range parsed {
		if c.Name == cookieName {
			return c.Value
		}
	}
	return ""
}

// cookie is the session's cookie; an empty token takes it back.
func (a *api) cookie(token string) http.Cookie {
	c := http.Cookie{
		Name: cookieName, Value: token, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode,
		Secure: strings.HasPrefix(a.PublicURL, "https://"), MaxAge: int(people.SessionLasts / time.Second),
	}
	if token == "" {
		c.MaxAge = -1
	}
	return c
}

// live streams notices to one page.
func (a *api) live(w http.ResponseWriter, r *http.Request) {
	filter := live.ForEveryone
	if userOf(r.Context()).Role.Covers(people.Administrator) {
		filter = nil
	}
	a.Live.Hub().ServeSSE(w, r, filter)
}
