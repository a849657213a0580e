package entra

import (
	"context"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"guichet/internal/platform/sqlstore"
)

// assertionType is the only one there is (RFC 7523).
const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

const selectCertificates = `SELECT cert FROM entra_certificates WHERE app_id = $1`

// assertionLeeway is by how much a client's clock may differ from the cloud's.
// MSAL for JavaScript rounds to whole seconds, so that its assertions begin up to
// half a second from now; Entra's own tolerance is five minutes (unverified).
const assertionLeeway = 5 * time.Minute

// checkAssertion verifies a client assertion made with a registered certificate:
// signature, thumbprint, issuer, subject, audience and expiry.
func (e *Entra) checkAssertion(ctx context.Context, appID, kind, assertion string) error {
	if kind != assertionType {
		return missing("client_assertion_type")
	}
	certs, err := sqlstore.List(ctx, e.db.Read(), func(der *[]byte) []any { return []any{der} }, selectCertificates, appID)
	if err != nil {
		return err
	}
	parser := jwt.NewParser(jwt.WithValidMethods([]string{"RS256", "PS256"}), jwt.WithTimeFunc(e.clock.Now),
		jwt.WithExpirationRequired(), jwt.WithLeeway(assertionLeeway), jwt.WithIssuer(appID), jwt.WithSubject(appID))
	claims := jwt.RegisteredClaims{}
	_, err = parser.ParseWithClaims(assertion, &claims, func(t *jwt.Token) (any, error) {
		for _, der := range certs {
			if thumbprintMatches(t.Header, der) {
				return certificateKey(der)
			}
		}
		return nil, errUnknownCertificate
	})
	switch {
	case err == nil:
	case errors.Is(err, errUnknownCertificate):
		return invalidClient(700027, fmt.Sprintf("The certificate with identifier used to sign the client assertion is not "+
			"registered on application '%s'.", appID))
	case errors.Is(err, jwt.ErrTokenExpired), errors.Is(err, jwt.ErrTokenNotValidYet):
		return invalidClient(700024, "Client assertion is not within its valid time range.")
	case errors.Is(err, jwt.ErrTokenSignatureInvalid):
		return invalidClient(700027, "Client assertion failed signature validation.")
	default:
		return invalidClient(50027, "JWT token is invalid or malformed.")
	}
	for _, audience := range claims.Audience {
		// The token endpoint of either generation, or the issuer.
		if strings.HasPrefix(strings.ToLower(audience), strings.ToLower(e.base)+"/") || knownAudience(audience) {
			return nil
		}
	}
	return invalidClient(700023, "Client assertion audience claim does not match Realm issuer.")
}

var errUnknownCertificate = errors.New("no registered certificate has this thumbprint")

func knownAudience(audience string) bool {
	host, _, _ := strings.Cut(strings.TrimPrefix(audience, "https://"), "/")
	return knownHosts[host]
}

func certificateKey(der []byte) (*rsa.PublicKey, error) {
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	key, ok := cert.PublicKey.(*rsa.PublicKey)
	if !ok {
		return nil, errors.New("not an RSA certificate")
	}
	return key, nil
}

// thumbprintMatches compares the header's thumbprint. MSAL for Go writes standard
// base64, msal-node base64url; padding may be there or not.
func thumbprintMatches(header map[string]any, der []byte) bool {
	sum1, sum256 := sha1.Sum(der), sha256.Sum256(der)
	for member, sum := range map[string][]byte{"x5t": sum1[:], "x5t#S256": sum256[:]} {
		text, ok := header[member].(string)
		if !ok {
			continue
		}
		text = strings.NewReplacer("+", "-", "/", "_", "=", "").Replace(text)
		if text == base64.RawURLEncoding.EncodeToString(sum) {
			return true
		}
	}
	return false
}
