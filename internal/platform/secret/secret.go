// Package secret seals what must not lie readable in the database, with a key
// that is kept outside it. It stores nothing but its own key file.
package secret

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/insecurecleartextkeyset"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/tink"
)

// ErrSealed says that a value cannot be opened with this key: it was sealed with
// another, or for another place.
var ErrSealed = errors.New("the value cannot be opened with this key")

const prefix = "enc1:"

// Text is a secret in memory: it prints as ***, in logs and JSON too.
type Text string

// String hides the value.
func (Text) String() string { return "***" }

// LogValue hides the value.
func (Text) LogValue() slog.Value { return slog.StringValue("***") }

// MarshalJSON hides the value.
func (Text) MarshalJSON() ([]byte, error) { return []byte(`"***"`), nil }

// Reveal gives the value itself.
func (t Text) Reveal() string { return string(t) }

// Box seals and opens values.
type Box struct{ aead tink.AEAD }

// Open reads the key file at path, or makes it (mode 0600) when there is none.
func Open(path string) (*Box, error) {
	raw, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		raw, err = create(path)
	}
	if err != nil {
		return nil, fmt.Errorf("the key file %s: %w", path, err)
	}
	handle, err := insecurecleartextkeyset.Read(keyset.NewJSONReader(bytes.NewReader(raw)))
	if err != nil {
		return nil, fmt.Errorf("the key file %s is damaged: %w", path, err)
	}
	primitive, err := aead.New(handle)
	if err != nil {
		return nil, fmt.Errorf("the key file %s is damaged: %w", path, err)
	}
	return &Box{aead: primitive}, nil
}

func create(path string) ([]byte, error) {
	handle, err := keyset.NewHandle(aead.AES256GCMKeyTemplate())
	if err != nil {
		return nil, err
	}
	var buf bytes.Buffer
	if err := insecurecleartextkeyset.Write(handle, keyset.NewJSONWriter(&buf)); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	// Written aside and linked, so that two processes at their first start end up
	// with one key and a cut-off write leaves none.
	tmp := fmt.Sprintf("%s.%d", path, os.Getpid())
	if err := os.WriteFile(tmp, buf.Bytes(), 0o600); err != nil {
		return nil, err
	}
	defer func() { _ = os.Remove(tmp) }()
	if err := os.Link(tmp, path); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, err
	}
	return os.ReadFile(path)
}

// Seal closes plain for one place (table:column:row); it opens only there.
func (b *Box) Seal(plain Text, place string) (string, error) {
	sealed, err := b.aead.Encrypt([]byte(plain), []byte(place))
	if err != nil {
		return "", fmt.Errorf("seal %s: %w", place, err)
	}
	return prefix + base64.StdEncoding.EncodeToString(sealed), nil
}

// Unseal opens what Seal closed for the same place.
func (b *Box) Unseal(sealed, place string) (Text, error) {
	raw, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(sealed, prefix))
	if err != nil || !strings.HasPrefix(sealed, prefix) {
		return "", fmt.Errorf("%s: %w", place, ErrSealed)
	}
	plain, err := b.aead.Decrypt(raw, []byte(place))
	if err != nil {
		return "", fmt.Errorf("%s: %w", place, ErrSealed)
	}
	return Text(plain), nil
}
