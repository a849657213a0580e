package eventgrid

import "testing"

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
