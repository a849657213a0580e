package eventgrid

import (
	"encoding/base64"
	"net/http"
	"strings"
	"testing"
)

func FuzzParseToken(f *testing.F) {
	b64 := base64.RawURLEncoding.EncodeToString
	f.Add("")
	f.Add("a.b.c")
	f.Add(b64([]byte(`{"alg":"RS256","kid":"a"}`)) + "." + b64([]byte(`{"iss":"x"}`)) + ".AA")
	f.Add(b64([]byte(`{"alg":"none","kid":"a"}`)) + "." + b64([]byte(`{}`)) + ".")
	f.Add(b64([]byte(`{"ALG":"RS256","kid":"a","crit":null}`)) + "." + b64([]byte(`{"iss":1}`)) + ".AA")
	f.Fuzz(func(t *testing.T, token string) {
		got, refused := parseToken(token)
		if refused != nil {
			if refused.Reason.Status() != http.StatusUnauthorized {
				t.Fatalf("status of %s is %d", refused.Reason, refused.Reason.Status())
			}
			return
		}
		if len(token) > maxToken || got.keyID == "" || len(got.keyID) > maxKeyID || strings.Count(token, ".") != 2 {
			t.Fatalf("parsed %q as %+v", token, got)
		}
		h := http.Header{"Authorization": {"Bearer " + token}}
		if again, refused := bearerToken(h); refused != nil || again != token {
			t.Fatalf("header gives %q, %v", again, refused)
		}
	})
}

func TestBudget(t *testing.T) {
	t.Parallel()
	b := newFetchBudget()
	start := readTime("2025-01-02T03:04:05Z")
	taken := 0
	for range 100 {
		if b.take(start) {
			taken++
		}
	}
	if taken != unknownBurst {
		t.Errorf("%d at once, want %d", taken, unknownBurst)
	}
	if b.take(start.Add(unknownPause - 1)) {
		t.Error("taken before the pause is over")
	}
	if !b.take(start.Add(unknownPause)) || b.take(start.Add(unknownPause+1)) {
		t.Error("want exactly one after a pause")
	}
	taken = 0
	for range 100 {
		if b.take(start.Add(100 * unknownPause)) {
			taken++
		}
	}
	if taken != unknownBurst {
		t.Errorf("%d after a long pause, want %d", taken, unknownBurst)
	}
}

func TestTokenCacheIsBounded(t *testing.T) {
	t.Parallel()
	c := newTokenCache(8)
	now := readTime("2025-01-02T03:04:05Z")
	digest := func(i int) (d [32]byte) { d[0] = byte(i); return d }
	for i := range 8 {
		c.put(digest(i), cachedToken{until: now.Add(1)}, now)
	}
	later := now.Add(2)
	c.put(digest(8), cachedToken{until: later.Add(1)}, later)
	if len(c.entries) != 1 {
		t.Errorf("%d entries, want the expired ones gone", len(c.entries))
	}
	for i := range 100 {
		c.put(digest(i), cachedToken{until: later.Add(1)}, later)
	}
	if len(c.entries) != 8 {
		t.Errorf("%d entries, want 8", len(c.entries))
	}
	if _, found := c.get(digest(99), later); !found {
		t.Error("the last one is not there")
	}
	if _, found := c.get(digest(99), later.Add(1)); found {
		t.Error("an expired one is found")
	}
}
