package calling

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"database/sql"
	"encoding/base64"
	"errors"
	"fmt"
	"math/big"
	"net/http"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/uuid"

	"guichet/internal/cloud/azerror"
	"guichet/internal/platform/sqlstore"
)

// issuer is that of the tokens on callbacks and media connections; it is Azure's
// own, as in every cloud.
const issuer = "https://acscallautomation.communication.azure.com"

// Lifetimes of the tokens.
const (
	callbackLife = 5 * time.Minute
	mediaLife    = 24 * time.Hour
)

const (
	selectKey = `SELECT kid, private FROM calling_key WHERE id = 1`
	insertKey = `INSERT INTO calling_key (id, kid, private) VALUES (1, $1, $2) ON CONFLICT (id) DO NOTHING`
)

// signingKey signs tokens.
type signingKey struct {
	kid     string
	private *rsa.PrivateKey
}

type keyRow struct {
	kid     string
	private []byte
}

// signing is the key, made at first use.
func (s *Server) signing(ctx context.Context) (*signingKey, error) {
	s.keyMu.Lock()
	defer s.keyMu.Unlock()
	if s.key != nil {
		return s.key, nil
	}
	row, err := sqlstore.One(ctx, s.o.DB.Read(), func(r *keyRow) []any { return []any{&r.kid, &r.private} }, selectKey)
	if errors.Is(err, sqlstore.ErrNotFound) {
		private, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			return nil, fmt.Errorf("calling: make the signing key: %w", err)
		}
		row.private = x509.MarshalPKCS1PrivateKey(private)
		sum := sha256.Sum256(private.N.Bytes())
		row.kid = base64.RawURLEncoding.EncodeToString(sum[:20])
		err = s.o.DB.Tx(ctx, func(tx *sql.Tx) error {
			_, err := tx.ExecContext(ctx, insertKey, row.kid, row.private)
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("calling: store the signing key: %w", err)
		}
	} else if err != nil {
		return nil, fmt.Errorf("calling: read the signing key: %w", err)
	}
	private, err := x509.ParsePKCS1PrivateKey(row.private)
	if err != nil {
		return nil, fmt.Errorf("calling: the signing key cannot be read: %w", err)
	}
	s.key = &signingKey{row.kid, private}
	return s.key, nil
}

// token is a fresh token for a service's application; its audience is the
// service's immutable id.
func (s *Server) token(ctx context.Context, audience string, life time.Duration) (string, error) {
	key, err := s.signing(ctx)
	if err != nil {
		return "", err
	}
	now := s.o.Clock.Now()
	t := jwt.NewWithClaims(jwt.SigningMethodRS256, jwt.MapClaims{
		"iss": issuer, "aud": audience, "jti": uuid.NewString(),
		"iat": now.Unix(), "nbf": now.Unix(), "exp": now.Add(life).Unix(),
	})
	t.Header["kid"] = key.kid
	signed, err := t.SignedString(key.private)
	if err != nil {
		return "", fmt.Errorf("calling: sign a token: %w", err)
	}
	return signed, nil
}

// openID is GET /calling/.well-known/acsopenidconfiguration. Azure's document has
// more members; these are the ones that receivers read.
func (s *Server) openID(w http.ResponseWriter, _ *http.Request) {
	azerror.WriteJSON(w, http.StatusOK, map[string]any{
		"issuer": issuer, "jwks_uri": s.o.BaseURL + "/calling/keys", "id_token_signing_alg_values_supported": []string{"RS256"},
	})
}

// webKeys is GET /calling/keys.
func (s *Server) webKeys(w http.ResponseWriter, r *http.Request) {
	key, err := s.signing(r.Context())
	if err != nil {
		s.failed(r, err).write(w)
		return
	}
	enc := base64.RawURLEncoding
	azerror.WriteJSON(w, http.StatusOK, map[string]any{"keys": []map[string]any{{
		"kty": "RSA", "use": "sig", "alg": "RS256", "kid": key.kid,
		"n": enc.EncodeToString(key.private.N.Bytes()), "e": enc.EncodeToString(big.NewInt(int64(key.private.E)).Bytes()),
	}}})
}
