package eventgrid_test

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"maps"
	"strings"
	"testing"
	"time"

	"guichet/eventgrid"
)

func reason(err error) eventgrid.Reason {
	var e *eventgrid.TokenError
	if errors.As(err, &e) {
		return e.Reason
	}
	return ""
}

func TestVerifyTokens(t *testing.T) {
	t.Parallel()
	c := newClock()
	e := newEntra(t)
	v1, v2 := claimsV1(c), e.claimsV2(c)
	now := c.now().Unix()
	good := sign(keyA(), "a", v1)
	head, payload, signature := split(good)
	pss := func() string {
		text := part(map[string]any{"alg": "PS256", "kid": "a"}) + "." + part(v1)
		digest := sha256.Sum256([]byte(text))
		s, err := rsa.SignPSS(rand.Reader, keyA(), crypto.SHA256, digest[:], nil)
		if err != nil {
			t.Fatal(err)
		}
		return text + "." + base64.RawURLEncoding.EncodeToString(s)
	}
	tests := []struct {
		name, token string
		want        eventgrid.Reason
	}{
		{"version 1, uri", good, ""},
		{"version 1, client id", sign(keyA(), "a", with(v1, "aud", clientID)), ""},
		{"version 2", sign(keyA(), "a", v2), ""},
		{"audience in other case", sign(keyA(), "a", with(v2, "aud", strings.ToUpper(clientID))), ""},
		{"audience in a list", sign(keyA(), "a", with(v2, "aud", []string{"other", clientID})), ""},
		{"within leeway of end", sign(keyA(), "a", with(v1, "exp", now-59)), ""},
		{"within leeway of begin", sign(keyA(), "a", with(v1, "nbf", now+60)), ""},
		{"without nbf and roles", sign(keyA(), "a", with(with(v1, "nbf", nil), "roles", nil)), ""},

		{"empty", "", eventgrid.ReasonTokenMalformed},
		{"no dots", "abc", eventgrid.ReasonTokenMalformed},
		{"four parts", good + ".x", eventgrid.ReasonTokenMalformed},
		{"not base64url", head + "=." + payload + "." + signature, eventgrid.ReasonTokenMalformed},
		{"header not JSON", base64.RawURLEncoding.EncodeToString([]byte("hello")) + "." + payload + "." + signature, eventgrid.ReasonTokenMalformed},
		{"payload not an object", head + "." + base64.RawURLEncoding.EncodeToString([]byte("1")) + "." + signature, eventgrid.ReasonTokenMalformed},
		{"oversized", sign(keyA(), "a", with(v1, "pad", strings.Repeat("x", 16<<10))), eventgrid.ReasonTokenMalformed},
		{"critical extension", signHeader(keyA(), map[string]any{"alg": "RS256", "kid": "a", "crit": []string{"x"}, "x": 1}, v1), eventgrid.ReasonTokenMalformed},
		{"unsigned", head + "." + payload + ".", eventgrid.ReasonTokenSignature},
		{"alg none", part(map[string]any{"alg": "none", "kid": "a"}) + "." + payload + ".", eventgrid.ReasonTokenAlgorithm},
		{"alg None with signature", part(map[string]any{"alg": "None", "kid": "a"}) + "." + payload + "." + signature, eventgrid.ReasonTokenAlgorithm},
		{"HS256 with the public key", signHMAC(keyA(), "a", v1), eventgrid.ReasonTokenAlgorithm},
		{"PS256", pss(), eventgrid.ReasonTokenAlgorithm},
		{"missing kid", signHeader(keyA(), map[string]any{"alg": "RS256"}, v1), eventgrid.ReasonTokenKey},
		{"long kid", sign(keyA(), strings.Repeat("a", 257), v1), eventgrid.ReasonTokenKey},
		{"unknown kid", sign(keyA(), "z", v1), eventgrid.ReasonTokenKey},
		{"wrong key", sign(keyB(), "a", v1), eventgrid.ReasonTokenSignature},
		{"own key in header", signHeader(keyB(), map[string]any{"alg": "RS256", "kid": "a", "jwk": jwk("a", keyB())}, v1), eventgrid.ReasonTokenSignature},
		{"changed payload", head + "." + part(with(v1, "oid", "x")) + "." + signature, eventgrid.ReasonTokenSignature},
		{"expired", sign(keyA(), "a", with(v1, "exp", now-60)), eventgrid.ReasonTokenExpired},
		{"no expiry", sign(keyA(), "a", with(v1, "exp", nil)), eventgrid.ReasonTokenExpired},
		{"not yet valid", sign(keyA(), "a", with(v1, "nbf", now+61)), eventgrid.ReasonTokenEarly},
		{"other audience", sign(keyA(), "a", with(v1, "aud", "https://graph.microsoft.com")), eventgrid.ReasonTokenAudience},
		{"no audience", sign(keyA(), "a", with(v1, "aud", nil)), eventgrid.ReasonTokenAudience},
		{"uri in other case", sign(keyA(), "a", with(v1, "aud", strings.ToUpper(appURI))), eventgrid.ReasonTokenAudience},
		{"other tenant", sign(keyA(), "a", with(v1, "tid", clientID)), eventgrid.ReasonTokenTenant},
		{"no tenant", sign(keyA(), "a", with(v1, "tid", nil)), eventgrid.ReasonTokenTenant},
		{"issuer of other tenant", sign(keyA(), "a", with(v1, "iss", "https://sts.windows.net/"+clientID+"/")), eventgrid.ReasonTokenIssuer},
		{"issuer without slash", sign(keyA(), "a", with(v1, "iss", strings.TrimSuffix(v1Issuer, "/"))), eventgrid.ReasonTokenIssuer},
		{"no issuer", sign(keyA(), "a", with(v1, "iss", nil)), eventgrid.ReasonTokenIssuer},
		{"other caller", sign(keyA(), "a", with(v1, "appid", clientID)), eventgrid.ReasonTokenCaller},
		{"no caller", sign(keyA(), "a", with(v2, "azp", nil)), eventgrid.ReasonTokenCaller},
		{"version 2 with claim of version 1", sign(keyA(), "a", with(with(v2, "azp", nil), "appid", eventgrid.EventGridAppID)), eventgrid.ReasonTokenCaller},
		{"version 1 with claim of version 2", sign(keyA(), "a", with(with(v1, "appid", nil), "azp", eventgrid.EventGridAppID)), eventgrid.ReasonTokenCaller},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			v := e.verifier(t, c)
			// Twice, as the second answer may come from the cache.
			for range 2 {
				claims, err := v.Verify(context.Background(), test.token)
				if test.want == "" {
					if err != nil {
						t.Fatal(err)
					}
					if claims.CallerID != eventgrid.EventGridAppID || claims.TenantID != tenant || claims.Expiry.IsZero() || claims.Audience == "" {
						t.Errorf("claims = %+v", claims)
					}
					continue
				}
				if reason(err) != test.want || claims != nil {
					t.Errorf("%v, %v (%s); want %s", claims, err, reason(err), test.want)
				}
			}
		})
	}
}

func split(token string) (head, payload, signature string) {
	parts := strings.Split(token, ".")
	return parts[0], parts[1], parts[2]
}

func TestRequiredRole(t *testing.T) {
	t.Parallel()
	c := newClock()
	e := newEntra(t)
	options := e.options(c)
	options.RequiredRole = eventgrid.SubscriberRole
	v, err := eventgrid.NewVerifier(options)
	if err != nil {
		t.Fatal(err)
	}
	if claims, err := v.Verify(context.Background(), sign(keyA(), "a", claimsV1(c))); err != nil || len(claims.Roles) != 1 {
		t.Errorf("with role: %v, %v", claims, err)
	}
	for _, roles := range []any{nil, []string{}, []string{"azureeventgridsecurewebhooksubscriber"}} {
		_, err := v.Verify(context.Background(), sign(keyA(), "a", with(claimsV1(c), "roles", roles)))
		if reason(err) != eventgrid.ReasonTokenRole {
			t.Errorf("roles %v: %v", roles, err)
		}
	}
}

func TestOtherCaller(t *testing.T) {
	t.Parallel()
	c := newClock()
	e := newEntra(t)
	options := e.options(c)
	options.CallerID = "54316b56-3481-47f9-8f30-0300f5542a7b"
	v, err := eventgrid.NewVerifier(options)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := v.Verify(context.Background(), sign(keyA(), "a", with(claimsV1(c), "appid", options.CallerID))); err != nil {
		t.Error(err)
	}
	if _, err := v.Verify(context.Background(), sign(keyA(), "a", claimsV1(c))); reason(err) != eventgrid.ReasonTokenCaller {
		t.Errorf("the public cloud's caller: %v", err)
	}
}

func TestCachedTokenExpires(t *testing.T) {
	t.Parallel()
	c := newClock()
	e := newEntra(t)
	v := e.verifier(t, c)
	token := sign(keyA(), "a", with(claimsV1(c), "exp", c.now().Unix()+600))
	for _, step := range []struct {
		after time.Duration
		want  eventgrid.Reason
	}{{0, ""}, {659 * time.Second, ""}, {time.Second, eventgrid.ReasonTokenExpired}} {
		c.advance(step.after)
		if _, err := v.Verify(context.Background(), token); reason(err) != step.want {
			t.Errorf("after %v more: %v, want %q", step.after, err, step.want)
		}
	}
}

func TestNewVerifierErrors(t *testing.T) {
	t.Parallel()
	good := eventgrid.VerifierOptions{TenantID: tenant, Audiences: []string{clientID}}
	if _, err := eventgrid.NewVerifier(good); err != nil {
		t.Fatal(err)
	}
	for want, change := range map[string]func(*eventgrid.VerifierOptions){
		"tenant id": func(o *eventgrid.VerifierOptions) { o.TenantID = "contoso.onmicrosoft.com" },
		"audiences": func(o *eventgrid.VerifierOptions) { o.Audiences = nil },
		"empty":     func(o *eventgrid.VerifierOptions) { o.Audiences = []string{clientID, ""} },
		"caller id": func(o *eventgrid.VerifierOptions) { o.CallerID = "event grid" },
		"authority": func(o *eventgrid.VerifierOptions) { o.Authority = "login.microsoftonline.com" },
		"leeway":    func(o *eventgrid.VerifierOptions) { o.Leeway = -1 },
	} {
		o := good
		change(&o)
		if _, err := eventgrid.NewVerifier(o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
	_, err := eventgrid.NewVerifier(eventgrid.VerifierOptions{})
	if err == nil || !strings.Contains(err.Error(), "tenant id") || !strings.Contains(err.Error(), "audiences") {
		t.Errorf("not all mistakes are told at once: %v", err)
	}
}

func TestErrorsQuoteNoToken(t *testing.T) {
	t.Parallel()
	c := newClock()
	e := newEntra(t)
	v := e.verifier(t, c)
	claims := maps.Clone(claimsV1(c))
	claims["aud"] = strings.Repeat("long", 1000)
	token := sign(keyA(), "a", claims)
	_, err := v.Verify(context.Background(), token)
	_, _, signature := split(token)
	if err == nil || len(err.Error()) > 200 || strings.Contains(err.Error(), signature) {
		t.Errorf("error = %v", err)
	}
}
