package entra

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// The ways in which Verify refuses a token.
var (
	ErrInvalid  = errors.New("the token is not one of this authority")
	ErrExpired  = errors.New("the token has expired")
	ErrAudience = errors.New("the token is for another audience")
)

// Claims are what a verified access token says.
type Claims struct {
	TenantID string
	// ObjectID is the caller in that tenant: a service principal, or the user on
	// whose behalf an application calls.
	ObjectID string
	// Scopes are what the user lets the application do; none in a token of an
	// application's own.
	Scopes []string
	// UserName is the user's principal name, empty in a token of an application's
	// own.
	UserName string
	// AppID is the calling application.
	AppID     string
	Audience  string
	Roles     []string
	Version   string
	ExpiresAt time.Time
}

type tokenClaims struct {
	jwt.RegisteredClaims
	Tid   string   `json:"tid"`
	Oid   string   `json:"oid"`
	AppID string   `json:"appid"`
	Azp   string   `json:"azp"`
	Ver   string   `json:"ver"`
	Scp   string   `json:"scp"`
	Roles []string `json:"roles"`
	UPN   string   `json:"upn"`
	Name  string   `json:"preferred_username"`
}

// nbfLeeway is the clock skew granted to a token from the future; a token that
// has expired gets none.
const nbfLeeway = 5 * time.Minute

// Verify checks the signature, issuer, tenant and lifetime of an access token,
// and that it is for one of audiences (case and a slash at the end aside).
func (e *Entra) Verify(ctx context.Context, token string, audiences ...string) (Claims, error) {
	claims := tokenClaims{}
	parser := jwt.NewParser(jwt.WithValidMethods([]string{"RS256"}), jwt.WithoutClaimsValidation())
	_, err := parser.ParseWithClaims(token, &claims, func(t *jwt.Token) (any, error) {
		kid, _ := t.Header["kid"].(string)
		key, err := e.keys.find(ctx, kid)
		if err != nil {
			return nil, err
		}
		if key == nil {
			return nil, fmt.Errorf("unknown key %q", kid)
		}
		return &key.private.PublicKey, nil
	})
	if err != nil {
		return Claims{}, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	c := Claims{TenantID: claims.Tid, ObjectID: claims.Oid, AppID: claims.AppID, Roles: claims.Roles, Version: claims.Ver}
	c.Scopes, c.UserName = strings.Fields(claims.Scp), claims.UPN+claims.Name
	issuer := issuerV1(claims.Tid)
	if claims.Ver == "2.0" {
		issuer, c.AppID = e.issuerV2(claims.Tid), claims.Azp
	}
	if claims.Tid == "" || claims.Issuer != issuer {
		return Claims{}, fmt.Errorf("%w: issuer %q", ErrInvalid, claims.Issuer)
	}
	now := e.clock.Now()
	if claims.ExpiresAt == nil || claims.NotBefore == nil || claims.NotBefore.After(now.Add(nbfLeeway)) {
		return Claims{}, fmt.Errorf("%w: lifetime", ErrInvalid)
	}
	c.ExpiresAt = claims.ExpiresAt.Time
	if !now.Before(c.ExpiresAt) {
		return Claims{}, ErrExpired
	}
	for _, got := range claims.Audience {
		for _, want := range audiences {
			if strings.EqualFold(strings.TrimRight(got, "/"), strings.TrimRight(want, "/")) {
				c.Audience = got
				return c, nil
			}
		}
	}
	return Claims{}, fmt.Errorf("%w: %s", ErrAudience, strings.Join(claims.Audience, ", "))
}
