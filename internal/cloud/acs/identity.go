package acs

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"database/sql"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/uuid"

	"guichet/internal/platform/sqlstore"
)

const (
	insertIdentity = `INSERT INTO acs_identity (id, service_id, created_at, generation) VALUES ($1, $2, $3, 0)`

	identityByID = `SELECT service_id, generation FROM acs_identity WHERE id = $1`

	revokeIdentity = `UPDATE acs_identity SET generation = generation + 1 WHERE id = $1 AND service_id = $2`

	deleteIdentity = `DELETE FROM acs_identity WHERE id = $1 AND service_id = $2`

	tokenKey = `SELECT private FROM acs_token_key WHERE id = 1`

	insertTokenKey = `INSERT INTO acs_token_key (id, private) VALUES (1, $1) ON CONFLICT (id) DO NOTHING`
)

// Lifetime of a user access token in minutes.
const (
	minTokenMinutes = 60
	maxTokenMinutes = 1440
)

// scopes are what a user access token may be for.
var scopes = []string{"chat", "voip", "chat.join", "chat.join.limited", "voip.join"}

// openTokenKey reads the key that signs user access tokens, or makes it.
func openTokenKey(ctx context.Context, db *sqlstore.DB) (*rsa.PrivateKey, error) {
	raw, err := sqlstore.One(ctx, db.Read(), scanBytes, tokenKey)
	if errors.Is(err, sqlstore.ErrNotFound) {
		fresh, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			return nil, fmt.Errorf("acs: make the token key: %w", err)
		}
		err = db.Tx(ctx, func(tx *sql.Tx) error {
			_, err := tx.ExecContext(ctx, insertTokenKey, x509.MarshalPKCS1PrivateKey(fresh))
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("acs: store the token key: %w", err)
		}
		return fresh, nil
	}
	if err != nil {
		return nil, fmt.Errorf("acs: read the token key: %w", err)
	}
	key, err := x509.ParsePKCS1PrivateKey(raw)
	if err != nil {
		return nil, fmt.Errorf("acs: the token key cannot be read: %w", err)
	}
	return key, nil
}

func scanBytes(b *[]byte) []any { return []any{b} }

// userClaims are the claims of a user access token. Clients read exp only; the
// others follow what is seen in tokens of the service.
type userClaims struct {
	SkypeID    string `json:"skypeid"`
	Scope      int    `json:"scp"`
	CSI        string `json:"csi"`
	ACSScope   string `json:"acsScope"`
	ResourceID string `json:"resourceId"`
	Location   string `json:"resourceLocation"`
	Generation int64  `json:"guichetGeneration"`
	jwt.RegisteredClaims
}

type accessToken struct {
	Token     string `json:"token"`
	ExpiresOn string `json:"expiresOn"`
}

// issue signs a user access token. The key is made at first use: most clouds never
// issue one, and making it takes a while.
func (a *ACS) issue(ctx context.Context, s Service, id string, wanted []string, minutes int, generation int64) (accessToken, error) {
	key, err := a.tokenKey(ctx)
	if err != nil {
		return accessToken{}, err
	}
	now := a.o.Clock.Now()
	expires := now.Add(time.Duration(minutes) * time.Minute)
	claims := userClaims{
		SkypeID: strings.TrimPrefix(id, "8:"), Scope: 1792, CSI: fmt.Sprint(now.Unix()),
		ACSScope: strings.Join(wanted, ","), ResourceID: s.ImmutableID, Location: "europe", Generation: generation,
		RegisteredClaims: jwt.RegisteredClaims{
			IssuedAt: jwt.NewNumericDate(now), ExpiresAt: jwt.NewNumericDate(expires), ID: uuid.NewString(),
		},
	}
	signed, err := jwt.NewWithClaims(jwt.SigningMethodRS256, claims).SignedString(key)
	if err != nil {
		return accessToken{}, fmt.Errorf("sign a token: %w", err)
	}
	return accessToken{signed, azureTime(expires)}, nil
}

func (a *ACS) tokenKey(ctx context.Context) (*rsa.PrivateKey, error) {
	a.keyMu.Lock()
	defer a.keyMu.Unlock()
	if a.key == nil {
		key, err := openTokenKey(ctx, a.o.DB)
		if err != nil {
			return nil, err
		}
		a.key = key
	}
	return a.key, nil
}

// ErrUserToken says that a user access token is not valid (any more).
var ErrUserToken = errors.New("the user access token is not valid")

// VerifyUser checks a user access token and returns the user's raw id and the
// scopes. A revoked token, and one of a deleted user, is refused.
func (a *ACS) VerifyUser(ctx context.Context, token string) (id string, granted []string, err error) {
	key, err := a.tokenKey(ctx)
	if err != nil {
		return "", nil, err
	}
	var claims userClaims
	_, err = jwt.ParseWithClaims(token, &claims, func(*jwt.Token) (any, error) { return &key.PublicKey, nil },
		jwt.WithValidMethods([]string{"RS256"}), jwt.WithTimeFunc(a.o.Clock.Now), jwt.WithExpirationRequired())
	if err != nil {
		return "", nil, fmt.Errorf("%w: %w", ErrUserToken, err)
	}
	id = "8:" + claims.SkypeID
	u, err := sqlstore.One(ctx, a.o.DB.Read(), scanIdentity, identityByID, id)
	if errors.Is(err, sqlstore.ErrNotFound) || err == nil && u.generation != claims.Generation {
		return "", nil, ErrUserToken
	}
	if err != nil {
		return "", nil, fmt.Errorf("verify a user: %w", err)
	}
	return id, strings.Split(claims.ACSScope, ","), nil
}

type identity struct {
	serviceID  string
	generation int64
}

func scanIdentity(i *identity) []any { return []any{&i.serviceID, &i.generation} }

func validation(message, target string) error {
	return &failure{http.StatusBadRequest, "ValidationError", message, target}
}

// checkToken validates scopes and lifetime and returns the minutes.
func checkToken(wanted []string, minutes *int) (int, error) {
	for _, s := range wanted {
		if !slices.Contains(scopes, s) {
			return 0, validation("Invalid scopes - Scopes field contains an unknown scope.", "scopes")
		}
	}
	if minutes == nil {
		return maxTokenMinutes, nil
	}
	if *minutes < minTokenMinutes || *minutes > maxTokenMinutes {
		return 0, validation("Invalid expiresInMinutes value. The value must be between 60 and 1440.", "expiresInMinutes")
	}
	return *minutes, nil
}

// createIdentity is POST /identities; its body may be empty.
func (a *ACS) createIdentity(c *call) error {
	var q struct {
		Scopes    []string `json:"createTokenWithScopes"`
		ExpiresIn *int     `json:"expiresInMinutes"`
	}
	if len(bytes.TrimSpace(c.body)) > 0 {
		if err := decodeNumbers(c.body, &q); err != nil {
			return err
		}
	}
	minutes, err := checkToken(q.Scopes, q.ExpiresIn)
	if err != nil {
		return err
	}
	id := "8:acs:" + c.service.ImmutableID + "_" + uuid.NewString()
	err = a.o.DB.Tx(c.r.Context(), func(tx *sql.Tx) error {
		_, err := tx.ExecContext(c.r.Context(), insertIdentity, id, c.service.ImmutableID, sqlstore.Micros(a.o.Clock.Now()))
		return err
	})
	if err != nil {
		return fmt.Errorf("create an identity: %w", err)
	}
	out := struct {
		Identity struct {
			ID string `json:"id"`
		} `json:"identity"`
		AccessToken *accessToken `json:"accessToken,omitempty"`
	}{}
	out.Identity.ID = id
	if len(q.Scopes) > 0 {
		token, err := a.issue(c.r.Context(), c.service, id, q.Scopes, minutes, 0)
		if err != nil {
			return err
		}
		out.AccessToken = &token
	}
	writeJSON(c.w, http.StatusCreated, out)
	return nil
}

// identity finds the user in the path. One of another resource, or unknown, is
// answered as not owned.
func (a *ACS) identity(c *call) (string, identity, error) {
	id := c.r.PathValue("id")
	i, err := sqlstore.One(c.r.Context(), a.o.DB.Read(), scanIdentity, identityByID, id)
	if err == nil && i.serviceID != c.service.ImmutableID || errors.Is(err, sqlstore.ErrNotFound) {
		return "", i, &failure{http.StatusUnauthorized, "IdentityNotOwned", "Provided identity doesn't belong to the resource.", ""}
	}
	if err != nil {
		return "", i, fmt.Errorf("identity: %w", err)
	}
	return id, i, nil
}

// issueToken is POST /identities/{id}/:issueAccessToken.
func (a *ACS) issueToken(c *call) error {
	var q struct {
		Scopes    []string `json:"scopes"`
		ExpiresIn *int     `json:"expiresInMinutes"`
	}
	if err := decodeNumbers(c.body, &q); err != nil {
		return err
	}
	if len(q.Scopes) == 0 {
		return validation("Invalid scopes - Scopes field is required.", "scopes")
	}
	minutes, err := checkToken(q.Scopes, q.ExpiresIn)
	if err != nil {
		return err
	}
	id, i, err := a.identity(c)
	if err != nil {
		return err
	}
	token, err := a.issue(c.r.Context(), c.service, id, q.Scopes, minutes, i.generation)
	if err != nil {
		return err
	}
	writeJSON(c.w, http.StatusOK, token)
	return nil
}

// changeIdentity makes an operation that runs a statement on the user in the
// path and answers 204.
func (a *ACS) changeIdentity(statement string) operation {
	return func(c *call) error {
		id, _, err := a.identity(c)
		if err != nil {
			return err
		}
		err = a.o.DB.Tx(c.r.Context(), func(tx *sql.Tx) error {
			_, err := tx.ExecContext(c.r.Context(), statement, id, c.service.ImmutableID)
			return err
		})
		if err != nil {
			return fmt.Errorf("change an identity: %w", err)
		}
		c.w.WriteHeader(http.StatusNoContent)
		return nil
	}
}

// exchangeTeams is POST /teamsUser/:exchangeAccessToken. The directory of the
// local cloud has no Teams licences and issues no token for Teams, so that every
// well-formed request is answered as Azure answers one whose token it refuses.
func (a *ACS) exchangeTeams(c *call) error {
	var q struct {
		Token  string `json:"token"`
		AppID  string `json:"appId"`
		UserID string `json:"userId"`
	}
	if err := decodeNumbers(c.body, &q); err != nil {
		return err
	}
	for _, field := range []struct{ name, value string }{{"token", q.Token}, {"appId", q.AppID}, {"userId", q.UserID}} {
		if field.value == "" {
			return validation("The "+field.name+" field is required.", field.name)
		}
	}
	return &failure{http.StatusUnauthorized, "InvalidToken", "Provided token is not a valid Microsoft Entra token for Teams.", "token"}
}
