package sip

import (
	"strconv"
	"strings"
	"sync"
	"time"

	sipmsg "github.com/emiago/sipgo/sip"

	"guichet/internal/platform/clock"
)

// Bounds of registrations.
const (
	minExpires     = 60 * time.Second
	defaultExpires = time.Hour
	maxExpires     = time.Hour
	maxBindings    = 1000
)

// binding is where a phone that registered is reached: its contact, by the
// address and transport that it registered from, for phones behind NAT.
type binding struct {
	contact   sipmsg.Uri
	source    string
	transport string
	until     time.Time
}

// registrar keeps the phones that registered as customers' numbers, one each: the
// latest.
type registrar struct {
	clock clock.Clock

	mu   sync.Mutex
	list map[string]binding
}

func newRegistrar(c clock.Clock) *registrar {
	return &registrar{clock: c, list: map[string]binding{}}
}

// find is the phone of a number.
func (r *registrar) find(number string) (binding, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	b, ok := r.list[number]
	if ok && !r.clock.Now().Before(b.until) {
		delete(r.list, number)
		return binding{}, false
	}
	return b, ok
}

// keep registers a phone; false when there are too many.
func (r *registrar) keep(number string, b binding) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, ok := r.list[number]; !ok && len(r.list) >= maxBindings {
		now := r.clock.Now()
		for n, old := range r.list {
			if !now.Before(old.until) {
				delete(r.list, n)
			}
		}
		if len(r.list) >= maxBindings {
			return false
		}
	}
	r.list[number] = b
	return true
}

func (r *registrar) drop(number string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.list, number)
}

// register answers REGISTER (RFC 3261, 10.3).
func (t *Trunk) register(req *sipmsg.Request, tx sipmsg.ServerTransaction) {
	to := req.To()
	if to == nil {
		t.respond(req, tx, sipmsg.StatusBadRequest, "No address of record")
		return
	}
	number, ok := e164Of(to.Address.User)
	if good, stale := t.doorman.check(req, number); !good {
		t.send(tx, t.doorman.challenge(req, stale))
		return
	}
	if !ok {
		t.respond(req, tx, sipmsg.StatusNotFound, "The address of record is not a telephone number")
		return
	}
	if _, owned := t.o.Lines.Line(number); owned {
		// Calls to it go to its service.
		t.respond(req, tx, sipmsg.StatusForbidden, "The number belongs to a service")
		return
	}
	contact := req.Contact()
	if contact == nil {
		t.registered(req, tx, number)
		return
	}
	expires := expiresOf(req, contact)
	switch {
	case expires == 0:
		t.phones.drop(number)
	case contact.Address.Wildcard || contact.Address.Host == "":
		t.respond(req, tx, sipmsg.StatusBadRequest, "The contact is not one")
		return
	case expires < minExpires:
		res := sipmsg.NewResponseFromRequest(req, 423, "Interval Too Brief", nil)
		res.AppendHeader(sipmsg.NewHeader("Min-Expires", strconv.Itoa(int(minExpires.Seconds()))))
		t.send(tx, res)
		return
	default:
		b := binding{
			contact: *contact.Address.Clone(), source: req.Source(), transport: strings.ToUpper(req.Transport()),
			until: t.o.Clock.Now().Add(min(expires, maxExpires)),
		}
		if !t.phones.keep(number, b) {
			t.respond(req, tx, sipmsg.StatusServiceUnavailable, "Too many phones")
			return
		}
	}
	t.registered(req, tx, number)
}

// registered answers 200 with the present binding.
func (t *Trunk) registered(req *sipmsg.Request, tx sipmsg.ServerTransaction, number string) {
	res := sipmsg.NewResponseFromRequest(req, sipmsg.StatusOK, "OK", nil)
	if b, ok := t.phones.find(number); ok {
		contact := &sipmsg.ContactHeader{Address: *b.contact.Clone()}
		contact.Params.Add("expires", strconv.Itoa(int(b.until.Sub(t.o.Clock.Now()).Seconds())))
		res.AppendHeader(contact)
	}
	t.send(tx, res)
}

// expiresOf is for how long a phone wants to be registered: by its contact, or
// the header, or our own default.
func expiresOf(req *sipmsg.Request, contact *sipmsg.ContactHeader) time.Duration {
	text, ok := contact.Params.Get("expires")
	if !ok {
		if h := req.GetHeader("Expires"); h != nil {
			text = h.Value()
		}
	}
	seconds, err := strconv.ParseUint(strings.TrimSpace(text), 10, 31)
	if err != nil {
		return defaultExpires
	}
	return time.Duration(seconds) * time.Second
}

// e164Of is the number that a user part means: E.164, with + or 00 or neither.
func e164Of(user string) (string, bool) {
	user, _, _ = strings.Cut(user, ";")
	number := strings.Map(func(r rune) rune {
		if strings.ContainsRune("-.() ", r) {
			return -1
		}
		return r
	}, strings.ReplaceAll(user, "%2B", "+"))
	switch {
	case strings.HasPrefix(number, "+"):
	case strings.HasPrefix(number, "00"):
		number = "+" + number[2:]
	default:
		number = "+" + number
	}
	if len(number) < 8 || len(number) > 16 || number[1] == '0' || strings.Trim(number[1:], "0123456789") != "" {
		return "", false
	}
	return number, true
}
