package entra

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"html/template"
	"net/http"
	"net/url"
	"strings"

	"golang.org/x/text/language"

	"guichet/internal/cloud/wellknown"
)

var (
	//go:embed pages/page.html
	pageText string
	//go:embed pages/page.css
	pageStyle string

	pageTemplate = template.Must(template.New("pages").Parse(pageText))
)

// postScript sends the form of a form_post answer on its own, as Entra does. It
// is the only script there is.
const postScript = "document.forms[0].submit()"

// pageData fills a page. Texts are named and looked up in the language.
type pageData struct {
	Lang, Title, Problem, Account string
	Style                         template.CSS
	Script                        template.JS
	Body                          template.HTML

	Action          template.URL
	Hidden          []field
	App, Name, Hint string
	Text            string
	Scopes          []string
	Admin           bool
	// SeedName and SeedPassword are of the user that every directory starts with.
	SeedName, SeedPassword string
}

type field struct{ Name, Value string }

// T is a text in the page's language.
func (p pageData) T(name string) string {
	if text, ok := pageWords[p.Lang][name]; ok {
		return text
	}
	return name
}

var pageLanguages = language.NewMatcher([]language.Tag{language.English, language.French})

func pageLanguage(r *http.Request) string {
	_, i := language.MatchStrings(pageLanguages, r.Header.Get("Accept-Language"))
	return []string{"en", "fr"}[i]
}

// show writes a page. Targets are where its form may end beside this origin.
func (e *Entra) show(w http.ResponseWriter, r *http.Request, status int, name string, p pageData, targets ...string) {
	p.Lang, p.Style = pageLanguage(r), template.CSS(pageStyle)
	if name == "signin" {
		p.SeedName, p.SeedPassword = wellknown.UserName, wellknown.UserPassword
	}
	script := "'none'"
	if name == "post" {
		p.Script, script = postScript, sourceOf(postScript)
	}
	var body, page strings.Builder
	err := pageTemplate.ExecuteTemplate(&body, name, p)
	if err == nil {
		p.Body = template.HTML(body.String())
		err = pageTemplate.ExecuteTemplate(&page, "page", p)
	}
	if err != nil {
		e.log.ErrorContext(r.Context(), "entra.page", "page", name, "error", err)
		http.Error(w, "The page cannot be made.", http.StatusInternalServerError)
		return
	}
	forms := strings.TrimSpace("'self' " + strings.Join(targets, " "))
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src "+sourceOf(pageStyle)+"; script-src "+script+
		"; form-action "+forms+"; base-uri 'none'; frame-ancestors 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	// With no-referrer a browser would send "Origin: null" with the page's own form.
	h.Set("Referrer-Policy", "same-origin")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(page.String()))
}

func sourceOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// carried are the hidden fields that bring an authorization request through a form.
func (a authorization) carried(more ...field) []field {
	version := "2"
	if a.version == v1 {
		version = "1"
	}
	return append([]field{{"ctx", a.raw.Encode()}, {"ver", version}}, more...)
}

func (a authorization) action() template.URL {
	return template.URL("/" + url.PathEscape(a.tenantName) + "/login")
}

func (e *Entra) showSignIn(w http.ResponseWriter, r *http.Request, a authorization, hint, problem string) {
	e.show(w, r, http.StatusOK, "signin", pageData{
		Title: "signin", Problem: problem, App: a.client.Name, Hint: hint, Action: a.action(), Hidden: a.carried(),
	}, formTarget(a.redirect))
}

func (e *Entra) showAccounts(w http.ResponseWriter, r *http.Request, a authorization, s session) {
	e.show(w, r, http.StatusOK, "accounts", pageData{
		Title: "pick", Name: s.user.Name, Hint: s.user.UPN, Action: a.action(),
		Hidden: a.carried(field{"stamp", e.stamps.stamp(actChoose, a.raw.Encode(), s.id)}),
	}, formTarget(a.redirect))
}

func (e *Entra) showConsent(w http.ResponseWriter, r *http.Request, a authorization, s session, open []permission) {
	admin, err := e.administers(r.Context(), s.user.ID)
	if err != nil {
		e.refuseAuthorization(w, r, a, err)
		return
	}
	e.show(w, r, http.StatusOK, "consent", pageData{
		Title: "permissions", Account: s.user.UPN, App: a.client.Name, Action: a.action(), Admin: admin,
		Scopes: scopeNames(pageLanguage(r), open),
		Hidden: a.carried(field{"stamp", e.stamps.stamp(actAccept, a.raw.Encode(), s.id)}),
	}, formTarget(a.redirect))
}

// scopeNames are the permissions as a user reads them.
func scopeNames(lang string, list []permission) []string {
	var names []string
	for _, p := range list {
		name := pageWords[lang]["scope:"+p.scope.Value]
		for _, other := range []string{p.scope.UserName, p.scope.AdminName, p.app.Name + ": " + p.scope.Value} {
			if name == "" {
				name = other
			}
		}
		names = append(names, name)
	}
	return names
}

func (e *Entra) showFormPost(w http.ResponseWriter, r *http.Request, redirect string, answer url.Values) {
	var fields []field
	for name := range answer {
		fields = append(fields, field{name, answer.Get(name)})
	}
	e.show(w, r, http.StatusOK, "post", pageData{Title: "working", Action: template.URL(redirect), Hidden: fields}, formTarget(redirect))
}

// showError shows a refusal that belongs to no client.
func (e *Entra) showError(w http.ResponseWriter, r *http.Request, err error) {
	refusal := refusalOf(r, err)
	status := refusal.Status
	if status == http.StatusUnauthorized {
		status = http.StatusBadRequest
	}
	e.show(w, r, status, "message", pageData{Title: "sorry", Text: refusal.describe(traceOf(w, r, e.clock.Now()))})
}
