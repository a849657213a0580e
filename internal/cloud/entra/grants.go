package entra

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"database/sql"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"guichet/internal/cloud/traffic"
	"guichet/internal/platform/sqlstore"
)

// The kinds of what a client redeems for tokens, and how long each lives.
const (
	grantCode    = "code"
	grantRefresh = "refresh"

	codeLife       = 10 * time.Minute
	refreshLife    = 90 * 24 * time.Hour
	spaRefreshLife = 24 * time.Hour
)

// grant is an authorization code or a refresh token.
type grant struct {
	kind, tenantID, clientID, userID string
	platform                         platform
	redirectURI, scope               string
	nonce, challenge                 string
	expires                          time.Time
	used                             bool
}

const (
	grantColumns = `kind, tenant_id, client_id, user_id, platform, redirect_uri, scope, nonce, challenge, expires_us, used`
	insertGrant  = `INSERT INTO entra_user_grants (digest, kind, tenant_id, client_id, user_id, platform, redirect_uri, scope, nonce,
		challenge, expires_us) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`
	selectGrant  = `SELECT ` + grantColumns + ` FROM entra_user_grants WHERE digest = $1 AND kind = $2`
	useGrant     = `UPDATE entra_user_grants SET used = 1 WHERE digest = $1 AND used = 0`
	expireGrants = `DELETE FROM entra_user_grants WHERE expires_us <= $1`
)

func grantCols(g *grant) []any {
	return []any{
		&g.kind, &g.tenantID, &g.clientID, &g.userID, &g.platform, &g.redirectURI, &g.scope, &g.nonce, &g.challenge,
		sqlstore.At(&g.expires), &g.used,
	}
}

// newGrant stores a grant and returns its text.
func (e *Entra) newGrant(ctx context.Context, g grant) (string, error) {
	text, now := "1."+opaque(64), e.clock.Now()
	life := codeLife
	if g.kind == grantRefresh {
		life = refreshLife
		if g.platform == platformSPA {
			life = spaRefreshLife
		}
	}
	// Expired ones are kept a while: their use is told from that of an unknown one.
	err := e.db.Tx(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, expireGrants, sqlstore.Micros(now.Add(-24*time.Hour))); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, insertGrant, digest(text), g.kind, g.tenantID, g.clientID, g.userID, g.platform, g.redirectURI,
			g.scope, g.nonce, g.challenge, sqlstore.Micros(now.Add(life)))
		return err
	})
	if err != nil {
		return "", fmt.Errorf("store %s: %w", g.kind, err)
	}
	return text, nil
}

// findGrant finds a grant of a client that has not expired.
func (e *Entra) findGrant(ctx context.Context, kind, text, clientID string) (grant, error) {
	g, err := sqlstore.One(ctx, e.db.Read(), grantCols, selectGrant, digest(text), kind)
	switch {
	case errors.Is(err, sqlstore.ErrNotFound):
		return g, invalidGrant(9002313, "Invalid request. Request is malformed or invalid.")
	case err != nil:
		return g, err
	case g.clientID != clientID:
		return g, invalidGrant(700005, "Provided Authorization Code or refresh token is intended to use against another client, thus rejected.")
	case g.used:
		return g, invalidGrant(54005, "OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing refresh token.")
	case !e.clock.Now().Before(g.expires):
		return g, invalidGrant(70008, "The provided authorization code or refresh token has expired due to inactivity. Send a new interactive "+
			"authorization request for this user and resource.")
	}
	return g, nil
}

// authorizationCode redeems a code; one that was redeemed is worth nothing more.
func (e *Entra) authorizationCode(r *http.Request, tenantName string, version endpoint) (map[string]any, error) {
	ctx, form := r.Context(), r.PostForm
	code := form.Get("code")
	if code == "" {
		return nil, missing("code")
	}
	client, err := e.userClient(r, tenantName)
	if err != nil {
		return nil, err
	}
	g, err := e.findGrant(ctx, grantCode, code, client.AppID)
	if err != nil {
		return nil, err
	}
	method, err := e.clientProof(r, client, g.platform)
	if err != nil {
		return nil, err
	}
	switch redirect := form.Get("redirect_uri"); {
	case redirect == "":
		return nil, missing("redirect_uri")
	case redirect != g.redirectURI:
		return nil, &oauthError{
			Status: http.StatusBadRequest, Code: "invalid_client", Number: 500112,
			Text: fmt.Sprintf("The reply address '%s' does not match the reply address '%s' provided when requesting Authorization code.",
				redirect, g.redirectURI),
		}
	}
	if err := checkVerifier(g.challenge, form.Get("code_verifier")); err != nil {
		return nil, err
	}
	if err := e.change(ctx, useGrant, digest(code)); errors.Is(err, sqlstore.ErrNotFound) {
		return nil, invalidGrant(54005, "OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing refresh token.")
	} else if err != nil {
		return nil, err
	}
	return e.answerUser(r, g, client, method, version)
}

// checkVerifier compares the PKCE verifier with the challenge (RFC 7636, S256).
func checkVerifier(challenge, verifier string) error {
	if challenge == "" && verifier == "" {
		return nil
	}
	sum := sha256.Sum256([]byte(verifier))
	if challenge == "" || subtle.ConstantTimeCompare([]byte(base64.RawURLEncoding.EncodeToString(sum[:])), []byte(challenge)) != 1 {
		return invalidGrant(501481, "The Code_Verifier does not match the code_challenge supplied in the authorization request.")
	}
	return nil
}

// refreshToken gives new tokens. As in Entra the old refresh token goes on living
// until it expires; the client is given a new one.
func (e *Entra) refreshToken(r *http.Request, tenantName string, version endpoint) (map[string]any, error) {
	text := r.PostForm.Get("refresh_token")
	if text == "" {
		return nil, missing("refresh_token")
	}
	client, err := e.userClient(r, tenantName)
	if err != nil {
		return nil, err
	}
	g, err := e.findGrant(r.Context(), grantRefresh, text, client.AppID)
	if err != nil {
		return nil, err
	}
	method, err := e.clientProof(r, client, g.platform)
	if err != nil {
		return nil, err
	}
	g.nonce = ""
	return e.answerUser(r, g, client, method, version)
}

// userClient finds the client of a request about a user.
func (e *Entra) userClient(r *http.Request, tenantName string) (Application, error) {
	id, _ := clientSecret(r)
	_, client, err := e.signInClient(r.Context(), tenantName, strings.ToLower(id))
	return client, err
}

// clientProof checks that a client proves itself as its platform demands: a web
// application by its credential, a public client and a page by none.
func (e *Entra) clientProof(r *http.Request, client Application, p platform) (authMethod, error) {
	if r.Header.Get("Origin") != "" && p != platformSPA {
		return "", invalidRequest(9002326, "Cross-origin token redemption is permitted only for the 'Single-Page Application' client-type. "+
			"Request origin: '"+r.Header.Get("Origin")+"'.")
	}
	form := r.PostForm
	_, _, basic := r.BasicAuth()
	if p == platformWeb {
		return e.proveCredential(r, client.AppID)
	}
	if form.Get("client_secret") != "" || form.Get("client_assertion") != "" || basic {
		return "", invalidClient(700025, "Client is public so neither 'client_assertion' nor 'client_secret' should be presented.")
	}
	if p == platformSPA && r.Header.Get("Origin") == "" {
		return "", invalidRequest(9002327, "Tokens issued for the 'Single-Page Application' client-type may only be redeemed via cross-origin requests.")
	}
	return byNothing, nil
}

// answerUser makes the token endpoint's answer for a user.
func (e *Entra) answerUser(r *http.Request, g grant, client Application, method authMethod, version endpoint) (map[string]any, error) {
	ctx, form := r.Context(), r.PostForm
	w, err := parseScope(g.scope)
	if err != nil {
		return nil, err
	}
	asked := w
	if version == v1 && form.Get("resource") != "" {
		asked, err = wantedV1(form.Get("resource"), form.Get("scope"))
	} else if version == v2 && form.Get("scope") != "" {
		asked, err = parseScope(form.Get("scope"))
	}
	if err != nil {
		return nil, err
	}
	// What concerns the sign-in itself was settled then.
	asked.openid, asked.profile, asked.email = asked.openid || w.openid, asked.profile || w.profile, asked.email || w.email
	asked.offline = asked.offline || w.offline
	t, err := e.tenant(ctx, g.tenantID)
	if err != nil {
		return nil, err
	}
	user, err := e.User(ctx, g.tenantID, g.userID)
	if err != nil {
		return nil, err
	}
	if !user.Enabled {
		return nil, invalidGrant(50057, "The user account is disabled.")
	}
	traffic.Caller(ctx, user.UPN, traffic.Token)
	d := delegation{tenant: t, client: client, user: user, method: method, nonce: g.nonce}
	token, granted, err := e.accessToken(ctx, d, asked)
	if err != nil {
		return nil, err
	}
	answer := tokenAnswer(token, asked.resource, version, e.clock.Now())
	answer["scope"] = grantedText(granted, asked, version)
	if asked.openid || version == v1 {
		if answer["id_token"], err = e.idToken(ctx, d, asked, version); err != nil {
			return nil, err
		}
	}
	if asked.offline || version == v1 {
		g.kind, g.nonce, g.challenge, g.redirectURI, g.scope = grantRefresh, "", "", "", asked.scopeText()
		if answer["refresh_token"], err = e.newGrant(ctx, g); err != nil {
			return nil, err
		}
	}
	if form.Get("client_info") == "1" {
		answer["client_info"] = clientInfo(d)
	}
	return answer, nil
}

// scopeText is what was wanted, as a scope parameter.
func (w wanted) scopeText() string {
	list := w.oidc()
	for _, s := range w.scopes {
		list = append(list, w.resource+"/"+s)
	}
	if w.all {
		list = append(list, w.resource+"/.default")
	}
	return strings.Join(list, " ")
}

// grantedText is the scope of an answer: what the token holds, in the spelling of
// the request, and "/.default" when that was asked. Scopes of Microsoft Graph go
// without its name.
func grantedText(granted []string, asked wanted, version endpoint) string {
	if version == v1 {
		return strings.Join(granted, " ")
	}
	prefix := asked.resource + "/"
	if strings.EqualFold(asked.resource, GraphAudience) && !strings.Contains(asked.text, GraphAudience+"/") {
		prefix = ""
	}
	list := asked.oidc()
	for _, s := range granted {
		switch s {
		case "openid", "profile", "email":
		default:
			list = append(list, prefix+s)
		}
	}
	if asked.all {
		list = append(list, asked.resource+"/.default")
	}
	return strings.Join(list, " ")
}

func invalidGrant(number int, text string) error {
	return &oauthError{Status: http.StatusBadRequest, Code: "invalid_grant", Number: number, Text: text}
}
