package eventgrid

import (
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

// authority is where one version of an issuer's discovery document is.
type authority struct {
	client   *http.Client
	document string
	issuer   string
	tenant   string
	// bound: the document's keys may be bound to an issuer each, as those of version 2 are.
	bound bool
}

// keys reads the discovery document and the keys that it points to. The address of the keys may be at another host, but
// not less protected than the document.
func (a *authority) keys(ctx context.Context) (map[string]*rsa.PublicKey, error) {
	ctx, cancel := context.WithTimeout(ctx, fetchTimeout)
	defer cancel()
	var document struct {
		Issuer string `json:"issuer"`
		Keys   string `json:"jwks_uri"`
	}
	if err := a.get(ctx, a.document, &document); err != nil {
		return nil, fmt.Errorf("discovery document: %w", err)
	}
	if issuer := strings.ReplaceAll(document.Issuer, "{tenantid}", a.tenant); issuer != a.issuer {
		return nil, fmt.Errorf("discovery document is of issuer %q, not %q", document.Issuer, a.issuer)
	}
	u, err := url.Parse(document.Keys)
	if err != nil || u.Host == "" || u.Scheme != "https" && !strings.HasPrefix(a.document, u.Scheme+"://") {
		return nil, fmt.Errorf("discovery document has an unusable address of keys, %q", document.Keys)
	}
	var set struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if err := a.get(ctx, document.Keys, &set); err != nil {
		return nil, fmt.Errorf("signing keys: %w", err)
	}
	keys := make(map[string]*rsa.PublicKey)
	for _, raw := range set.Keys {
		if id, k := a.readKey(raw); k != nil {
			keys[id] = k
		}
	}
	if len(keys) == 0 {
		return nil, errors.New("signing keys: none usable")
	}
	return keys, nil
}

// readKey returns nil for a key that is not an RSA key for signatures of this issuer. Entra's keys have no alg member.
func (a *authority) readKey(raw json.RawMessage) (string, *rsa.PublicKey) {
	var members struct {
		Issuer string `json:"issuer"`
	}
	var k jose.JSONWebKey
	if json.Unmarshal(raw, &members) != nil || json.Unmarshal(raw, &k) != nil {
		return "", nil
	}
	if a.bound && members.Issuer != "" && strings.ReplaceAll(members.Issuer, "{tenantid}", a.tenant) != a.issuer {
		return "", nil
	}
	public, ok := k.Key.(*rsa.PublicKey)
	if !ok || k.KeyID == "" || k.Use != "" && k.Use != "sig" || public.N.BitLen() < minKeyBits {
		return "", nil
	}
	return k.KeyID, public
}

func (a *authority) get(ctx context.Context, address string, v any) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return err
	}
	req.Header.Set("Accept", "application/json")
	resp, err := a.client.Do(req)
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
