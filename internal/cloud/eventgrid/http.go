package eventgrid

import (
	"net/http"
	"strings"
)

// ServeHTTP answers the data plane, below /eventgrid/.
func (b *Broker) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	segments := strings.Split(strings.ToLower(strings.Trim(r.URL.Path, "/")), "/")
	if len(segments) == 4 && segments[1] == "eventsubscriptions" && segments[3] == "validate" {
		b.openValidation(w, r)
		return
	}
	b.unknown.ServeHTTP(w, r)
}
