package openid

import (
	"encoding/base64"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"
)

func FuzzParseToken(f *testing.F) {
	b64 := base64.RawURLEncoding.EncodeToString
	f.Add("")
	f.Add("a.b.c")
	f.Add(b64([]byte(`{"alg":"RS256","kid":"a"}`)) + "." + b64([]byte(`{"iss":"x"}`)) + ".AA")
	f.Add(b64([]byte(`{"alg":"none","kid":"a"}`)) + "." + b64([]byte(`{}`)) + ".")
	f.Add(b64([]byte(`{"ALG":"RS256","kid":"a","crit":null}`)) + "." + b64([]byte(`{"iss":1}`)) + ".AA")
	f.Fuzz(func(t *testing.T, token string) {
		got, err := Parse(token)
		if err != nil {
			var refused *Error
			if !errors.As(err, &refused) || refused.Reason == Unavailable {
				t.Fatalf("refused with %v", err)
			}
			return
		}
		if len(token) > MaxToken || got.KeyID == "" || len(got.KeyID) > maxKeyID || strings.Count(token, ".") != 2 {
			t.Fatalf("parsed %q as %+v", token, got)
		}
		h := http.Header{"Authorization": {"Bearer " + token}}
		if again, err := BearerToken(h); err != nil || again != token {
			t.Fatalf("header gives %q, %v", again, err)
		}
	})
}

func TestBudget(t *testing.T) {
	t.Parallel()
	b := NewBudget()
	start := time.Date(2025, 1, 2, 3, 4, 5, 0, time.UTC)
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
