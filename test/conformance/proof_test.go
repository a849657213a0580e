package conformance

import (
	"errors"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
)

// operation is what a run saw of one operation of an SDK: that it worked, and the
// refusals that it reported.
type operation struct {
	Works  bool     `json:"works,omitempty"`
	Errors []string `json:"errors,omitempty"`
	// Reason says why the cloud does not offer the operation.
	Reason string `json:"reason,omitempty"`
}

// ledger is what a run saw: operations by SDK ("armcommunication/v2 v2.3.0") and
// name.
type ledger struct {
	mu   sync.Mutex
	seen map[string]map[string]*operation
}

var proofs = &ledger{seen: map[string]map[string]*operation{}}

func (l *ledger) at(sdk, name string) *operation {
	if l.seen[sdk] == nil {
		l.seen[sdk] = map[string]*operation{}
	}
	if l.seen[sdk][name] == nil {
		l.seen[sdk][name] = &operation{}
	}
	return l.seen[sdk][name]
}

// works notes that an operation did what it is for.
func (l *ledger) works(sdk, name string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.at(sdk, name).Works = true
}

// refuses notes an error that an operation reported.
func (l *ledger) refuses(sdk, name, refusal string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	o := l.at(sdk, name)
	if !slices.Contains(o.Errors, refusal) {
		o.Errors = append(o.Errors, refusal)
		slices.Sort(o.Errors)
	}
}

// userAgent is how an SDK of azcore names itself, e.g. azsdk-go-armresources/v3.0.1.
var userAgent = regexp.MustCompile(`azsdk-go-(\S+)/(v(\d+)\S+)`)

// witness notes what becomes of each operation of the generated clients, which
// name it in the request's context. Of a long-running one it notes the beginning
// alone: it works when its poller says so (see done).
type witness struct{ f *fixture }

// begun is a long-running operation that a client has begun.
type begun struct{ sdk, name string }

func (w witness) Do(r *policy.Request) (*http.Response, error) {
	response, err := r.Next()
	name, _ := r.Raw().Context().Value(runtime.CtxAPINameKey{}).(string)
	agent := userAgent.FindStringSubmatch(r.Raw().Header.Get("User-Agent"))
	if err != nil || name == "" || agent == nil {
		return response, err
	}
	sdk := agent[1]
	if major := agent[3]; major != "0" && major != "1" {
		sdk += "/v" + major
	}
	sdk += " " + agent[2]
	switch {
	case response.StatusCode >= http.StatusBadRequest:
		code := response.Header.Get("x-ms-error-code")
		proofs.refuses(sdk, name, strings.TrimSpace(strconv.Itoa(response.StatusCode)+" "+code))
	case strings.Contains(name, ".Begin"):
		w.f.begun = begun{sdk, name}
	default:
		proofs.works(sdk, name)
	}
	return response, err
}

// ended notes how the long-running operation that was begun last ended.
func (f *fixture) ended(err error) {
	f.t.Helper()
	if f.begun.name == "" {
		return
	}
	if e, ok := errors.AsType[*azcore.ResponseError](err); ok {
		proofs.refuses(f.begun.sdk, f.begun.name, "failed: "+e.ErrorCode)
	} else if err == nil {
		proofs.works(f.begun.sdk, f.begun.name)
	}
	f.begun = begun{}
}
