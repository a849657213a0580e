package eventgrid_test

import (
	"crypto"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"maps"
	"math/big"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"guichet/eventgrid"
)

const (
	tenant   = "7e0a0000-0000-4000-8000-000000000001"
	clientID = "c11e0000-0000-4000-8000-000000000001"
	appURI   = "api://c11e0000-0000-4000-8000-000000000001"
)

// Keys are slow to make; tests share them.
var (
	keyA = sync.OnceValue(makeKey)
	keyB = sync.OnceValue(makeKey)
)

func makeKey() *rsa.PrivateKey {
	k, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return k
}

// clock is moved by hand.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func newClock() *clock { return &clock{t: time.Date(2025, 1, 2, 3, 4, 5, 0, time.UTC)} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

// entra is an issuer of tokens: it serves discovery documents and keys.
type entra struct {
	*httptest.Server
	mu      sync.Mutex
	keys    map[string]*rsa.PrivateKey
	extra   []map[string]any
	down    bool
	fetches int
	hold    chan struct{} // when set, keys are not served before it is closed
	entered chan struct{} // when set, told of every request for keys
	issuer  string
}

func newEntra(t testing.TB) *entra {
	t.Helper()
	e := startEntra()
	t.Cleanup(e.Close)
	return e
}

// exampleAuthority is for examples, which have no testing.TB.
func exampleAuthority() (e *entra, token string, now func() time.Time) {
	c := newClock()
	return startEntra(), sign(keyA(), "a", claimsV1(c)), c.now
}

func startEntra() *entra {
	e := &entra{keys: map[string]*rsa.PrivateKey{"a": keyA()}}
	mux := http.NewServeMux()
	document := func(issuer func() string, path string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			_ = json.NewEncoder(w).Encode(map[string]string{"issuer": issuer(), "jwks_uri": e.URL + path})
		}
	}
	mux.HandleFunc("GET /"+tenant+"/.well-known/openid-configuration", document(func() string {
		if e.issuer != "" {
			return e.issuer
		}
		return v1Issuer
	}, "/common/discovery/keys"))
	mux.HandleFunc("GET /"+tenant+"/v2.0/.well-known/openid-configuration",
		document(func() string { return e.URL + "/{tenantid}/v2.0" }, "/"+tenant+"/discovery/v2.0/keys"))
	mux.HandleFunc("GET /common/discovery/keys", e.serveKeys)
	mux.HandleFunc("GET /"+tenant+"/discovery/v2.0/keys", e.serveKeys)
	e.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if e.isDown() {
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		mux.ServeHTTP(w, r)
	}))
	return e
}

const v1Issuer = "https://sts.windows.net/" + tenant + "/"

func (e *entra) serveKeys(w http.ResponseWriter, r *http.Request) {
	e.mu.Lock()
	e.fetches++
	hold, entered := e.hold, e.entered
	set := make([]any, 0, len(e.keys)+len(e.extra))
	for _, k := range e.extra {
		set = append(set, k)
	}
	for id, k := range e.keys {
		set = append(set, jwk(id, k))
	}
	e.mu.Unlock()
	if entered != nil {
		entered <- struct{}{}
	}
	if hold != nil {
		<-hold
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"keys": set})
}

// jwk writes a key as Entra does, without the member alg.
func jwk(id string, k *rsa.PrivateKey) map[string]any {
	return map[string]any{
		"kty": "RSA", "use": "sig", "kid": id,
		"n": base64.RawURLEncoding.EncodeToString(k.N.Bytes()),
		"e": base64.RawURLEncoding.EncodeToString(big.NewInt(int64(k.E)).Bytes()),
	}
}

func (e *entra) isDown() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.down
}

func (e *entra) setDown(down bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.down = down
}

func (e *entra) setKeys(keys map[string]*rsa.PrivateKey, extra ...map[string]any) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.keys, e.extra = maps.Clone(keys), extra
}

func (e *entra) count() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.fetches
}

func (e *entra) options(c *clock) eventgrid.VerifierOptions {
	return eventgrid.VerifierOptions{
		TenantID: tenant, Audiences: []string{clientID, appURI}, Authority: e.URL + "/", Now: c.now,
	}
}

func (e *entra) verifier(t testing.TB, c *clock) *eventgrid.Verifier {
	t.Helper()
	v, err := eventgrid.NewVerifier(e.options(c))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// claimsV1 and claimsV2 are what Entra puts into tokens for Event Grid.
func claimsV1(c *clock) map[string]any {
	now := c.now().Unix()
	return map[string]any{
		"iss": v1Issuer, "aud": appURI, "appid": eventgrid.EventGridAppID, "appidacr": "2", "tid": tenant, "ver": "1.0",
		"oid": "0b1d0000-0000-4000-8000-000000000001", "iat": now, "nbf": now, "exp": now + 3600,
		"roles": []string{eventgrid.SubscriberRole},
	}
}

func (e *entra) claimsV2(c *clock) map[string]any {
	claims := claimsV1(c)
	delete(claims, "appid")
	delete(claims, "appidacr")
	claims["iss"], claims["aud"], claims["azp"], claims["ver"] = e.URL+"/"+tenant+"/v2.0", clientID, eventgrid.EventGridAppID, "2.0"
	return claims
}

func with(claims map[string]any, name string, value any) map[string]any {
	out := maps.Clone(claims)
	if value == nil {
		delete(out, name)
	} else {
		out[name] = value
	}
	return out
}

func part(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

// sign makes a token by RS256.
func sign(key *rsa.PrivateKey, keyID string, claims map[string]any) string {
	return signHeader(key, map[string]any{"typ": "JWT", "alg": "RS256", "kid": keyID, "x5t": keyID}, claims)
}

func signHeader(key *rsa.PrivateKey, header, claims map[string]any) string {
	text := part(header) + "." + part(claims)
	digest := sha256.Sum256([]byte(text))
	s, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, digest[:])
	if err != nil {
		panic(err)
	}
	return text + "." + base64.RawURLEncoding.EncodeToString(s)
}

// signHMAC makes a token by HS256 whose secret is the public key in PEM, the classic confusion of algorithms.
func signHMAC(key *rsa.PrivateKey, keyID string, claims map[string]any) string {
	der, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		panic(err)
	}
	text := part(map[string]any{"typ": "JWT", "alg": "HS256", "kid": keyID}) + "." + part(claims)
	mac := hmac.New(sha256.New, pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
	fmt.Fprint(mac, text)
	return text + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}
