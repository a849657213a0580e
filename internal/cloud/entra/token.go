package entra

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"guichet/internal/cloud/azerror"
	"guichet/internal/cloud/traffic"
	"guichet/internal/platform/sqlstore"
)

// maxForm bounds the body of a token request, in bytes.
const maxForm = 64 << 10

// token answers the token endpoint, for applications and for users.
func (e *Entra) token(w http.ResponseWriter, r *http.Request, tenantName string, version endpoint) {
	if origin := r.Header.Get("Origin"); origin != "" {
		w.Header().Set("Access-Control-Allow-Origin", origin)
		w.Header().Add("Vary", "Origin")
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if err := r.ParseForm(); err != nil {
		writeError(w, r, e.clock.Now(), invalidRequest(90014, "The request body cannot be read as a form."))
		return
	}
	answer, err := e.grantTokens(r, tenantName, version)
	if err != nil {
		writeError(w, r, e.clock.Now(), err)
		return
	}
	w.Header().Set("Pragma", "no-cache")
	azerror.WriteJSON(w, http.StatusOK, answer)
}

// deviceGrant is the grant type of the device code flow (RFC 8628).
const deviceGrant = "urn:ietf:params:oauth:grant-type:device_code"

func (e *Entra) grantTokens(r *http.Request, tenantName string, version endpoint) (map[string]any, error) {
	switch kind := r.PostForm.Get("grant_type"); kind {
	case "client_credentials":
		token, resource, err := e.clientCredentials(r, tenantName, version)
		return tokenAnswer(token, resource, version, e.clock.Now()), err
	case "authorization_code":
		return e.authorizationCode(r, tenantName, version)
	case "refresh_token":
		return e.refreshToken(r, tenantName, version)
	case deviceGrant, "device_code":
		return e.deviceToken(r, tenantName, version)
	case "":
		return nil, missing("grant_type")
	default:
		return nil, &oauthError{
			Status: http.StatusBadRequest, Code: "unsupported_grant_type", Number: 70003,
			Text: fmt.Sprintf("The app requested an unsupported grant type '%s'.", kind),
		}
	}
}

// tokenAnswer is the body that hands out a token; v1 writes numbers as text.
func tokenAnswer(token Token, resource string, version endpoint, now time.Time) map[string]any {
	seconds := int(token.ExpiresAt.Sub(now).Seconds())
	if version == v1 {
		return map[string]any{
			"token_type": "Bearer", "expires_in": strconv.Itoa(seconds), "ext_expires_in": strconv.Itoa(seconds),
			"expires_on": strconv.FormatInt(token.ExpiresAt.Unix(), 10),
			"not_before": strconv.FormatInt(token.NotBefore.Unix(), 10),
			"resource":   resource, "access_token": token.Value,
		}
	}
	return map[string]any{
		"token_type": "Bearer", "expires_in": seconds, "ext_expires_in": seconds, "access_token": token.Value,
	}
}

func (e *Entra) clientCredentials(r *http.Request, tenantName string, version endpoint) (Token, string, error) {
	ctx, form := r.Context(), r.PostForm
	if shared(tenantName) {
		return Token{}, "", invalidRequest(900023, fmt.Sprintf(
			"Specified tenant identifier '%s' is neither a valid DNS name, nor a valid external domain.", tenantName))
	}
	tenant, err := e.tenant(ctx, tenantName)
	if err != nil {
		return Token{}, "", err
	}
	client, method, err := e.authenticate(r, tenant)
	if err != nil {
		return Token{}, "", err
	}
	traffic.Caller(ctx, client.AppID, method.credential())
	resource, err := askedResource(form, version)
	if err != nil {
		return Token{}, "", err
	}
	token, err := e.issue(ctx, tenant, client, resource, method)
	return token, resource, err
}

// askedResource reads which resource a token is wanted for. v2 clients send
// further scopes beside the one that counts; an audience that ends in a slash
// keeps it ("https://host//.default").
func askedResource(form url.Values, version endpoint) (string, error) {
	if version == v1 {
		if resource := form.Get("resource"); resource != "" {
			return resource, nil
		}
		return "", missing("resource")
	}
	if form.Get("scope") == "" {
		return "", missing("scope")
	}
	found := ""
	for scope := range strings.FieldsSeq(form.Get("scope")) {
		resource, isDefault := strings.CutSuffix(scope, "/.default")
		if !isDefault {
			switch scope {
			case "openid", "profile", "offline_access", "email":
				continue
			}
		}
		if !isDefault || resource == "" || (found != "" && found != resource) {
			return "", invalidScope(form.Get("scope"))
		}
		found = resource
	}
	if found == "" {
		return "", invalidScope(form.Get("scope"))
	}
	return found, nil
}

// authMethod is how a client proved who it is, as in the claim appidacr.
type authMethod string

const (
	byNothing     authMethod = "0"
	bySecret      authMethod = "1"
	byCertificate authMethod = "2"
)

const selectSecret = `SELECT expires_us FROM entra_secrets WHERE app_id = $1 AND digest = $2`

func (m authMethod) credential() traffic.Credential {
	if m == byCertificate {
		return traffic.Certificate
	}
	return traffic.Secret
}

// authenticate finds the calling application's principal in the tenant and
// checks its credential.
func (e *Entra) authenticate(r *http.Request, tenant Tenant) (Principal, authMethod, error) {
	ctx := r.Context()
	id, _ := clientSecret(r)
	if id == "" {
		return Principal{}, "", missing("client_id")
	}
	client, err := e.principal(ctx, tenant.ID, id)
	if errors.Is(err, sqlstore.ErrNotFound) {
		return client, "", notInstalled(id, tenant)
	}
	if err != nil {
		return client, "", err
	}
	method, err := e.proveCredential(r, client.AppID)
	return client, method, err
}

// clientSecret reads id and secret from the form or from Basic authentication.
func clientSecret(r *http.Request) (id, secret string) {
	id, secret = r.PostForm.Get("client_id"), r.PostForm.Get("client_secret")
	if user, password, ok := r.BasicAuth(); ok && (id == "" || strings.EqualFold(id, user)) {
		// RFC 6749 section 2.3.1: both parts are form-encoded inside Basic.
		id, _ = url.QueryUnescape(user)
		secret, _ = url.QueryUnescape(password)
	}
	return id, secret
}

// proveCredential checks the credential of an application.
func (e *Entra) proveCredential(r *http.Request, appID string) (authMethod, error) {
	ctx, form := r.Context(), r.PostForm
	if assertion := form.Get("client_assertion"); assertion != "" {
		return byCertificate, e.checkAssertion(ctx, appID, form.Get("client_assertion_type"), assertion)
	}
	_, secret := clientSecret(r)
	if secret == "" {
		return "", invalidClient(7000218,
			"The request body must contain the following parameter: 'client_assertion' or 'client_secret'.")
	}
	return bySecret, e.checkSecret(ctx, appID, secret)
}

func (e *Entra) checkSecret(ctx context.Context, appID, secret string) error {
	expires, err := sqlstore.One(ctx, e.db.Read(), func(us *int64) []any { return []any{us} },
		selectSecret, appID, digest(secret))
	if errors.Is(err, sqlstore.ErrNotFound) {
		return invalidClient(7000215, fmt.Sprintf("Invalid client secret provided. Ensure the secret being sent in the "+
			"request is the client secret value, not the client secret ID, for a secret added to app '%s'.", appID))
	}
	if err != nil {
		return err
	}
	if expires != 0 && !e.clock.Now().Before(sqlstore.Time(expires)) {
		return invalidClient(7000222, fmt.Sprintf("The provided client secret keys for app '%s' are expired.", appID))
	}
	return nil
}

func invalidRequest(number int, text string) error {
	return &oauthError{Status: http.StatusBadRequest, Code: "invalid_request", Number: number, Text: text}
}

func missing(parameter string) error {
	return invalidRequest(900144, fmt.Sprintf("The request body must contain the following parameter: '%s'.", parameter))
}

func invalidClient(number int, text string) error {
	return &oauthError{Status: http.StatusUnauthorized, Code: "invalid_client", Number: number, Text: text}
}

func invalidScope(scope string) error {
	return &oauthError{
		Status: http.StatusBadRequest, Code: "invalid_scope", Number: 70011,
		Text: fmt.Sprintf("The provided request must include a 'scope' input parameter. The provided value for the input "+
			"parameter 'scope' is not valid. The scope %s is not valid.", scope),
	}
}
