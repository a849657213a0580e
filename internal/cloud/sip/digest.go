package sip

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"strings"
	"sync"
	"time"

	sipmsg "github.com/emiago/sipgo/sip"
	"github.com/icholy/digest"

	"guichet/internal/platform/clock"
)

// Bounds of digest authentication.
const (
	realm     = "guichet"
	nonceLife = 5 * time.Minute
	maxNonces = 10_000
	maxDigest = 2048
)

// doorman authenticates callers by digest (RFC 3261, 22; RFC 7616 with MD5, which
// every phone has). Nonces carry their time and a signature, so that only used
// ones are remembered.
type doorman struct {
	clock          clock.Clock
	user, password string
	key            [32]byte

	mu   sync.Mutex
	used map[string]int // nonce → highest nc
}

func newDoorman(c clock.Clock, user, password string) *doorman {
	d := &doorman{clock: c, user: user, password: password, used: map[string]int{}}
	// It never fails: see crypto/rand.
	_, _ = rand.Read(d.key[:])
	return d
}

func (d *doorman) nonce() string {
	var b [16]byte
	binary.BigEndian.PutUint64(b[:], uint64(d.clock.Now().UnixNano()))
	_, _ = rand.Read(b[8:])
	return base64.RawURLEncoding.EncodeToString(append(b[:], d.sign(b[:])...))
}

func (d *doorman) sign(b []byte) []byte {
	mac := hmac.New(sha256.New, d.key[:])
	mac.Write(b)
	return mac.Sum(nil)[:16]
}

// fresh says whether a nonce is ours and not too old.
func (d *doorman) fresh(nonce string) bool {
	b, err := base64.RawURLEncoding.DecodeString(nonce)
	if err != nil || len(b) != 32 || !hmac.Equal(b[16:], d.sign(b[:16])) {
		return false
	}
	age := d.clock.Now().Sub(time.Unix(0, int64(binary.BigEndian.Uint64(b))))
	return age >= 0 && age < nonceLife
}

// spend takes a nonce's count, which must be higher than those before.
func (d *doorman) spend(nonce string, count int) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if count <= d.used[nonce] {
		return false
	}
	if len(d.used) >= maxNonces {
		for old := range d.used {
			if !d.fresh(old) {
				delete(d.used, old)
			}
		}
		if len(d.used) >= maxNonces {
			return false
		}
	}
	d.used[nonce] = count
	return true
}

// check says whether a request carries good credentials: of the trunk's user, or
// of number, which a phone may use as its user name. stale says that only the nonce was
// too old.
func (d *doorman) check(req *sipmsg.Request, number string) (ok, stale bool) {
	h := req.GetHeader("Authorization")
	if h == nil || len(h.Value()) > maxDigest {
		return false, false
	}
	creds, err := digest.ParseCredentials(h.Value())
	if err != nil || creds.Realm != realm || creds.URI == "" || creds.Userhash || creds.QOP != "" && creds.QOP != "auth" ||
		creds.Algorithm != "" && !strings.EqualFold(creds.Algorithm, "MD5") {
		return false, false
	}
	plain := strings.TrimPrefix(creds.Username, "+")
	if creds.Username != d.user && (number == "" || plain != strings.TrimPrefix(number, "+")) {
		return false, false
	}
	challenge := &digest.Challenge{Realm: realm, Nonce: creds.Nonce, Algorithm: creds.Algorithm}
	count := creds.Nc
	if creds.QOP == "auth" {
		challenge.QOP = []string{"auth"}
		if count < 1 || creds.Cnonce == "" {
			return false, false
		}
	} else {
		// Without a count, as phones of RFC 2069 do it, a nonce is good for once.
		count = 1
	}
	want, err := digest.Digest(challenge, digest.Options{
		Method: req.Method.String(), URI: creds.URI, Username: creds.Username, Password: d.password, Count: creds.Nc, Cnonce: creds.Cnonce,
	})
	if err != nil || subtle.ConstantTimeCompare([]byte(want.Response), []byte(strings.ToLower(creds.Response))) != 1 {
		return false, false
	}
	if !d.fresh(creds.Nonce) || !d.spend(creds.Nonce, count) {
		return false, true
	}
	return true, false
}

// challenge is the 401 for a request.
func (d *doorman) challenge(req *sipmsg.Request, stale bool) *sipmsg.Response {
	c := digest.Challenge{Realm: realm, Nonce: d.nonce(), Algorithm: "MD5", QOP: []string{"auth"}, Stale: stale}
	res := sipmsg.NewResponseFromRequest(req, sipmsg.StatusUnauthorized, "Unauthorized", nil)
	res.AppendHeader(sipmsg.NewHeader("WWW-Authenticate", c.String()))
	return res
}
