package entra

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/x509"
	"crypto/x509/pkix"
	"database/sql"
	"encoding/base64"
	"fmt"
	"math/big"
	"sync"
	"time"

	"guichet/internal/platform/clock"
	"guichet/internal/platform/sqlstore"
)

// signingKey is an RSA key with a certificate of its own, as Entra has it: kid
// and x5t are the SHA-1 of the certificate.
type signingKey struct {
	kid     string
	private *rsa.PrivateKey
	cert    []byte
}

// keyRing holds every published key; the newest signs.
type keyRing struct {
	db    *sqlstore.DB
	clock clock.Clock

	mu     sync.Mutex
	loaded bool
	keys   []*signingKey
}

type keyRow struct {
	kid           string
	private, cert []byte
}

const (
	selectKeys = `SELECT kid, private, cert FROM entra_keys ORDER BY created_us, kid`
	insertKey  = `INSERT INTO entra_keys (kid, private, cert, created_us) VALUES ($1, $2, $3, $4)`
	deleteKeys = `DELETE FROM entra_keys WHERE kid <> $1`
)

// all is every published key, oldest first; at least one.
func (k *keyRing) all(ctx context.Context) ([]*signingKey, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if !k.loaded {
		rows, err := sqlstore.List(ctx, k.db.Read(),
			func(r *keyRow) []any { return []any{&r.kid, &r.private, &r.cert} }, selectKeys)
		if err != nil {
			return nil, fmt.Errorf("signing keys: %w", err)
		}
		for _, row := range rows {
			private, err := x509.ParsePKCS1PrivateKey(row.private)
			if err != nil {
				return nil, fmt.Errorf("signing key %s: %w", row.kid, err)
			}
			k.keys = append(k.keys, &signingKey{kid: row.kid, private: private, cert: row.cert})
		}
		k.loaded = true
	}
	if len(k.keys) == 0 {
		if err := k.add(ctx); err != nil {
			return nil, err
		}
	}
	return k.keys, nil
}

// signing is the key that signs new tokens.
func (k *keyRing) signing(ctx context.Context) (*signingKey, error) {
	keys, err := k.all(ctx)
	if err != nil {
		return nil, err
	}
	return keys[len(keys)-1], nil
}

// find is the published key of that id, nil without one.
func (k *keyRing) find(ctx context.Context, kid string) (*signingKey, error) {
	keys, err := k.all(ctx)
	if err != nil {
		return nil, err
	}
	for _, key := range keys {
		if key.kid == kid {
			return key, nil
		}
	}
	return nil, nil
}

// add makes a key and stores it; k.mu is held.
func (k *keyRing) add(ctx context.Context) error {
	now := k.clock.Now()
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return fmt.Errorf("signing key: %w", err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(now.UnixNano()),
		Subject:      pkix.Name{CommonName: "accounts.accesscontrol.windows.net"},
		NotBefore:    now.Add(-time.Hour),
		NotAfter:     now.Add(5 * 365 * 24 * time.Hour),
	}
	cert, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		return fmt.Errorf("signing key: %w", err)
	}
	sum := sha1.Sum(cert)
	key := &signingKey{kid: base64.RawURLEncoding.EncodeToString(sum[:]), private: private, cert: cert}
	err = k.db.Tx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, insertKey, key.kid, x509.MarshalPKCS1PrivateKey(private), cert, sqlstore.Micros(now))
		return err
	})
	if err != nil {
		return fmt.Errorf("signing key: %w", err)
	}
	k.keys = append(k.keys[:len(k.keys):len(k.keys)], key)
	return nil
}

// rotate adds a key, which signs from now on. The former ones stay published, as
// tokens that they signed are still about, unless forget.
func (k *keyRing) rotate(ctx context.Context, forget bool) (string, error) {
	if _, err := k.all(ctx); err != nil {
		return "", err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if err := k.add(ctx); err != nil {
		return "", err
	}
	newest := k.keys[len(k.keys)-1]
	if forget {
		err := k.db.Tx(ctx, func(tx *sql.Tx) error {
			_, err := tx.ExecContext(ctx, deleteKeys, newest.kid)
			return err
		})
		if err != nil {
			return "", fmt.Errorf("forget signing keys: %w", err)
		}
		k.keys = []*signingKey{newest}
	}
	return newest.kid, nil
}
