package entra

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"guichet/internal/platform/sqlstore"
)

// The ways in which the authorization endpoint answers a client.
const (
	modeQuery    = "query"
	modeFragment = "fragment"
	modeFormPost = "form_post"
)

// authorizeQuery is what an authorization request says, before it is held against
// the directory.
type authorizeQuery struct {
	version      endpoint
	clientID     string
	responseType string
	redirectURI  string
	mode         string
	prompt       string
	hint         string
	challenge    string
	state, nonce string
	clientInfo   bool
	want         wanted
	raw          url.Values
}

var challengeShape = regexp.MustCompile(`^[A-Za-z0-9._~-]{43,128}$`)

// parseAuthorize reads the parameters. What it returns beside an error is good
// enough to tell the client of the error.
func parseAuthorize(values url.Values, version endpoint) (authorizeQuery, error) {
	q := authorizeQuery{
		version: version, clientID: strings.ToLower(values.Get("client_id")), responseType: values.Get("response_type"),
		redirectURI: values.Get("redirect_uri"), mode: values.Get("response_mode"), prompt: values.Get("prompt"),
		hint: values.Get("login_hint"), challenge: values.Get("code_challenge"), state: values.Get("state"),
		nonce: values.Get("nonce"), clientInfo: values.Get("client_info") == "1", raw: values,
	}
	modes := []string{modeQuery, modeFragment, modeFormPost}
	asked := q.mode
	if !slices.Contains(modes, q.mode) {
		q.mode = modeQuery
	}
	for name, list := range values {
		if len(list) > 1 {
			return q, invalidRequest(9000411, fmt.Sprintf("The request is not properly formatted. The parameter '%s' is duplicated.", name))
		}
	}
	switch {
	case q.clientID == "":
		return q, missing("client_id")
	case asked != "" && q.mode != asked:
		return q, invalidRequest(70007, fmt.Sprintf("'%s' is not a supported value of 'response_mode' when requesting a token.", asked))
	case q.responseType == "":
		return q, missing("response_type")
	case q.responseType != "code":
		return q, unsupportedResponse(q.responseType)
	case !slices.Contains([]string{"", "none", "login", "select_account", "consent"}, q.prompt):
		return q, invalidRequest(90023, "Unsupported 'prompt' value.")
	}
	switch method := values.Get("code_challenge_method"); {
	case q.challenge == "" && method != "":
		return q, missing("code_challenge")
	case q.challenge != "" && method != "S256":
		return q, invalidRequest(9002313, "Invalid request. Request is malformed or invalid: code_challenge_method must be S256.")
	case q.challenge != "" && !challengeShape.MatchString(q.challenge):
		return q, invalidRequest(501491, "Invalid size of Code_Challenge parameter.")
	}
	var err error
	if version == v1 {
		q.want, err = wantedV1(values.Get("resource"), values.Get("scope"))
	} else {
		q.want, err = parseScope(values.Get("scope"))
	}
	return q, err
}

// unsupportedResponse refuses what is not a code; a registration cannot enable
// the implicit grant here.
func unsupportedResponse(kind string) error {
	number := 70005
	for part := range strings.FieldsSeq(kind) {
		switch part {
		case "token":
			number = 700051
		case "id_token":
			if number != 700051 {
				number = 700054
			}
		}
	}
	return &oauthError{
		Status: http.StatusBadRequest, Code: "unsupported_response_type", Number: number,
		Text: fmt.Sprintf("response_type '%s' is not enabled for the application.", kind),
	}
}

// authorization is a request whose client and redirect URI are known, so that
// errors may go there.
type authorization struct {
	authorizeQuery
	tenantName string
	// tenant is empty for "common" and "organizations" until somebody signs in.
	tenant   Tenant
	client   Application
	redirect string
	platform platform
}

// fatal marks an error that must not be sent to the redirect URI, but be shown.
type fatal struct{ error }

func (f fatal) Unwrap() error { return f.error }

// readAuthorization holds a request against the directory.
func (e *Entra) readAuthorization(r *http.Request, values url.Values, tenantName string, version endpoint) (authorization, error) {
	q, queryErr := parseAuthorize(values, version)
	a := authorization{authorizeQuery: q, tenantName: tenantName}
	var err error
	if a.tenant, a.client, err = e.signInClient(r.Context(), tenantName, q.clientID); err != nil {
		return a, fatal{err}
	}
	if a.redirect, a.platform, err = a.client.servedAt(r).redirect(q.redirectURI); err != nil {
		return a, fatal{err}
	}
	if queryErr != nil {
		return a, queryErr
	}
	if a.platform != platformWeb && a.challenge == "" {
		return a, invalidRequest(9002325, "Proof Key for Code Exchange is required for cross-origin authorization code redemption.")
	}
	return a, nil
}

// signInClient finds the application that users of a tenant sign in to.
func (e *Entra) signInClient(ctx context.Context, tenantName, clientID string) (Tenant, Application, error) {
	var t Tenant
	if clientID == "" {
		return t, Application{}, missing("client_id")
	}
	if !shared(tenantName) {
		var err error
		if t, err = e.tenant(ctx, tenantName); err != nil {
			return t, Application{}, err
		}
	}
	client, err := e.Application(ctx, clientID)
	if errors.Is(err, sqlstore.ErrNotFound) || err == nil && t.ID != "" && client.TenantID != t.ID && !client.multiTenant() {
		return t, client, notInstalled(clientID, t)
	}
	if err != nil {
		return t, client, err
	}
	switch strings.ToLower(tenantName) {
	case "consumers":
		return t, client, invalidRequest(9002331, fmt.Sprintf("Application '%s'(%s) is configured for use by Azure Active Directory users "+
			"only. Please do not use the /consumers endpoint to serve this request.", client.AppID, client.Name))
	case "common", "organizations":
		if !client.multiTenant() {
			return t, client, invalidRequest(50194, fmt.Sprintf("Application '%s'(%s) is not configured as a multi-tenant application. "+
				"Usage of the /common endpoint is not supported for such apps created after '10/15/2018'. Use a tenant-specific endpoint "+
				"or configure the application to be multi-tenant.", client.AppID, client.Name))
		}
	}
	return t, client, nil
}

func notInstalled(clientID string, t Tenant) error {
	return &oauthError{
		Status: http.StatusBadRequest, Code: "unauthorized_client", Number: 700016,
		Text: fmt.Sprintf("Application with identifier '%s' was not found in the directory '%s'. This can happen if the "+
			"application has not been installed by the administrator of the tenant or consented to by any user in the "+
			"tenant. You may have sent your authentication request to the wrong tenant.", clientID, t.Name),
	}
}

// authorize answers the authorization endpoint, by GET or by POST.
func (e *Entra) authorize(w http.ResponseWriter, r *http.Request, tenantName string, version endpoint) {
	values := r.URL.Query()
	if r.Method == http.MethodPost {
		r.Body = http.MaxBytesReader(w, r.Body, maxForm)
		if err := r.ParseForm(); err != nil {
			e.showError(w, r, invalidRequest(90014, "The request body cannot be read as a form."))
			return
		}
		values = r.PostForm
	}
	a, err := e.readAuthorization(r, values, tenantName, version)
	if err != nil {
		e.refuseAuthorization(w, r, a, err)
		return
	}
	s, err := e.session(r)
	if err != nil {
		e.refuseAuthorization(w, r, a, err)
		return
	}
	e.proceed(w, r, a, s, "")
}

// The steps that a user may have gone through for one request.
const (
	stepSignedIn = "signedIn"
	stepChosen   = "chosen"
	stepConsent  = "consented"
)

// proceed goes on with a request as far as it can without the user: to a page, or
// back to the client. step is what the user has just done.
func (e *Entra) proceed(w http.ResponseWriter, r *http.Request, a authorization, s session, step string) {
	none := a.prompt == "none"
	hinted := a.hint == "" || step != "" || strings.EqualFold(a.hint, s.user.UPN)
	switch {
	case s.user.ID == "" || !hinted || a.prompt == "login" && step == "":
		if none {
			e.refuseAuthorization(w, r, a, &oauthError{
				Status: http.StatusBadRequest, Code: "login_required", Number: 50058,
				Text: "A silent sign-in request was sent but no user is signed in.",
			})
			return
		}
		e.showSignIn(w, r, a, a.hint, "")
		return
	case a.prompt == "select_account" && step == "":
		e.showAccounts(w, r, a, s)
		return
	}
	missing, err := e.mayEnter(r.Context(), &a, s.user)
	if err != nil {
		e.refuseAuthorization(w, r, a, err)
		return
	}
	if (len(missing) > 0 || a.prompt == "consent") && step != stepConsent {
		if none {
			e.refuseAuthorization(w, r, a, unconsentedError(a.client, http.StatusBadRequest, "consent_required"))
			return
		}
		e.showConsent(w, r, a, s, missing)
		return
	}
	code, err := e.newGrant(r.Context(), grant{
		kind: grantCode, tenantID: a.tenant.ID, clientID: a.client.AppID, userID: s.user.ID, platform: a.platform,
		redirectURI: a.redirect, scope: a.want.text, nonce: a.nonce, challenge: a.challenge,
	})
	if err != nil {
		e.refuseAuthorization(w, r, a, err)
		return
	}
	answer := url.Values{"code": {code}, "session_state": {s.state()}}
	if a.clientInfo {
		answer.Set("client_info", clientInfo(delegation{user: s.user}))
	}
	e.respond(w, r, a, answer)
}

// mayEnter says which permissions the client still lacks. A user of another
// tenant, one that is not assigned and a resource that is unknown are refused.
func (e *Entra) mayEnter(ctx context.Context, a *authorization, user User) ([]permission, error) {
	if a.tenant.ID == "" {
		var err error
		if a.tenant, err = e.tenant(ctx, user.TenantID); err != nil {
			return nil, err
		}
	}
	if user.TenantID != a.tenant.ID {
		return nil, fatal{&oauthError{
			Status: http.StatusBadRequest, Code: "invalid_request", Number: 50020,
			Text: fmt.Sprintf("User account '%s' from identity provider '%s' does not exist in tenant '%s' and cannot access the "+
				"application '%s'(%s) in that tenant. The account needs to be added as an external user in the tenant first. Sign out "+
				"and sign in again with a different Azure Active Directory user account.",
				user.UPN, issuerV1(user.TenantID), a.tenant.Name, a.client.AppID, a.client.Name),
		}}
	}
	open, err := e.unconsented(ctx, a.tenant, a.client, user, a.want)
	if err != nil {
		return nil, err
	}
	if _, err := e.assigned(ctx, a.tenant, a.client, user); err != nil {
		return nil, fatal{err}
	}
	if !slices.ContainsFunc(open, func(p permission) bool { return p.scope.AdminOnly }) {
		return open, nil
	}
	if admin, err := e.administers(ctx, user.ID); err != nil || admin {
		return open, err
	}
	return nil, fatal{&oauthError{
		Status: http.StatusForbidden, Code: "access_denied", Number: 90094,
		Text: fmt.Sprintf("Admin consent is required for the permissions requested by application '%s'(%s).", a.client.AppID, a.client.Name),
	}}
}

// refuseAuthorization tells the client of an error, or shows it when the client
// cannot be trusted with it.
func (e *Entra) refuseAuthorization(w http.ResponseWriter, r *http.Request, a authorization, err error) {
	refusal := refusalOf(r, err)
	if _, show := errors.AsType[fatal](err); show || a.redirect == "" {
		e.showError(w, r, refusal)
		return
	}
	e.respond(w, r, a, url.Values{
		"error": {refusal.Code}, "error_description": {refusal.describe(traceOf(w, r, e.clock.Now()))},
		"error_uri": {fmt.Sprintf("https://login.microsoftonline.com/error?code=%d", refusal.Number)},
	})
}

// respond sends an answer to the client's redirect URI.
func (e *Entra) respond(w http.ResponseWriter, r *http.Request, a authorization, answer url.Values) {
	if a.state != "" {
		answer.Set("state", a.state)
	}
	if a.mode == modeFormPost {
		e.showFormPost(w, r, a.redirect, answer)
		return
	}
	target, err := withParameters(a.redirect, a.mode, answer)
	if err != nil {
		e.showError(w, r, refusalOf(r, err))
		return
	}
	w.Header().Set("Referrer-Policy", "no-referrer")
	w.Header().Set("Location", target)
	// A form's POST must not be repeated at the client.
	w.WriteHeader(http.StatusSeeOther)
}
