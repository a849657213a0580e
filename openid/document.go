package openid

import (
	"cmp"
	"context"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// Bounds of a fetch.
const (
	fetchTimeout = 10 * time.Second
	maxDocument  = 1 << 20
	minKeyBits   = 2048
)

// Document says where an issuer's OpenID configuration is, and what it must say.
type Document struct {
	// Client fetches it.
	Client *http.Client

	// Address is its address. An http address is meant for tests and local servers.
	Address string

	// Issuer is who it must be of. Empty does not look.
	Issuer string

	// Tenant replaces {tenantid} in what documents say of issuers.
	Tenant string

	// Bound tells that keys may be bound to an issuer each, as those of version 2 of Entra are.
	Bound bool

	// KeysAddress is where the keys are if the document does not say it. It may be empty.
	KeysAddress string
}

// keys reads the discovery document and the keys that it points to. The address of the keys may be at another host, but
// not less protected than the document.
func (d Document) keys(ctx context.Context) (map[string]*rsa.PublicKey, error) {
	ctx, cancel := context.WithTimeout(ctx, fetchTimeout)
	defer cancel()
	var document struct {
		Issuer string `json:"issuer"`
		Keys   string `json:"jwks_uri"`
	}
	if err := d.get(ctx, d.Address, &document); err != nil {
		return nil, fmt.Errorf("discovery document: %w", err)
	}
	if issuer := strings.ReplaceAll(document.Issuer, "{tenantid}", d.Tenant); d.Issuer != "" && issuer != d.Issuer {
		return nil, fmt.Errorf("discovery document is of issuer %q, not %q", document.Issuer, d.Issuer)
	}
	address := cmp.Or(document.Keys, d.KeysAddress)
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "https" && !strings.HasPrefix(d.Address, u.Scheme+"://") {
		return nil, fmt.Errorf("discovery document has an unusable address of keys, %q", address)
	}
	var set struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if err := d.get(ctx, address, &set); err != nil {
		return nil, fmt.Errorf("signing keys: %w", err)
	}
	keys := make(map[string]*rsa.PublicKey)
	for _, raw := range set.Keys {
		if id, k := d.readKey(raw); k != nil {
			keys[id] = k
		}
	}
	if len(keys) == 0 {
		return nil, errors.New("signing keys: none usable")
	}
	return keys, nil
}

// readKey returns nil for a key that is not an RSA key for signatures of this issuer. Entra's keys have no alg member.
func (d Document) readKey(raw json.RawMessage) (string, *rsa.PublicKey) {
	var members struct {
		Issuer string `json:"issuer"`
	}
	var k jose.JSONWebKey
	if json.Unmarshal(raw, &members) != nil || json.Unmarshal(raw, &k) != nil {
		return "", nil
	}
	if d.Bound && members.Issuer != "" && strings.ReplaceAll(members.Issuer, "{tenantid}", d.Tenant) != d.Issuer {
		return "", nil
	}
	public, ok := k.Key.(*rsa.PublicKey)
	if !ok || k.KeyID == "" || k.Use != "" && k.Use != "sig" || public.N.BitLen() < minKeyBits {
		return "", nil
	}
	return k.KeyID, public
}

func (d Document) get(ctx context.Context, address string, v any) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return err
	}
	req.Header.Set("Accept", "application/json")
	resp, err := d.Client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("GET %s: %s", address, resp.Status)
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxDocument+1))
	if err != nil {
		return fmt.Errorf("GET %s: %w", address, err)
	}
	if len(body) > maxDocument {
		return fmt.Errorf("GET %s: answer longer than %d bytes", address, maxDocument)
	}
	if err := json.Unmarshal(body, v); err != nil {
		return fmt.Errorf("GET %s: %w", address, err)
	}
	return nil
}
