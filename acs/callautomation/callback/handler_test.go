package callback_test

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"guichet/acs/callautomation/callback"
	"guichet/openid"
)

const resource = "ac500000-0000-4000-8000-0000000000ab"

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

var begin = time.Date(2025, 1, 2, 3, 4, 5, 0, time.UTC)

func now() time.Time { return begin }

// authority is an issuer of tokens: it serves the OpenID configuration and keys.
type authority struct {
	*httptest.Server
	mu       sync.Mutex
	keys     map[string]*rsa.PrivateKey
	fetches  int
	down     bool
	document func(address string) map[string]any
}

func startAuthority() *authority {
	a := &authority{keys: map[string]*rsa.PrivateKey{"a": keyA()}}
	a.document = func(address string) map[string]any {
		return map[string]any{"issuer": address, "jwks_uri": address + "/calling/keys", "id_token_signing_alg_values_supported": []string{"RS256"}}
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /calling/.well-known/acsopenidconfiguration", func(w http.ResponseWriter, r *http.Request) {
		_ = json.NewEncoder(w).Encode(a.document(a.URL))
	})
	mux.HandleFunc("GET /calling/keys", func(w http.ResponseWriter, r *http.Request) {
		a.mu.Lock()
		defer a.mu.Unlock()
		if a.fetches++; a.down {
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		set := []any{}
		for id, k := range a.keys {
			set = append(set, map[string]any{
				"kty": "RSA", "use": "sig", "kid": id, "n": base64.RawURLEncoding.EncodeToString(k.N.Bytes()),
				"e": base64.RawURLEncoding.EncodeToString(big.NewInt(int64(k.E)).Bytes()),
			})
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"keys": set})
	})
	a.Server = httptest.NewServer(mux)
	return a
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	a := startAuthority()
	t.Cleanup(a.Close)
	return a
}

func (a *authority) verifier(t *testing.T) *callback.Verifier {
	t.Helper()
	v, err := callback.NewVerifier(callback.VerifierOptions{Audiences: []string{resource}, Authority: a.URL + "/", Now: now})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func (a *authority) claims() map[string]any {
	return map[string]any{"iss": a.URL, "aud": resource, "exp": begin.Unix() + 300}
}

func with(claims map[string]any, name string, value any) map[string]any {
	out := maps.Clone(claims)
	if out[name] = value; value == nil {
		delete(out, name)
	}
	return out
}

func sign(key *rsa.PrivateKey, header, claims map[string]any) string {
	part := func(v any) string {
		b, err := json.Marshal(v)
		if err != nil {
			panic(err)
		}
		return base64.RawURLEncoding.EncodeToString(b)
	}
	text := part(header) + "." + part(claims)
	digest := sha256.Sum256([]byte(text))
	s, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, digest[:])
	if err != nil {
		panic(err)
	}
	return text + "." + base64.RawURLEncoding.EncodeToString(s)
}

func header(keyID string) map[string]any {
	return map[string]any{"alg": "RS256", "typ": "JWT", "kid": keyID}
}

func TestVerify(t *testing.T) {
	t.Parallel()
	a := newAuthority(t)
	good := a.claims()
	for name, test := range map[string]struct {
		token string
		want  openid.Reason
	}{
		"good":                   {sign(keyA(), header("a"), good), ""},
		"audience in other case": {sign(keyA(), header("a"), with(good, "aud", strings.ToUpper(resource))), ""},
		"audience in a list":     {sign(keyA(), header("a"), with(good, "aud", []string{"x", resource})), ""},
		"within leeway":          {sign(keyA(), header("a"), with(good, "exp", begin.Unix()-59)), ""},
		"expired":                {sign(keyA(), header("a"), with(good, "exp", begin.Unix()-60)), openid.Expired},
		"no expiry":              {sign(keyA(), header("a"), with(good, "exp", nil)), openid.Expired},
		"not yet valid":          {sign(keyA(), header("a"), with(good, "nbf", begin.Unix()+61)), openid.Early},
		"times of no type":       {sign(keyA(), header("a"), with(good, "nbf", "x")), openid.Signature},
		"other audience":         {sign(keyA(), header("a"), with(good, "aud", "x")), openid.Audience},
		"no audience":            {sign(keyA(), header("a"), with(good, "aud", nil)), openid.Audience},
		"other issuer":           {sign(keyA(), header("a"), with(good, "iss", callback.DefaultAuthority)), openid.Issuer},
		"no issuer":              {sign(keyA(), header("a"), with(good, "iss", nil)), openid.Issuer},
		"other key":              {sign(keyB(), header("a"), good), openid.Signature},
		"unknown key":            {sign(keyA(), header("z"), good), openid.KeyUnknown},
		"no key":                 {sign(keyA(), map[string]any{"alg": "RS256"}, good), openid.KeyUnknown},
		"no algorithm":           {sign(keyA(), map[string]any{"alg": "none", "kid": "a"}, good), openid.Algorithm},
		"not a token":            {"x", openid.Malformed},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			claims, err := a.verifier(t).Verify(context.Background(), test.token)
			var refused *openid.Error
			if test.want == "" {
				if err != nil || claims.Issuer != a.URL || !strings.EqualFold(claims.Audience, resource) || claims.Expiry.IsZero() {
					t.Errorf("%+v, %v", claims, err)
				}
			} else if claims != nil || !errors.As(err, &refused) || refused.Reason != test.want {
				t.Errorf("%+v, %v", claims, err)
			}
		})
	}
}

// Keys are fetched once, and again for a key that is new.
func TestKeysAreRenewed(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	a := newAuthority(t)
	v := a.verifier(t)
	for range 3 {
		if _, err := v.Verify(ctx, sign(keyA(), header("a"), a.claims())); err != nil {
			t.Fatal(err)
		}
	}
	if a.fetches != 1 {
		t.Errorf("%d fetches", a.fetches)
	}
	a.mu.Lock()
	a.keys["b"] = keyB()
	a.mu.Unlock()
	if _, err := v.Verify(ctx, sign(keyB(), header("b"), a.claims())); err != nil || a.fetches != 2 {
		t.Errorf("%v after %d fetches", err, a.fetches)
	}
}

// What the configuration says beside the keys is not documented.
func TestOtherDocuments(t *testing.T) {
	t.Parallel()
	a := newAuthority(t)
	for _, document := range []map[string]any{{}, {"issuer": "https://other.example"}, {"jwks_uri": a.URL + "/calling/keys"}} {
		a.document = func(string) map[string]any { return document }
		if _, err := a.verifier(t).Verify(context.Background(), sign(keyA(), header("a"), a.claims())); err != nil {
			t.Errorf("%v: %v", document, err)
		}
	}
	a.document = func(string) map[string]any { return map[string]any{"jwks_uri": "file:///etc/passwd"} }
	if err := a.verifier(t).Refresh(context.Background()); err == nil {
		t.Error("keys from a file")
	}
}

func TestOtherIssuer(t *testing.T) {
	t.Parallel()
	a := newAuthority(t)
	v, err := callback.NewVerifier(callback.VerifierOptions{
		Audiences: []string{"x", resource}, Authority: a.URL, Issuer: callback.DefaultAuthority, Now: now,
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := v.Verify(context.Background(), sign(keyA(), header("a"), with(a.claims(), "iss", callback.DefaultAuthority))); err != nil {
		t.Error(err)
	}
}

func TestVerifierOptions(t *testing.T) {
	t.Parallel()
	for _, o := range []callback.VerifierOptions{
		{}, {Audiences: []string{""}}, {Audiences: []string{"x"}, Authority: "contoso"}, {Audiences: []string{"x"}, Leeway: -1},
	} {
		if _, err := callback.NewVerifier(o); err == nil {
			t.Errorf("%+v accepted", o)
		}
	}
	if _, err := callback.NewVerifier(callback.VerifierOptions{Audiences: []string{resource}}); err != nil {
		t.Error(err)
	}
}

// A request is answered by what it is, and only one that is good reaches the function.
func TestHandler(t *testing.T) {
	t.Parallel()
	a := newAuthority(t)
	good := "Bearer " + sign(keyA(), header("a"), a.claims())
	expired := "Bearer " + sign(keyA(), header("a"), with(a.claims(), "exp", begin.Unix()-61))
	event := "[" + envelope("CallConnected", "{"+common+"}") + "]"
	for _, test := range []struct {
		name, method, authorization, body string
		fail, down                        bool
		status, handled                   int
		reason                            openid.Reason
	}{
		{name: "good", authorization: good, body: event, status: 200, handled: 1},
		{name: "single event", authorization: good, body: envelope("New", "{}"), status: 200, handled: 1},
		{name: "no token", body: event, status: 401, reason: openid.Missing},
		{name: "basic", authorization: "Basic eA==", body: event, status: 401, reason: openid.Missing},
		{name: "expired", authorization: expired, body: event, status: 401, reason: openid.Expired},
		{name: "expired, no event", authorization: expired, body: "x", status: 401, reason: openid.Expired},
		{name: "no event", authorization: good, body: "x", status: 400, reason: callback.ReasonEvents},
		{name: "no events", authorization: good, body: "[]", status: 400, reason: callback.ReasonEvents},
		{name: "too large", authorization: good, body: event + strings.Repeat(" ", 4096), status: 413, reason: callback.ReasonTooLarge},
		{name: "get", method: "GET", authorization: good, status: 405, reason: callback.ReasonMethod},
		{name: "function fails", authorization: good, body: event, fail: true, status: 503, handled: 1},
		{name: "no keys", authorization: good, body: event, down: true, status: 503, reason: openid.Unavailable},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			a := a
			if test.down {
				a = newAuthority(t)
				a.down = true
				test.authorization = "Bearer " + sign(keyA(), header("a"), a.claims())
			}
			handled, reason := 0, openid.Reason("")
			h, err := callback.NewHandler(callback.Options{
				Verifier: a.verifier(t), MaxBody: 4096,
				Handle: func(_ context.Context, events []callback.Event) error {
					if handled += len(events); test.fail {
						return errors.New("secret")
					}
					return nil
				},
				OnRefused: func(_ *http.Request, r callback.Refusal) {
					if reason = r.Reason; r.Err == nil || r.Status != test.status {
						t.Errorf("%+v", r)
					}
				},
			})
			if err != nil {
				t.Fatal(err)
			}
			server := httptest.NewServer(h)
			defer server.Close()
			method := test.method
			if method == "" {
				method = http.MethodPost
			}
			req, err := http.NewRequest(method, server.URL+"/calls?x=1", strings.NewReader(test.body))
			if err != nil {
				t.Fatal(err)
			}
			if test.authorization != "" {
				req.Header.Set("Authorization", test.authorization)
			}
			resp, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			text, err := io.ReadAll(resp.Body)
			if err != nil || resp.StatusCode != test.status || handled != test.handled || reason != test.reason || strings.Contains(string(text), "secret") {
				t.Errorf("%s %s, %d handled, reason %q, %v", resp.Status, text, handled, reason, err)
			}
			if challenge := resp.Header.Get("WWW-Authenticate"); (resp.StatusCode == 401) != (challenge != "") {
				t.Errorf("challenge %q", challenge)
			}
		})
	}
}

func TestNewHandlerErrors(t *testing.T) {
	t.Parallel()
	for _, o := range []callback.Options{{}, {Verifier: newAuthority(t).verifier(t)}} {
		if _, err := callback.NewHandler(o); err == nil {
			t.Errorf("%+v accepted", o)
		}
	}
}
