package eventgrid

import (
	"crypto/rsa"
	"crypto/sha256"
	"sync"
	"time"

	"guichet/openid"
)

// tokenCache remembers tokens that were verified, by their digest, until they expire. Event Grid sends one token with
// many deliveries. Only verified tokens get in, so that strangers cannot fill it.
type tokenCache struct {
	mu      sync.RWMutex
	limit   int
	entries map[[sha256.Size]byte]cachedToken
}

type cachedToken struct {
	claims *Claims
	keys   *openid.Keys
	keyID  string
	key    *rsa.PublicKey
	until  time.Time
}

func newTokenCache(limit int) *tokenCache {
	return &tokenCache{limit: limit, entries: make(map[[sha256.Size]byte]cachedToken)}
}

func (c *tokenCache) get(digest [sha256.Size]byte, now time.Time) (cachedToken, bool) {
	c.mu.RLock()
	e, found := c.entries[digest]
	c.mu.RUnlock()
	return e, found && now.Before(e.until)
}

// put makes room by dropping what has expired, else any one token.
func (c *tokenCache) put(digest [sha256.Size]byte, e cachedToken, now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.entries) >= c.limit {
		for d, old := range c.entries {
			if !now.Before(old.until) {
				delete(c.entries, d)
			}
		}
		for d := range c.entries {
			if len(c.entries) < c.limit {
				break
			}
			delete(c.entries, d)
		}
	}
	c.entries[digest] = e
}
