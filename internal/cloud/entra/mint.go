package entra

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"math/big"
	"net/http"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"guichet/internal/platform/sqlstore"
)

// Token is an access token that was issued.
type Token struct {
	Value     string
	NotBefore time.Time
	ExpiresAt time.Time
}

// TokenRequest says for whom Mint makes a token.
type TokenRequest struct {
	// TenantID is the tenant's id or domain.
	TenantID string
	// ClientID is the calling application.
	ClientID string
	// Resource is the app id or URI of the application called.
	Resource string
}

// Mint makes an app-only token without a credential, for a caller inside the
// cloud such as Event Grid. Refusals are those of the token endpoint (see
// Number).
func (e *Entra) Mint(ctx context.Context, r TokenRequest) (Token, error) {
	tenant, err := e.tenant(ctx, r.TenantID)
	if err != nil {
		return Token{}, err
	}
	client, err := e.principal(ctx, tenant.ID, r.ClientID)
	if errors.Is(err, sqlstore.ErrNotFound) {
		return Token{}, &oauthError{
			Status: http.StatusBadRequest, Code: "unauthorized_client", Number: 700016,
			Text: fmt.Sprintf("Application with identifier '%s' was not found in the directory '%s'.", r.ClientID, tenant.Name),
		}
	}
	if err != nil {
		return Token{}, err
	}
	return e.issue(ctx, tenant, client, r.Resource, byCertificate)
}

// issue makes the token. Its version is that which the resource accepts, whatever
// endpoint was asked. A client without any role gets a token without roles,
// unless the resource demands an assignment.
func (e *Entra) issue(ctx context.Context, t Tenant, client Principal, resource string, method authMethod) (Token, error) {
	app, err := e.resource(ctx, t, resource)
	if err != nil {
		return Token{}, err
	}
	target, err := e.principal(ctx, t.ID, app.AppID)
	if err != nil {
		return Token{}, err
	}
	roles, err := e.roleValues(ctx, app, target.ID, client.ID)
	if err != nil {
		return Token{}, err
	}
	if target.AssignmentRequired && len(roles) == 0 {
		return Token{}, &oauthError{
			Status: http.StatusBadRequest, Code: "invalid_grant", Number: 501051,
			Text: fmt.Sprintf("Application '%s' is not assigned to a role for the application '%s'(%s).",
				client.AppID, app.AppID, app.Name),
		}
	}
	now := e.clock.Now().Truncate(time.Second)
	token := Token{NotBefore: now.Add(-5 * time.Minute), ExpiresAt: now.Add(lifetime())}
	claims := jwt.MapClaims{
		"aud": resource, "iss": issuerV1(t.ID), "ver": "1.0",
		"iat": token.NotBefore.Unix(), "nbf": token.NotBefore.Unix(), "exp": token.ExpiresAt.Unix(),
		"oid": client.ID, "sub": client.ID, "tid": t.ID,
		"aio": opaque(33), "rh": "1." + opaque(30) + ".", "uti": opaque(16),
	}
	if app.TokenVersion == 2 {
		claims["ver"], claims["iss"], claims["aud"] = "2.0", e.issuerV2(t.ID), app.AppID
		claims["azp"], claims["azpacr"] = client.AppID, string(method)
	} else {
		claims["appid"], claims["appidacr"], claims["idp"] = client.AppID, string(method), issuerV1(t.ID)
		if strings.EqualFold(resource, app.AppID) {
			claims["aud"] = app.AppID
		}
	}
	if len(roles) > 0 {
		claims["roles"] = roles
	}
	token.Value, err = e.sign(ctx, claims, app.TokenVersion != 2)
	return token, err
}

// lifetime is Entra's: between 60 and 90 minutes, at random.
func lifetime() time.Duration {
	n, err := rand.Int(rand.Reader, big.NewInt(30*60))
	if err != nil {
		panic("entra: no randomness: " + err.Error())
	}
	return time.Hour + time.Duration(n.Int64())*time.Second
}

func opaque(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b)
	return base64.RawURLEncoding.EncodeToString(b)
}
