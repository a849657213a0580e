package eventgrid_test

import (
	"context"
	"crypto/rsa"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"guichet/eventgrid"
)

// verify verifies a token and fails the test unless the reason is the wanted one.
func verify(t *testing.T, v *eventgrid.Verifier, token string, want eventgrid.Reason) {
	t.Helper()
	if _, err := v.Verify(context.Background(), token); reason(err) != want {
		t.Errorf("Verify: %v, want reason %q", err, want)
	}
}

func TestKeyRotation(t *testing.T) {
	t.Parallel()
	c := newClock()
	e := newEntra(t)
	v := e.verifier(t, c)
	old, renewed := sign(keyA(), "a", claimsV1(c)), sign(keyB(), "b", claimsV1(c))
	verify(t, v, old, "")
	e.setKeys(map[string]*rsa.PrivateKey{"b": keyB()})
	verify(t, v, renewed, "")
	if n := e.count(); n != 2 {
		t.Errorf("%d fetches, want one at first and one for the new key", n)
	}
	// The old key was withdrawn: its token must go too, although it was verified before.
	verify(t, v, old, eventgrid.ReasonTokenKey)
}

func TestKeysAreRefreshedHourly(t *testing.T) {
	t.Parallel()
	c := newClock()
	e := newEntra(t)
	v := e.verifier(t, c)
	token := sign(keyA(), "a", with(claimsV1(c), "exp", c.now().Unix()+86400))
	verify(t, v, token, "")
	c.advance(59 * time.Minute)
	verify(t, v, token, "")
	if n := e.count(); n != 1 {
		t.Errorf("%d fetches within the first hour, want 1", n)
	}
	c.advance(time.Minute)
	verify(t, v, token, "")
	verify(t, v, token, "")
	if n := e.count(); n != 2 {
		t.Errorf("%d fetches after an hour, want 2", n)
	}
	// Another key under the same id takes the place of the old one.
	e.setKeys(map[string]*rsa.PrivateKey{"a": keyB()})
	c.advance(time.Hour)
	verify(t, v, token, eventgrid.ReasonTokenSignature)
}

func TestKeysOutage(t *testing.T) {
	t.Parallel()
	c := newClock()
	e := newEntra(t)
	v := e.verifier(t, c)
	long := func(claims map[string]any) map[string]any { return with(claims, "exp", c.now().Unix()+7*86400) }
	token := sign(keyA(), "a", long(claimsV1(c)))

	e.setDown(true)
	verify(t, v, token, eventgrid.ReasonKeysUnavailable)
	e.setDown(false)
	verify(t, v, token, eventgrid.ReasonKeysUnavailable) // the pause after a failure
	c.advance(5 * time.Second)
	verify(t, v, token, "")

	e.setDown(true)
	verify(t, v, sign(keyB(), "b", claimsV1(c)), eventgrid.ReasonKeysUnavailable) // not judged, hence not final
	c.advance(23 * time.Hour)
	verify(t, v, token, "")
	verify(t, v, sign(keyA(), "a", with(long(claimsV1(c)), "oid", "x")), "") // the last keys are still good
	c.advance(time.Hour)
	verify(t, v, token, eventgrid.ReasonKeysUnavailable)
	e.setDown(false)
	c.advance(5 * time.Second)
	verify(t, v, token, "")
}

func TestUnknownKeysAreBounded(t *testing.T) {
	t.Parallel()
	c := newClock()
	e := newEntra(t)
	v := e.verifier(t, c)
	good := sign(keyA(), "a", claimsV1(c))
	verify(t, v, good, "")
	before := e.count()
	for i := range 200 {
		claims := claimsV1(c)
		if i%2 == 1 {
			claims = e.claimsV2(c)
		}
		if _, err := v.Verify(context.Background(), sign(keyB(), fmt.Sprint("junk", i), claims)); err == nil {
			t.Fatal("junk was accepted")
		}
	}
	// Five for unknown keys, and the first fetch of the other issuer.
	if n := e.count() - before; n > 6 {
		t.Errorf("%d fetches for 200 junk tokens", n)
	}
	verify(t, v, sign(keyB(), "junk0", claimsV1(c)), eventgrid.ReasonTokenKey)
	verify(t, v, sign(keyB(), "junk199", claimsV1(c)), eventgrid.ReasonKeysUnavailable)
	verify(t, v, good, "")

	// A real rotation in the flood is followed after a pause, and until then its tokens are not refused for good.
	e.setKeys(map[string]*rsa.PrivateKey{"b": keyB()})
	renewed := sign(keyB(), "b", claimsV1(c))
	verify(t, v, renewed, eventgrid.ReasonKeysUnavailable)
	c.advance(5 * time.Minute)
	verify(t, v, renewed, "")
}

func TestConcurrentFetchesAreOne(t *testing.T) {
	t.Parallel()
	c := newClock()
	e := newEntra(t)
	e.hold = make(chan struct{})
	v := e.verifier(t, c)
	token := sign(keyA(), "a", claimsV1(c))
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() { verify(t, v, token, "") })
	}
	close(e.hold)
	wg.Wait()
	if n := e.count(); n != 1 {
		t.Errorf("%d fetches, want 1", n)
	}
}

// One that gives up while others fetch is not told that its token is bad.
func TestGivingUpOnKeys(t *testing.T) {
	t.Parallel()
	c := newClock()
	e := newEntra(t)
	e.hold, e.entered = make(chan struct{}), make(chan struct{}, 1)
	v := e.verifier(t, c)
	token := sign(keyA(), "a", claimsV1(c))
	var wg sync.WaitGroup
	wg.Go(func() { verify(t, v, token, "") })
	<-e.entered
	canceled, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := v.Verify(canceled, token); reason(err) != eventgrid.ReasonKeysUnavailable {
		t.Errorf("canceled: %v", err)
	}
	close(e.hold)
	wg.Wait()
}

func TestUnusableKeys(t *testing.T) {
	t.Parallel()
	c := newClock()
	for name, change := range map[string]func(map[string]any){
		"encryption": func(k map[string]any) { k["use"] = "enc" },
		"no id":      func(k map[string]any) { delete(k, "kid") },
		"short":      func(k map[string]any) { k["n"] = "AQAB" },
		"not RSA":    func(k map[string]any) { k["kty"] = "oct"; k["k"] = "c2VjcmV0" },
		"unknown":    func(k map[string]any) { k["kty"] = "future" },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := newEntra(t)
			v := e.verifier(t, c)
			k := jwk("a", keyA())
			change(k)
			e.setKeys(map[string]*rsa.PrivateKey{"b": keyB()}, k)
			verify(t, v, sign(keyB(), "b", claimsV1(c)), "")
			verify(t, v, sign(keyA(), "a", claimsV1(c)), eventgrid.ReasonTokenKey)
			// None at all is a fault of the authority, not of the token.
			e.setKeys(nil, k)
			verify(t, e.verifier(t, c), sign(keyB(), "b", claimsV1(c)), eventgrid.ReasonKeysUnavailable)
		})
	}
}

func TestKeyBoundToIssuer(t *testing.T) {
	t.Parallel()
	c := newClock()
	e := newEntra(t)
	foreign, own := jwk("a", keyA()), jwk("b", keyB())
	foreign["issuer"] = e.URL + "/99999999-0000-4000-8000-000000000001/v2.0"
	own["issuer"] = e.URL + "/{tenantid}/v2.0"
	e.setKeys(nil, foreign, own)
	v := e.verifier(t, c)
	verify(t, v, sign(keyA(), "a", e.claimsV2(c)), eventgrid.ReasonTokenKey)
	verify(t, v, sign(keyB(), "b", e.claimsV2(c)), "")
}

func TestDiscoveryOfAnotherIssuer(t *testing.T) {
	t.Parallel()
	c := newClock()
	e := newEntra(t)
	e.issuer = "https://sts.windows.net/99999999-0000-4000-8000-000000000001/"
	v := e.verifier(t, c)
	verify(t, v, sign(keyA(), "a", claimsV1(c)), eventgrid.ReasonKeysUnavailable)
	verify(t, v, sign(keyA(), "a", e.claimsV2(c)), "")
	err := v.Refresh(context.Background())
	if err == nil || !strings.Contains(err.Error(), v1Issuer) || strings.Contains(err.Error(), "v2.0") {
		t.Errorf("Refresh = %v, want the first issuer's fault only", err)
	}
}

func TestRefresh(t *testing.T) {
	t.Parallel()
	c := newClock()
	e := newEntra(t)
	v := e.verifier(t, c)
	if err := v.Refresh(context.Background()); err != nil {
		t.Fatal(err)
	}
	e.setDown(true)
	verify(t, v, sign(keyA(), "a", claimsV1(c)), "")
	verify(t, v, sign(keyA(), "a", e.claimsV2(c)), "")
	if err := v.Refresh(context.Background()); err == nil {
		t.Error("Refresh succeeded without an authority")
	}
	verify(t, v, sign(keyA(), "a", claimsV1(c)), "")
}
