package rest

import (
	"crypto/rand"
	"fmt"
	"net/http"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
)

// NewUUID returns a random UUID (version 4, in lower case).
func NewUUID() string {
	var b [16]byte
	rand.Read(b[:]) // never fails
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[0:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// requestID names each call, tries of it included, to the service. azcore has such a policy, but its ids lack the
// variant bits of a UUID, which a server may check.
type requestID struct{}

func (requestID) Do(req *policy.Request) (*http.Response, error) {
	const name = "x-ms-client-request-id"
	if req.Raw().Header.Get(name) == "" {
		req.Raw().Header.Set(name, NewUUID())
	}
	return req.Next()
}
