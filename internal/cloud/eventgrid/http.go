package eventgrid

import (
	"net/http"
	"strings"
)

// ServeHTTP answers the data plane, below /eventgrid/: the validation URLs, and
// the endpoints of custom topics, which in Azure have a host name each.
func (b *Broker) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	segments := strings.Split(strings.ToLower(strings.Trim(r.URL.Path, "/")), "/")
	switch {
	case len(segments) == 4 && segments[1] == "eventsubscriptions" && segments[3] == "validate":
		b.openValidation(w, r)
	case len(segments) == 5 && segments[1] == "topics" && segments[3] == "api" && segments[4] == "events" && r.Method == http.MethodPost:
		b.publish(w, r, segments[2])
	default:
		b.unknown.ServeHTTP(w, r)
	}
}
