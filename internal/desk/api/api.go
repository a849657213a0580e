// Package api is the desk's HTTP API and serves its pages: who may call what,
// how an answer or a problem looks. It holds no rule of the trade: a handler
// reads, calls one function of a room, and returns.
package api

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"guichet/internal/desk/connection"
	"guichet/internal/desk/controlplane"
	"guichet/internal/desk/conversation"
	"guichet/internal/desk/doctor"
	"guichet/internal/desk/entra"
	"guichet/internal/desk/live"
	"guichet/internal/desk/number"
	"guichet/internal/desk/people"
	"guichet/internal/desk/setup"
	"guichet/internal/desk/setup/automatic"
	"guichet/internal/desk/sms"
	"guichet/internal/desk/table"
	"guichet/internal/desk/webhook"
	"guichet/internal/platform/problem"
)

// Options of New: the rooms, all required.
type Options struct {
	People        *people.People
	Entra         *entra.Entra
	Conversations *conversation.Conversations
	SMS           *sms.SMS
	Numbers       *number.Numbers
	Connections   *connection.Connections
	Setup         *setup.Setup
	Automatic     *automatic.Automatic
	Tables        *table.Tables
	Doctor        *doctor.Doctor
	// Azure signs in to Azure's control plane.
	Azure   func(controlplane.SignIn) (*controlplane.Client, error)
	Ledger  *webhook.Ledger
	Webhook http.Handler
	Live    *live.Live
	// PublicURL is where browsers and Azure reach the desk, without a slash.
	PublicURL string
	// Version is shown in the API's description.
	Version string
	// Page serves the desk's page and its assets.
	Page http.Handler
	// Ready says whether the desk can work.
	Ready func(ctx context.Context) error
	// Metrics serves Prometheus metrics.
	Metrics http.Handler
	Log     *slog.Logger
}

type api struct {
	Options
	huma huma.API
}

// New makes the handler of everything that the desk answers.
func New(o Options) http.Handler {
	useProblems()
	mux := http.NewServeMux()
	config := huma.DefaultConfig("Guichet", o.Version)
	config.Info.Description = "The desk: conversations, people, phone numbers and the connection to Azure Communication Services. " +
		"Whatever the page does, this API does."
	config.OpenAPIPath, config.DocsPath, config.SchemasPath = "/api/openapi", "", "/api/schemas"
	// No $schema member in answers: clients compare bodies.
	config.CreateHooks = nil
	config.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"session": {Type: "apiKey", In: "cookie", Name: cookieName},
		"token":   {Type: "http", Scheme: "bearer", Description: "A token for programs: it acts as the user who made it, with its own role."},
	}
	a := &api{Options: o, huma: humago.New(mux, config)}
	a.routes()
	mux.Handle("GET /api/live", a.guard(people.Agent, http.HandlerFunc(a.live)))
	mux.HandleFunc("GET /api/docs", a.docs)
	mux.HandleFunc(dataPath, a.data)
	mux.HandleFunc("GET "+entraPath, a.entraBegin)
	mux.HandleFunc("GET "+entra.CallbackPath, a.entraEnd)
	mux.Handle(unknownPath, a.unknown(mux))
	mux.Handle("/webhooks/{kind}/{connection}", o.Webhook)
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("ok\n")) })
	mux.HandleFunc("GET /readyz", a.ready)
	mux.Handle("GET /metrics", o.Metrics)
	mux.Handle("/", o.Page)
	return a.outer(mux)
}

// routes is the whole API: method, path, who may, handler.
func (a *api) routes() {
	const anyone, agent, admin = people.Role(""), people.Agent, people.Administrator

	add(a, "POST", "/api/session", anyone, "Sign in with a password", a.signIn)
	add(a, "POST", "/api/session/link", anyone, "Sign in with a one-time link", a.signInByLink)
	add(a, "GET", "/api/session/ways", anyone, "By which ways one can sign in", a.signInWays)
	add(a, "GET", "/api/session/refusal", anyone, "Why Entra ID did not sign this browser in", a.entraRefusal)
	add(a, "DELETE", "/api/session", anyone, "Sign out", a.signOut)
	add(a, "GET", "/api/me", agent, "Who is signed in", a.me)
	add(a, "PATCH", "/api/me", agent, "Change one's own name, language or password", a.changeMe)

	add(a, "GET", "/api/users", admin, "List users", a.listUsers)
	add(a, "POST", "/api/users", admin, "Add a user", a.addUser)
	add(a, "PATCH", "/api/users/{id}", admin, "Change a user", a.changeUser)
	add(a, "POST", "/api/users/{id}/sign-in-link", admin, "Make a one-time sign-in link", a.makeLink)

	add(a, "GET", "/api/tokens", admin, "List tokens for programs", a.listTokens)
	add(a, "POST", "/api/tokens", admin, "Make a token that acts as oneself", a.addToken)
	add(a, "DELETE", "/api/tokens/{id}", admin, "Revoke a token", a.revokeToken)

	add(a, "GET", "/api/conversations", agent, "List conversations", a.listConversations)
	add(a, "GET", "/api/conversations/{id}", agent, "Read a conversation", a.getConversation)
	add(a, "GET", "/api/conversations/{id}/messages", agent, "Read a conversation's messages", a.listMessages)
	add(a, "POST", "/api/conversations/{id}/messages", agent, "Reply to the customer", a.reply)
	add(a, "POST", "/api/conversations/{id}/assign", agent, "Assign a conversation to oneself", a.assign)
	add(a, "POST", "/api/conversations/{id}/read", agent, "Mark a conversation as read", a.read)
	add(a, "POST", "/api/conversations/{id}/end", agent, "End a conversation", a.end)

	add(a, "GET", "/api/numbers", agent, "List phone numbers", a.listNumbers)
	add(a, "GET", "/api/numbers/countries", admin, "List the countries in which numbers can be had", a.listCountries)
	add(a, "GET", "/api/numbers/offers", admin, "List the kinds of numbers that a country has", a.listOffers)
	add(a, "POST", "/api/numbers/search", admin, "Look for a number and hold it", a.searchNumber)
	add(a, "GET", "/api/numbers/orders", admin, "List purchases of numbers", a.listOrders)
	add(a, "POST", "/api/numbers/orders", admin, "Buy the number that a search found", a.buyNumber)
	add(a, "POST", "/api/numbers/sync", admin, "Read the numbers from Azure", a.syncNumbers)

	add(a, "GET", "/api/connection", admin, "Read the connection to Azure", a.getConnection)
	add(a, "POST", "/api/connection/check", admin, "Check the five values of a connection", a.checkConnection)
	add(a, "POST", "/api/connection", admin, "Connect a resource by its five values", a.connect)
	add(a, "PUT", "/api/connection/connection-string", admin, "Replace the connection string after a rotation", a.replaceString)
	add(a, "DELETE", "/api/connection", admin, "Disconnect the resource", a.disconnect)

	add(a, "GET", "/api/health", admin, "Read the examination of the connection that runs, or the last one", a.getHealth)
	add(a, "POST", "/api/health/run", admin, "Examine the connection from end to end", a.runHealth)
	add(a, "GET", "/api/connection/conditions", admin, "Read the conditions under which a resource can be connected", a.conditions)
	add(a, "GET", "/api/connection/automatic", admin, "Read how the automatic connection stands", a.getAutomatic)
	add(a, "POST", "/api/connection/automatic/sign-in", admin, "Begin to sign in to Azure", a.automaticSignIn)
	add(a, "DELETE", "/api/connection/automatic/sign-in", admin, "Forget one's sign-in to Azure", a.automaticSignOut)
	add(a, "GET", "/api/connection/automatic/choices", admin, "List subscriptions, resources and groups", a.automaticChoices)
	add(a, "POST", "/api/connection/automatic/run", admin, "Plan, connect or undo, step by step", a.automaticStart)
	add(a, "POST", "/api/connection/automatic/run/again", admin, "Try the last run again, which goes on where it stopped", a.automaticAgain)
	add(a, "POST", "/api/connection/automatic/run/cancel", admin, "Cancel the run that is on", a.automaticCancel)
	add(a, "DELETE", "/api/connection/automatic/run", admin, "Forget a run that has ended", a.automaticDismiss)
	add(a, "POST", "/api/connection/automatic/script", admin, "Write what would be made as a script", a.automaticScript)

	add(a, "GET", "/api/events", admin, "List received events", a.listEvents)
	add(a, "GET", "/api/events/{seq}", admin, "Read a received event", a.getEvent)
	add(a, "POST", "/api/events/{seq}/replay", admin, "Act on a received event once more", a.replayEvent)
}

// add registers one route. Whoever lacks the role is refused before the body is
// read.
func add[I, O any](a *api, method, path string, role people.Role, summary string, handle func(context.Context, *I) (*O, error)) {
	op := huma.Operation{
		Method: method, Path: path, Summary: summary, OperationID: operationID(method, path),
		Tags: []string{strings.Split(path, "/")[2]}, Errors: []int{400, 401, 403, 404, 405, 409, 413, 415, 422, 429, 500, 503},
		Middlewares: huma.Middlewares{a.authorize(role)},
	}
	if role != "" {
		op.Security = []map[string][]string{{"session": {}}, {"token": {}}}
	}
	if method == "POST" && (path == "/api/users" || path == "/api/tokens" || strings.HasSuffix(path, "/messages")) {
		op.DefaultStatus = http.StatusCreated
	}
	huma.Register(a.huma, op, func(ctx context.Context, in *I) (*O, error) {
		out, err := handle(ctx, in)
		if err != nil {
			return nil, a.refuse(ctx, err, method+" "+path)
		}
		return out, nil
	})
}

func operationID(method, path string) string {
	r := strings.NewReplacer("/api/", "", "{", "", "}", "", "/", "-")
	return strings.ToLower(method) + "-" + r.Replace(path)
}

// refuse turns an error into a problem and logs what is our own fault.
func (a *api) refuse(ctx context.Context, err error, what string) error {
	p := show(err, langOf(ctx))
	if p.Status >= 500 && ctx.Err() == nil {
		a.Log.Error("request failed", "request", what, "error", err)
	}
	return p
}

// unknownPath is the pattern of what nothing else answers.
const unknownPath = "/api/"

// unknown answers an address of the API that does not exist, and a method that
// an address does not know: then with those it does.
func (a *api) unknown(mux *http.ServeMux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		lang := languageOf(r.Header.Get("Accept-Language"))
		var allowed []string
		for _, method := range []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"} {
			other := r.Clone(r.Context())
			other.Method = method
			if _, pattern := mux.Handler(other); pattern != unknownPath && pattern != "" {
				allowed = append(allowed, method)
			}
		}
		if len(allowed) == 0 {
			writeProblem(w, show(problem.New(problem.NotFound, "request.unknown"), lang))
			return
		}
		w.Header().Set("Allow", strings.Join(allowed, ", "))
		writeProblem(w, plain(http.StatusMethodNotAllowed, "request.method", lang, nil))
	})
}

func (a *api) ready(w http.ResponseWriter, r *http.Request) {
	if err := a.Ready(r.Context()); err != nil {
		a.Log.Error("not ready", "error", err)
		http.Error(w, "not ready", http.StatusServiceUnavailable)
		return
	}
	_, _ = w.Write([]byte("ready\n"))
}

func writeProblem(w http.ResponseWriter, p *Problem) {
	w.Header().Set("Content-Type", p.ContentType(""))
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p)
}
