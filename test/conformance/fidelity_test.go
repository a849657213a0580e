package conformance

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// update renews testdata/proved/go.json and the tables of docs/fidelity.md.
var update = flag.Bool("update", false, "renew the record of what this run proves, and the tables made from it")

// The records of what the runs proved, this one's and the one of prove.mjs, and
// the document whose tables are made from both.
const (
	goRecord = "testdata/proved/go.json"
	jsRecord = "testdata/proved/js.json"
	document = "../../docs/fidelity.md"
	opening  = "<!-- operations: made by `make fidelity` -->"
	closing  = "<!-- end of operations -->"
)

// TestMain compares what a whole run proved with what docs/fidelity.md promises.
func TestMain(m *testing.M) {
	flag.Parse()
	// The tests wait for pollers most of their time, so more run at once than the
	// machine has cores.
	if err := flag.Set("test.parallel", "12"); err != nil {
		panic(err)
	}
	code := m.Run()
	if code == 0 && whole() {
		if err := account(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	os.Exit(code)
}

// whole says that no test of this package was left out.
func whole() bool {
	for _, name := range []string{"test.run", "test.skip", "test.list"} {
		if flag.Lookup(name).Value.String() != "" {
			return false
		}
	}
	return true
}

// record is operations by SDK and name, or by a pattern of names when the cloud
// does not offer them.
type record map[string]map[string]entry

type entry struct {
	operation
	// Count is how many operations a pattern stands for.
	Count int `json:"count,omitempty"`
}

// account checks that every operation of the SDKs works or is known to be
// missing, and that the record and the document say so.
func account() error {
	proved, err := proofs.record()
	if err != nil {
		return err
	}
	if err := settle(goRecord, append(must2(json.MarshalIndent(proved, "", "  ")), '\n')); err != nil {
		return err
	}
	text, err := os.ReadFile(jsRecord)
	if err != nil {
		return err
	}
	inJS := record{}
	if err := json.Unmarshal(text, &inJS); err != nil {
		return fmt.Errorf("%s: %w", jsRecord, err)
	}
	text, err = os.ReadFile(document)
	if err != nil {
		return err
	}
	head, rest, found := bytes.Cut(text, []byte(opening))
	_, tail, closed := bytes.Cut(rest, []byte(closing))
	if !found || !closed {
		return fmt.Errorf("%s has no place for the tables", document)
	}
	tables := opening + "\n\n" + summary(map[string]record{"Go": proved, "JavaScript": inJS}) + closing
	return settle(document, slices.Concat(head, []byte(tables), tail))
}

// settle writes a file that is to be renewed, and compares it otherwise.
func settle(file string, want []byte) error {
	if *update {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return err
		}
		return os.WriteFile(file, want, 0o644)
	}
	got, err := os.ReadFile(file)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if bytes.Equal(got, want) {
		return nil
	}
	return fmt.Errorf("%s is not what this run proves; `make fidelity` renews it:\n%s", file, difference(string(got), string(want)))
}

// difference names the lines that only one of two texts has.
func difference(got, want string) string {
	var b strings.Builder
	has := func(text, line string) bool { return slices.Contains(strings.Split(text, "\n"), line) }
	for line := range strings.SplitSeq(got, "\n") {
		if !has(want, line) {
			fmt.Fprintf(&b, "- %s\n", line)
		}
	}
	for line := range strings.SplitSeq(want, "\n") {
		if !has(got, line) {
			fmt.Fprintf(&b, "+ %s\n", line)
		}
	}
	return b.String()
}

// record sets what was seen beside every operation that the SDKs have.
func (l *ledger) record() (record, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	var problems []error
	out := record{}
	for sdk, names := range offered() {
		out[sdk] = map[string]entry{}
		for _, name := range names {
			seen := l.seen[sdk][name]
			delete(l.seen[sdk], name)
			pattern, reason := missingFrom(sdk, name)
			switch {
			case reason == "" && (seen == nil || !seen.Works):
				problems = append(problems, fmt.Errorf("%s: %s is not proved, and not listed as missing", sdk, name))
			case reason == "":
				out[sdk][name] = entry{operation: *seen}
			case seen != nil && seen.Works:
				problems = append(problems, fmt.Errorf("%s: %s is listed as missing, and works", sdk, name))
			default:
				e := out[sdk][pattern]
				e.Reason, e.Count = reason, e.Count+1
				if seen != nil {
					e.Errors = slices.Compact(slices.Sorted(slices.Values(append(e.Errors, seen.Errors...))))
				}
				out[sdk][pattern] = e
			}
		}
		for pattern := range missing[strings.Fields(sdk)[0]] {
			if out[sdk][pattern].Count == 0 {
				problems = append(problems, fmt.Errorf("%s: nothing is called %s, which is listed as missing", sdk, pattern))
			}
		}
	}
	for sdk, names := range l.seen {
		for name := range names {
			problems = append(problems, fmt.Errorf("%s: %s was seen, but is not among the operations", sdk, name))
		}
	}
	return out, errors.Join(problems...)
}

// missingFrom is the pattern and the reason for which an operation is missing.
func missingFrom(sdk, name string) (pattern, reason string) {
	group, _, _ := strings.Cut(name, ".")
	for _, pattern := range []string{name, group + ".*"} {
		if reason := missing[strings.Fields(sdk)[0]][pattern]; reason != "" {
			return pattern, reason
		}
	}
	return "", ""
}

// module is an SDK's name with the version that go.mod asks for.
func module(name string) string {
	text, err := os.ReadFile("../../go.mod")
	if err != nil {
		panic(err)
	}
	m := regexp.MustCompile(`/` + regexp.QuoteMeta(name) + ` (v\S+)`).FindSubmatch(text)
	return name + " " + string(m[1])
}

// methods are the operations of a client, by its type.
func methods(client reflect.Type) []string {
	var list []string
	for m := range client.Methods() {
		list = append(list, client.Elem().Name()+"."+m.Name)
	}
	return list
}

// ofFactory are the operations of every client that a module's factory makes.
func ofFactory[F any]() []string {
	var list []string
	for m := range reflect.TypeFor[F]().Methods() {
		list = append(list, methods(m.Type.Out(0))...)
	}
	return list
}

// summary is the document's part on operations.
func summary(records map[string]record) string {
	var overview, tables strings.Builder
	overview.WriteString("| SDK | works | does not |\n|---|---|---|\n")
	for _, language := range slices.Sorted(maps.Keys(records)) {
		for _, sdk := range slices.Sorted(maps.Keys(records[language])) {
			works, lacks := 0, 0
			fmt.Fprintf(&tables, "### %s (%s)\n\n| operation | here |\n|---|---|\n", sdk, language)
			for _, name := range slices.Sorted(maps.Keys(records[language][sdk])) {
				e := records[language][sdk][name]
				works, lacks = works+map[bool]int{true: 1}[e.Works], lacks+e.Count
				fmt.Fprintf(&tables, "| `%s` | %s |\n", name, e.cell())
			}
			tables.WriteString("\n")
			fmt.Fprintf(&overview, "| %s (%s) | %d | %d |\n", sdk, language, works, lacks)
		}
	}
	return overview.String() + "\n" + tables.String()
}

// cell is what a table says of an operation.
func (e entry) cell() string {
	text := "works"
	if e.Reason != "" {
		text = "**no**: " + e.Reason
		if e.Count > 1 {
			text = fmt.Sprintf("**no** (%d operations): %s", e.Count, e.Reason)
		}
	}
	if len(e.Errors) > 0 {
		text += "; refusals seen: `" + strings.Join(e.Errors, "`, `") + "`"
	}
	return text
}

// must2 is must outside of a test.
func must2[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
