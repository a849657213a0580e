package graph

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/google/uuid"

	"guichet/internal/cloud/entra"
	"guichet/internal/cloud/traffic"
	"guichet/internal/platform/sqlstore"
)

// maxBody bounds a request's body, in bytes.
const maxBody = 1 << 20

// call is one request on its way through Graph.
type call struct {
	ctx       context.Context
	g         *Graph
	r         *http.Request
	params    map[string]string
	requestID string
	claims    entra.Claims
	// admin says that the user manages every application, global that it also
	// grants permissions of Graph itself.
	admin, global bool
}

// reply is what a handler answers when it does not fail.
type reply struct {
	status int
	body   any
	// location is the address of what was made.
	location string
}

// Error is a refusal of Graph.
type Error struct {
	Status        int
	Code, Message string
	challenge     bool
}

func (e *Error) Error() string { return e.Code + ": " + e.Message }

func fail(status int, code, format string, args ...any) error {
	return &Error{Status: status, Code: code, Message: fmt.Sprintf(format, args...)}
}

func badRequest(format string, args ...any) error {
	return fail(http.StatusBadRequest, "Request_BadRequest", format, args...)
}

// missingObject is what is said of an object that is not there, or not in the
// caller's tenant.
func missingObject(id string) error {
	return fail(http.StatusNotFound, "Request_ResourceNotFound",
		"Resource '%s' does not exist or one of its queried reference-property objects are not present.", id)
}

// denied is what is said to a caller without the right.
func denied() error {
	return fail(http.StatusForbidden, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")
}

// found turns a missing row into Graph's refusal.
func found[T any](v T, err error) func(id string) (T, error) {
	return func(id string) (T, error) {
		if errors.Is(err, sqlstore.ErrNotFound) {
			err = missingObject(id)
		}
		return v, err
	}
}

func newID() string { return uuid.NewString() }

func (c *call) run(rt *route) (reply, error) {
	if err := c.authenticate(); err != nil {
		return reply{}, err
	}
	out, err := rt.handle(c)
	if err == nil && c.r.Method != http.MethodGet && c.g.changed != nil {
		c.g.changed()
	}
	return out, err
}

// authenticate verifies the bearer token, which must be for Graph.
func (c *call) authenticate() error {
	refuse := func(message string) error {
		return &Error{Status: http.StatusUnauthorized, Code: "InvalidAuthenticationToken", Message: message, challenge: true}
	}
	scheme, token, _ := strings.Cut(c.r.Header.Get("Authorization"), " ")
	if token = strings.TrimSpace(token); !strings.EqualFold(scheme, "Bearer") || token == "" {
		return refuse("Access token is empty.")
	}
	claims, err := c.g.directory.Verify(c.ctx, token, entra.GraphAudience, entra.GraphAppID)
	switch {
	case errors.Is(err, entra.ErrExpired):
		return refuse("Lifetime validation failed, the token is expired.")
	case errors.Is(err, entra.ErrAudience):
		return refuse("Access token validation failure. Invalid audience.")
	case errors.Is(err, entra.ErrInvalid):
		return refuse("Access token validation failure.")
	case err != nil:
		return err
	}
	c.claims = claims
	if !c.user() {
		traffic.Caller(c.ctx, claims.AppID, traffic.Token)
		return nil
	}
	traffic.Caller(c.ctx, claims.UserName, traffic.Token)
	if _, err := c.g.directory.User(c.ctx, claims.TenantID, claims.ObjectID); errors.Is(err, sqlstore.ErrNotFound) {
		return refuse("The identity of the calling user could not be established.")
	} else if err != nil {
		return err
	}
	roles, err := c.g.directory.DirectoryRoles(c.ctx, claims.ObjectID)
	c.admin, c.global = len(roles) > 0, slices.Contains(roles, entra.GlobalAdministrator)
	return err
}

// user says whether an application calls on behalf of a user.
func (c *call) user() bool { return len(c.claims.Scopes) > 0 }

// permitted says whether the token carries one of the permissions: roles of an
// application, scopes of a user.
func (c *call) permitted(permissions ...string) bool {
	held := c.claims.Roles
	if c.user() {
		held = append(slices.Clone(c.claims.Scopes), c.claims.Roles...)
		// The user's own rights are asked for beside.
		if slices.Contains(c.claims.Scopes, "Directory.AccessAsUser.All") {
			return true
		}
	}
	return slices.ContainsFunc(permissions, func(p string) bool { return slices.Contains(held, p) })
}

// mayRead is the right to read applications and service principals.
func (c *call) mayRead() error {
	if c.permitted("Application.Read.All", "Application.ReadWrite.All", "Application.ReadWrite.OwnedBy", "Directory.Read.All",
		"Directory.ReadWrite.All") {
		return nil
	}
	return denied()
}

// mayWrite is the right to change an object with these owners.
func (c *call) mayWrite(owners []string) error {
	owner := slices.Contains(owners, c.claims.ObjectID)
	if c.user() {
		if c.permitted("Application.ReadWrite.All") && (c.admin || owner) {
			return nil
		}
		return denied()
	}
	if c.permitted("Application.ReadWrite.All", "Directory.ReadWrite.All") || c.permitted("Application.ReadWrite.OwnedBy") && owner {
		return nil
	}
	return denied()
}

// mayCreate is the right to register: every member of the tenant has it.
func (c *call) mayCreate() error {
	if c.permitted("Application.ReadWrite.All", "Directory.ReadWrite.All") || !c.user() && c.permitted("Application.ReadWrite.OwnedBy") {
		return nil
	}
	return denied()
}

// decode reads the request's body into v and refuses members that Graph does not
// know.
func (c *call) decode(v any) error {
	data, err := io.ReadAll(io.LimitReader(c.r.Body, maxBody+1))
	if err != nil || len(data) > maxBody {
		return badRequest("The request body cannot be read.")
	}
	if len(strings.TrimSpace(string(data))) == 0 {
		return badRequest("Empty Payload. JSON content expected.")
	}
	d := json.NewDecoder(strings.NewReader(string(data)))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		if field, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
			return badRequest("Invalid property %s.", strings.ReplaceAll(field, `"`, "'"))
		}
		return fail(http.StatusBadRequest, "BadRequest", "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.")
	}
	return nil
}

// root is the address of the version, as the caller knows it.
func (c *call) root() string {
	if strings.EqualFold(c.r.Host, "graph.microsoft.com") {
		return entra.GraphAudience + "/v1.0"
	}
	return c.g.base + "/v1.0"
}

// write puts status, headers and body in one place.
func (c *call) write(w http.ResponseWriter, out reply, err error) {
	h := w.Header()
	clientID := c.r.Header.Get("client-request-id")
	if clientID == "" {
		clientID = c.requestID
	}
	h.Set("request-id", c.requestID)
	h.Set("client-request-id", clientID)
	h.Set("Cache-Control", "no-cache")
	h.Set("Date", c.g.clock.Now().Format(http.TimeFormat))
	if err != nil {
		c.writeError(w, clientID, err)
		return
	}
	if out.location != "" {
		h.Set("Location", out.location)
	}
	if out.body == nil {
		w.WriteHeader(out.status)
		return
	}
	h.Set("OData-Version", "4.0")
	writeJSON(w, out.status, "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8", out.body)
}

func (c *call) writeError(w http.ResponseWriter, clientID string, err error) {
	refusal, ok := errors.AsType[*Error](err)
	if !ok {
		traffic.Note(c.ctx, err.Error())
		c.g.log.ErrorContext(c.ctx, "graph.failed", "path", c.r.URL.Path, "error", err)
		refusal = &Error{Status: http.StatusInternalServerError, Code: "Service_InternalServerError", Message: "Encountered an internal server error."}
	}
	if refusal.challenge {
		w.Header().Set("WWW-Authenticate", fmt.Sprintf(`Bearer realm="", authorization_uri="%s/common/oauth2/authorize", client_id="%s"`,
			c.g.base, entra.GraphAppID))
	}
	writeJSON(w, refusal.Status, "application/json", map[string]any{"error": map[string]any{
		"code": refusal.Code, "message": refusal.Message,
		"innerError": map[string]string{
			"date": c.g.clock.Now().Format("2006-01-02T15:04:05"), "request-id": c.requestID, "client-request-id": clientID,
		},
	}})
}

func writeJSON(w http.ResponseWriter, status int, contentType string, body any) {
	data, err := json.Marshal(body)
	if err != nil {
		status, data = http.StatusInternalServerError, []byte(`{"error":{"code":"Service_InternalServerError","message":"the answer is not JSON"}}`)
	}
	w.Header().Set("Content-Type", contentType)
	w.WriteHeader(status)
	_, _ = w.Write(data)
}
