package acs

import (
	"encoding/base64"
	"errors"
	"log/slog"
	"strings"
	"sync/atomic"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
)

// TokenScope is the scope for which a token credential is asked. The double slash is part of it.
const TokenScope = "https://communication.azure.com//.default"

const redacted = "REDACTED"

// ErrAccessKey is returned for an access key that is empty or not base64.
var ErrAccessKey = errors.New("access key is not base64")

// Credential is what a client proves itself with: a [KeyCredential], or the result of [NewTokenCredential].
type Credential interface {
	newPolicy(PolicyOptions) policy.Policy
}

// KeyCredential signs requests with an access key of the ACS resource. The key may be replaced while clients use it.
// It is safe for concurrent use. Printing it, in any format, does not reveal the key.
type KeyCredential struct {
	key atomic.Pointer[[]byte]
}

// NewKeyCredential returns a credential for an access key as the portal shows it, in base64.
func NewKeyCredential(accessKey string) (*KeyCredential, error) {
	c := new(KeyCredential)
	if err := c.Update(accessKey); err != nil {
		return nil, err
	}
	return c, nil
}

// Update replaces the access key. Every try of a request that starts afterwards is signed with the new one, also
// those of operations that are under way. On error the old key stays.
func (c *KeyCredential) Update(accessKey string) error {
	key, err := base64.StdEncoding.DecodeString(strings.TrimSpace(accessKey))
	if err != nil || len(key) == 0 {
		return ErrAccessKey
	}
	c.key.Store(&key)
	return nil
}

// String returns a fixed word.
func (c *KeyCredential) String() string { return redacted }

// GoString is like String.
func (c *KeyCredential) GoString() string { return redacted }

// LogValue is like String.
func (c *KeyCredential) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalText is like String, so that a credential inside a struct that is written as JSON stays hidden.
func (c *KeyCredential) MarshalText() ([]byte, error) { return []byte(redacted), nil }

func (c *KeyCredential) newPolicy(options PolicyOptions) policy.Policy {
	return &signingPolicy{credential: c, options: options}
}

type tokenCredential struct{ inner azcore.TokenCredential }

// NewTokenCredential makes a credential of one that gets Microsoft Entra tokens, such as those of azidentity. Tokens
// are asked for with [TokenScope].
func NewTokenCredential(credential azcore.TokenCredential) Credential {
	return tokenCredential{inner: credential}
}

func (c tokenCredential) newPolicy(options PolicyOptions) policy.Policy {
	return runtime.NewBearerTokenPolicy(c.inner, []string{TokenScope}, &policy.BearerTokenOptions{
		InsecureAllowCredentialWithHTTP: options.InsecureAllowCredentialWithHTTP,
	})
}
