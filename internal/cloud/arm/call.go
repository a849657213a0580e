package arm

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/google/uuid"

	"guichet/internal/cloud/azerror"
	"guichet/internal/cloud/entra"
	"guichet/internal/cloud/eventgrid"
	"guichet/internal/cloud/traffic"
)

// maxBody bounds a request's body, in bytes.
const maxBody = 1 << 20

// call is one request on its way through ARM.
type call struct {
	ctx context.Context
	r   *http.Request
	// path is the request's path without empty segments, in the caller's casing.
	path   string
	params map[string]string
	// scope is what an extension resource belongs to.
	scope  string
	claims entra.Claims
	sub    subscription
}

// reply is what a handler answers when it does not fail.
type reply struct {
	status int
	body   any
	header map[string]string
}

// Error is a refusal of ARM.
type Error struct {
	Status int
	azerror.Body
	// challenge is the WWW-Authenticate header of a 401.
	challenge string
}

func (e *Error) Error() string { return e.Code + ": " + e.Message }

func fail(status int, code, format string, args ...any) error {
	return &Error{Status: status, Body: azerror.Body{Code: code, Message: fmt.Sprintf(format, args...)}}
}

// ServeHTTP answers one call and writes status, headers and body in one place.
func (a *ARM) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a.headers(w, r)
	segments := splitPath(r.URL.Path)
	rt, c := a.match(r, segments)
	if rt == nil {
		a.unknown.ServeHTTP(w, r)
		return
	}
	out, err := a.run(rt, c)
	if err != nil {
		a.writeError(w, r, err)
		return
	}
	for name, value := range out.header {
		w.Header().Set(name, value)
	}
	if out.body == nil {
		w.WriteHeader(out.status)
		return
	}
	azerror.WriteJSON(w, out.status, out.body)
}

// run checks in Azure's order: token, api-version, subscription, right, group,
// registration.
func (a *ARM) run(rt *route, c *call) (reply, error) {
	if err := a.authenticate(c); err != nil {
		return reply{}, err
	}
	if err := checkVersion(c.r.URL.Query().Get("api-version")); err != nil {
		return reply{}, err
	}
	if err := a.findSubscription(c); err != nil {
		return reply{}, err
	}
	if rt.action != "" {
		if err := a.authorize(c, strings.ReplaceAll(rt.action, "{namespace}", c.params["namespace"])); err != nil {
			return reply{}, err
		}
	}
	if err := a.findGroup(c, rt); err != nil {
		return reply{}, err
	}
	if c.r.Method == http.MethodPut {
		if err := a.requireRegistration(c); err != nil {
			return reply{}, err
		}
	}
	return rt.handle(c)
}

// versionForm is a date, with a word for one that is not final.
var versionForm = regexp.MustCompile(`(?i)^([0-9]{4}-[0-9]{2}-[0-9]{2})(-[a-z]+)?$`)

// checkVersion refuses an api-version that can be of no provider. Which versions
// each provider has is not checked; the wording of Azure's refusal is unverified.
func checkVersion(version string) error {
	if version == "" {
		return fail(http.StatusBadRequest, "MissingApiVersionParameter",
			"The api-version query parameter (?api-version=) is required for all requests.")
	}
	form := versionForm.FindStringSubmatch(version)
	if form != nil {
		if _, err := time.Parse(time.DateOnly, form[1]); err == nil {
			return nil
		}
	}
	return fail(http.StatusBadRequest, "InvalidApiVersionParameter", "The api-version '%s' is invalid.", version)
}

func (a *ARM) writeError(w http.ResponseWriter, r *http.Request, err error) {
	refusal, ok := errors.AsType[*Error](err)
	if !ok {
		if invalid, isInvalid := errors.AsType[*eventgrid.Invalid](err); isInvalid {
			azerror.Write(w, http.StatusBadRequest, invalid.Code, invalid.Message)
			return
		}
		traffic.Note(r.Context(), err.Error())
		a.log.ErrorContext(r.Context(), "arm.failed", "path", r.URL.Path, "error", err)
		azerror.Write(w, http.StatusInternalServerError, "InternalServerError", "Encountered internal server error.")
		return
	}
	if refusal.challenge != "" {
		w.Header().Set("WWW-Authenticate", refusal.challenge)
	}
	azerror.WriteBody(w, refusal.Status, refusal.Body)
}

// headers are those that ARM puts on every answer.
func (a *ARM) headers(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	id := uuid.NewString()
	h.Set("Cache-Control", "no-cache")
	h.Set("Pragma", "no-cache")
	h.Set("x-ms-request-id", id)
	h.Set("x-ms-correlation-request-id", id)
	h.Set("x-ms-routing-request-id", "LOCAL:"+a.clock.Now().Format("20060102T150405Z")+":"+id)
	h.Set("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
	h.Set("X-Content-Type-Options", "nosniff")
	if clientID := r.Header.Get("x-ms-client-request-id"); clientID != "" && r.Header.Get("x-ms-return-client-request-id") == "true" {
		h.Set("x-ms-client-request-id", clientID)
	}
	switch r.Method {
	case http.MethodGet, http.MethodHead:
		h.Set("x-ms-ratelimit-remaining-subscription-reads", "11999")
	case http.MethodDelete:
		h.Set("x-ms-ratelimit-remaining-subscription-deletes", "14999")
	default:
		h.Set("x-ms-ratelimit-remaining-subscription-writes", "1199")
	}
}

// splitPath cuts a path into segments and drops empty ones: some SDK calls
// produce double slashes.
func splitPath(path string) []string {
	return strings.FieldsFunc(path, func(r rune) bool { return r == '/' })
}

// decode reads the request's body into v. An empty body is an error.
func (c *call) decode(v any) error {
	data, err := io.ReadAll(io.LimitReader(c.r.Body, maxBody+1))
	if err != nil {
		return fail(http.StatusBadRequest, "InvalidRequestContent", "The request content could not be read.")
	}
	if len(data) > maxBody {
		return fail(http.StatusRequestEntityTooLarge, "RequestEntityTooLarge", "The request content exceeds the maximum size.")
	}
	if err := json.Unmarshal(data, v); err != nil {
		return fail(http.StatusBadRequest, "InvalidRequestContent",
			"The request content was invalid and could not be deserialized: '%s'.", jsonFault(err))
	}
	return nil
}

// jsonFault says what is wrong with a body, by the caller's names alone.
func jsonFault(err error) string {
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		if wrong.Field == "" {
			return "a JSON object is expected, not " + wrong.Value
		}
		return fmt.Sprintf("the member '%s' cannot be a %s", strings.TrimPrefix(wrong.Field, "."), wrong.Value)
	}
	if wrong, ok := errors.AsType[*json.SyntaxError](err); ok {
		return fmt.Sprintf("not valid JSON at position %d", wrong.Offset)
	}
	return "not valid"
}

// absolute is a path as an absolute URL of this request's origin, which pollers need.
func (c *call) absolute(path string) string {
	return c.origin() + path + "?api-version=" + c.r.URL.Query().Get("api-version")
}

// origin is scheme and authority of this request.
func (c *call) origin() string {
	if c.r.TLS != nil {
		return "https://" + c.r.Host
	}
	return "http://" + c.r.Host
}

// who is the caller in systemData: a user's name, else the application.
func (c *call) who() string {
	if c.claims.UserName != "" {
		return c.claims.UserName
	}
	return c.claims.AppID
}

// callerType is what systemData calls the kind of caller that who names.
func callerType(who string) string {
	if strings.Contains(who, "@") {
		return "User"
	}
	return "Application"
}
