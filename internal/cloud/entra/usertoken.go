package entra

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"guichet/internal/platform/sqlstore"
)

// defaultWids is in the wids of every member of a tenant.
const defaultWids = "b79fbf4d-3ef9-4689-8143-76b194e85509"

// idTokenLife is how long an id token is valid.
const idTokenLife = time.Hour

// pairwise is a user's subject at one application: stable there, and of no use to
// another.
func pairwise(tenantID, appID, userID string) string {
	sum := sha256.Sum256([]byte("guichet\x00" + tenantID + "\x00" + appID + "\x00" + userID))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// ensurePresent makes a client's service principal in the tenant when it has none.
func (e *Entra) ensurePresent(ctx context.Context, t Tenant, client Application) error {
	_, err := e.principal(ctx, t.ID, client.AppID)
	if errors.Is(err, sqlstore.ErrNotFound) {
		if _, err = e.CreatePrincipal(ctx, Principal{TenantID: t.ID, AppID: client.AppID}, ""); errors.Is(err, ErrExists) {
			err = nil
		}
	}
	return err
}

// assigned are the values of app's roles that a user holds in the tenant. A user
// who is not assigned is refused where the application demands an assignment.
func (e *Entra) assigned(ctx context.Context, t Tenant, app Application, user User) ([]string, error) {
	p, err := e.principal(ctx, t.ID, app.AppID)
	if errors.Is(err, sqlstore.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	roles, err := e.roleValues(ctx, app, p.ID, user.ID)
	if err != nil || !p.AssignmentRequired {
		return roles, err
	}
	held, err := sqlstore.List(ctx, e.db.Read(), idCols, selectRoleIDs, p.ID, user.ID)
	if err == nil && len(held) == 0 {
		err = &oauthError{
			Status: http.StatusBadRequest, Code: "invalid_grant", Number: 50105,
			Text: fmt.Sprintf("Your administrator has configured the application %s ('%s') to block users unless they are specifically "+
				"granted ('assigned') access to the application. The signed in user '%s' is blocked because they are not a direct member "+
				"of a group with access, nor had access directly assigned by an administrator.", app.Name, app.AppID, user.UPN),
		}
	}
	return roles, err
}

// delegation is a user who lets a client act.
type delegation struct {
	tenant Tenant
	client Application
	user   User
	method authMethod
	nonce  string
}

// accessToken makes a token for the resource that is wanted, with every scope of
// it that the client was granted. It also returns these scopes.
func (e *Entra) accessToken(ctx context.Context, d delegation, w wanted) (Token, []string, error) {
	app, err := e.resource(ctx, d.tenant, w.resource)
	if err != nil {
		return Token{}, nil, err
	}
	open, err := e.unconsented(ctx, d.tenant, d.client, d.user, w)
	if err != nil {
		return Token{}, nil, err
	}
	if len(open) > 0 {
		return Token{}, nil, unconsentedError(d.client, http.StatusBadRequest, "invalid_grant")
	}
	granted, err := e.consents(ctx, d.tenant, d.client, d.user, app)
	if err != nil {
		return Token{}, nil, err
	}
	granted = slices.DeleteFunc(granted, func(s string) bool { return s == "offline_access" })
	roles, err := e.assigned(ctx, d.tenant, app, d.user)
	if err != nil {
		return Token{}, nil, err
	}
	wids, err := e.DirectoryRoles(ctx, d.user.ID)
	if err != nil {
		return Token{}, nil, err
	}
	now := e.clock.Now().Truncate(time.Second)
	token := Token{NotBefore: now.Add(-5 * time.Minute), ExpiresAt: now.Add(lifetime())}
	claims := e.userClaims(d, app.TokenVersion, app.AppID)
	claims["aud"], claims["exp"] = w.resource, token.ExpiresAt.Unix()
	claims["scp"] = strings.Join(granted, " ")
	if app.TokenVersion == 2 {
		claims["aud"], claims["azp"], claims["azpacr"] = app.AppID, d.client.AppID, string(d.method)
	} else {
		claims["appid"], claims["appidacr"], claims["acr"] = d.client.AppID, string(d.method), "1"
		if strings.EqualFold(w.resource, app.AppID) {
			claims["aud"] = app.AppID
		}
		claims["wids"] = append(wids, defaultWids)
	}
	if len(roles) > 0 {
		claims["roles"] = roles
	}
	token.Value, err = e.sign(ctx, claims, app.TokenVersion != 2)
	return token, granted, err
}

// idToken says to the client who signed in. Its version is the endpoint's; roles
// are those of the client's own application.
func (e *Entra) idToken(ctx context.Context, d delegation, w wanted, version endpoint) (string, error) {
	roles, err := e.assigned(ctx, d.tenant, d.client, d.user)
	if err != nil {
		return "", err
	}
	claims := e.userClaims(d, int(version), d.client.AppID)
	claims["aud"], claims["exp"] = d.client.AppID, e.clock.Now().Add(idTokenLife).Unix()
	if version == v2 && !w.profile {
		for _, name := range []string{"name", "preferred_username", "oid"} {
			delete(claims, name)
		}
	}
	if w.email && d.user.Mail != "" {
		claims["email"] = d.user.Mail
	}
	if d.nonce != "" {
		claims["nonce"] = d.nonce
	}
	if len(roles) > 0 {
		claims["roles"] = roles
	}
	return e.sign(ctx, claims, version == v1)
}

// userClaims are those of every token about a user.
func (e *Entra) userClaims(d delegation, version int, audience string) jwt.MapClaims {
	now := e.clock.Now().Truncate(time.Second).Add(-5 * time.Minute).Unix()
	claims := jwt.MapClaims{
		"iat": now, "nbf": now, "oid": d.user.ID, "tid": d.tenant.ID, "name": d.user.Name,
		"sub": pairwise(d.tenant.ID, audience, d.user.ID), "rh": "1." + opaque(30) + ".", "uti": opaque(16), "aio": opaque(33),
	}
	if version == 2 {
		claims["ver"], claims["iss"], claims["preferred_username"] = "2.0", e.issuerV2(d.tenant.ID), d.user.UPN
		return claims
	}
	claims["ver"], claims["iss"], claims["upn"], claims["unique_name"] = "1.0", issuerV1(d.tenant.ID), d.user.UPN, d.user.UPN
	claims["amr"] = []string{"pwd"}
	if d.user.Given != "" {
		claims["given_name"] = d.user.Given
	}
	if d.user.Surname != "" {
		claims["family_name"] = d.user.Surname
	}
	return claims
}

// sign makes the JWT. Tokens of the first generation carry x5t too.
func (e *Entra) sign(ctx context.Context, claims jwt.MapClaims, thumbprint bool) (string, error) {
	key, err := e.keys.signing(ctx)
	if err != nil {
		return "", err
	}
	signed := jwt.NewWithClaims(jwt.SigningMethodRS256, claims)
	signed.Header["kid"] = key.kid
	if thumbprint {
		signed.Header["x5t"] = key.kid
	}
	return signed.SignedString(key.private)
}

// clientInfo is the account that MSAL keys its cache by.
func clientInfo(d delegation) string {
	data, _ := json.Marshal(map[string]string{"uid": d.user.ID, "utid": d.user.TenantID})
	return base64.RawURLEncoding.EncodeToString(data)
}

func unconsentedError(client Application, status int, code string) error {
	return &oauthError{
		Status: status, Code: code, Number: 65001, Suberror: "consent_required",
		Text: fmt.Sprintf("The user or administrator has not consented to use the application with ID '%s' named '%s'. Send an "+
			"interactive authorization request for this user and resource.", client.AppID, client.Name),
	}
}
