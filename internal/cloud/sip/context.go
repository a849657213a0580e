package sip

import (
	"maps"
	"regexp"
	"slices"
	"strings"
)

// Bounds of the custom calling context (Azure's documentation of custom SIP
// headers): five headers beside User-To-User, names and values bounded.
const (
	userToUser      = "User-To-User"
	maxContext      = 5
	maxContextName  = 64
	maxContextValue = 256
)

// contextName is a header of one's own: a token of RFC 3261 that begins with X-.
var contextName = regexp.MustCompile(`^[Xx]-[A-Za-z0-9.!%*_+~'-]+$`)

// field is a header of a message.
type field struct{ name, value string }

// contextOf is the custom calling context in the headers of an INVITE: User-To-User
// and X-…, the first ones if there are more than fit. Others, and those with
// control characters, are left out.
func contextOf(headers []field) map[string]string {
	context := map[string]string{}
	for _, h := range headers {
		if !printable(h.value) || len(h.value) > maxContextValue {
			continue
		}
		if strings.EqualFold(h.name, userToUser) {
			if _, ok := context[userToUser]; !ok {
				context[userToUser] = h.value
			}
			continue
		}
		if !contextName.MatchString(h.name) || len(h.name) > maxContextName || known(context, h.name) || custom(context) == maxContext {
			continue
		}
		context[h.name] = h.value
	}
	if len(context) == 0 {
		return nil
	}
	return context
}

// headersOf are the headers of an INVITE for a custom calling context, in the
// order of their names. What is no header of that kind is left out: it could
// change the message.
func headersOf(context map[string]string) []field {
	var list []field
	others := 0
	for _, name := range slices.Sorted(maps.Keys(context)) {
		value := context[name]
		if !printable(value) || len(value) > maxContextValue || value != strings.TrimSpace(value) {
			continue
		}
		if strings.EqualFold(name, userToUser) {
			list = append(list, field{userToUser, value})
			continue
		}
		if !contextName.MatchString(name) || len(name) > maxContextName || others == maxContext {
			continue
		}
		others++
		list = append(list, field{name, value})
	}
	return list
}

func known(context map[string]string, name string) bool {
	for have := range context {
		if strings.EqualFold(have, name) {
			return true
		}
	}
	return false
}

// custom is how many headers of the context count.
func custom(context map[string]string) int {
	n := len(context)
	if _, ok := context[userToUser]; ok {
		n--
	}
	return n
}

// printable says that a text has no control characters and is not empty.
func printable(s string) bool {
	return s != "" && strings.IndexFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f || r == '\ufffd' }) < 0
}
