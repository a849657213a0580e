package secret_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"guichet/internal/platform/secret"
)

func TestSealedOpensOnlyInItsPlaceAndWithItsKey(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "new", "key")
	box := open(t, path)
	sealed, err := box.Seal("the value", "table:column:1")
	if err != nil || strings.Contains(sealed, "value") {
		t.Fatalf("sealed %q, %v", sealed, err)
	}
	if got, err := open(t, path).Unseal(sealed, "table:column:1"); err != nil || got.Reveal() != "the value" {
		t.Errorf("reopened: %q, %v", got.Reveal(), err)
	}
	if _, err := box.Unseal(sealed, "table:column:2"); !errors.Is(err, secret.ErrSealed) {
		t.Errorf("another row opened it: %v", err)
	}
	if _, err := open(t, filepath.Join(t.TempDir(), "key")).Unseal(sealed, "table:column:1"); !errors.Is(err, secret.ErrSealed) {
		t.Errorf("another key opened it: %v", err)
	}
	for _, garbage := range []string{"", "enc1:", "enc1:!!", "plain", "enc1:AAAA"} {
		if _, err := box.Unseal(garbage, "p"); !errors.Is(err, secret.ErrSealed) {
			t.Errorf("%q: %v", garbage, err)
		}
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("key file: %v, %v", info.Mode(), err)
	}
}

func TestTextDoesNotPrint(t *testing.T) {
	t.Parallel()
	s := struct{ S secret.Text }{"hush"}
	asJSON, _ := json.Marshal(s)
	if text := fmt.Sprintf("%v %+v %s %s", s, s, s.S, asJSON); strings.Contains(text, "hush") {
		t.Errorf("printed: %s", text)
	}
}

func TestDamagedKeyFileIsSaid(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(path, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := secret.Open(path); err == nil || !strings.Contains(err.Error(), "damaged") {
		t.Errorf("error %v", err)
	}
}

func open(t *testing.T, path string) *secret.Box {
	t.Helper()
	box, err := secret.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	return box
}
