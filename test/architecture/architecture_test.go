// Package architecture tests the borders of the house: which package may import
// which, and that each says what it is for. It tests no behaviour.
package architecture

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"path"
	"slices"
	"strings"
	"testing"
)

// pkg is what go list tells of a package.
type pkg struct {
	ImportPath, Doc                    string
	Imports, TestImports, XTestImports []string
	GoFiles, TestGoFiles, XTestGoFiles []string
}

func list(t *testing.T) []pkg {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Doc,Imports,TestImports,XTestImports,GoFiles,TestGoFiles,XTestGoFiles", "guichet/...")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v: %s", err, &stderr)
	}
	var all []pkg
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p pkg
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
	if len(all) < 20 {
		t.Fatalf("go list found %d packages only", len(all))
	}
	return all
}

// borders are the imports that a part of the tree must not have, each with the
// reason.
var borders = []struct{ from, to, reason string }{
	{"guichet/internal/desk", "guichet/internal/cloud", "the halves meet on the wire only"},
	{"guichet/internal/desk", "guichet/localcloud", "the halves meet on the wire only"},
	{"guichet/internal/cloud", "guichet/internal/desk", "the halves meet on the wire only"},
	{"guichet/internal/cloud", "guichet/acs", "a mistake shared by client and cloud would hide on both sides"},
	{"guichet/internal/cloud", "guichet/eventgrid", "a mistake shared by receiver and cloud would hide on both sides"},
	{"guichet/internal/cloud", "guichet/openid", "a mistake shared by receiver and cloud would hide on both sides"},
	{"guichet/localcloud", "guichet/internal/desk", "the local cloud is usable without the desk"},
	{"guichet/internal/platform", "guichet/internal/desk", "the platform knows neither half"},
	{"guichet/internal/platform", "guichet/internal/cloud", "the platform knows neither half"},
	{"guichet/internal/platform", "guichet/acs", "the platform knows no protocol of Azure"},
	{"guichet/internal/platform", "guichet/eventgrid", "the platform knows no protocol of Azure"},
	{"guichet/internal/platform", "guichet/web", "the platform shows nothing"},
	{"guichet/acs", "guichet/internal", "the public client is usable by anyone"},
	{"guichet/eventgrid", "guichet/internal", "the public receiver is usable by anyone"},
	{"guichet/acs", "guichet/eventgrid", "the two public packages stand alone"},
	{"guichet/eventgrid", "guichet/acs", "the two public packages stand alone"},
	{"guichet/openid", "guichet/internal", "the public token check is usable by anyone"},
	{"guichet/openid", "guichet/acs", "it is below the clients"},
	{"guichet/openid", "guichet/eventgrid", "it is below the receiver"},
	{"guichet/web", "guichet/internal", "the pages know the API only"},
}

// rooms are what each room of the desk may import of the others. The order is
// downwards: api, then the rooms of the trade, then conversation.
var rooms = map[string][]string{
	"conversation": {},
	"people":       {},
	"entra":        {},
	"connection":   {},
	"number":       {},
	"live":         {"conversation"},
	"webhook":      {"connection"},
	"sms":          {"conversation", "webhook"},
	"table":        {"connection"},
	"controlplane": {"connection"},
	"setup":        {"connection", "controlplane", "number", "people", "webhook"},
	"doctor":       {"connection", "controlplane", "number", "people", "webhook"},
	"api":          {"connection", "controlplane", "conversation", "doctor", "entra", "live", "number", "people", "setup", "sms", "table", "webhook"},
}

func below(importPath, tree string) bool {
	return importPath == tree || strings.HasPrefix(importPath, tree+"/")
}

func TestBordersHold(t *testing.T) {
	t.Parallel()
	for _, p := range list(t) {
		// A public package may keep private parts of its own.
		imports := slices.Concat(p.Imports, p.TestImports, p.XTestImports)
		for _, b := range borders {
			for _, i := range imports {
				if below(p.ImportPath, b.from) && below(i, b.to) {
					t.Errorf("%s imports %s: %s", p.ImportPath, i, b.reason)
				}
			}
		}
		both := 0
		for _, half := range []string{"guichet/internal/desk", "guichet/internal/cloud"} {
			if slices.ContainsFunc(p.Imports, func(i string) bool { return below(i, half) }) {
				both++
			}
		}
		if both == 2 && p.ImportPath != "guichet/cmd/guichet" {
			t.Errorf("%s imports both halves; only cmd/guichet may", p.ImportPath)
		}
	}
}

func TestRoomsOfTheDeskDependDownwards(t *testing.T) {
	t.Parallel()
	const desk = "guichet/internal/desk/"
	for _, p := range list(t) {
		name, ok := strings.CutPrefix(p.ImportPath, desk)
		if !ok {
			continue
		}
		room, _, _ := strings.Cut(name, "/")
		allowed, known := rooms[room]
		if !known {
			t.Errorf("the room %s is not in the plan of this test", room)
		}
		for _, i := range p.Imports {
			other, isRoom := strings.CutPrefix(i, desk)
			other, _, _ = strings.Cut(other, "/")
			if isRoom && other != room && !slices.Contains(allowed, other) {
				t.Errorf("%s imports %s, which lies beside or above it", p.ImportPath, i)
			}
			if i == "guichet/internal/desk" {
				t.Errorf("%s imports the wiring", p.ImportPath)
			}
		}
	}
}

func TestPackagesSayWhatTheyOwn(t *testing.T) {
	t.Parallel()
	for _, p := range list(t) {
		if len(p.GoFiles) > 0 && p.Doc == "" {
			t.Errorf("%s has no package comment", p.ImportPath)
		}
		switch path.Base(p.ImportPath) {
		case "util", "utils", "common", "helper", "helpers", "model", "models", "types", "misc":
			t.Errorf("%s is not named for what it is about", p.ImportPath)
		}
	}
}
