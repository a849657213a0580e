package doctor

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	said        = regexp.MustCompile(`(?:say\((?:OK|Warning|Failed|Skipped), |: |code = )"([a-zA-Z]+\.[a-zA-Z]+)"`)
	placeholder = regexp.MustCompile(`\{[a-zA-Z]+\}`)
)

// Every code that a check may say has its sentences, every sentence is said by
// some check, and both languages name the same values.
func TestEveryFindingHasItsSentences(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	codes := map[string]bool{}
	for _, file := range files {
		if strings.HasPrefix(file, "sentences") || strings.HasSuffix(file, "_test.go") || file == "words.go" {
			continue
		}
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range said.FindAllStringSubmatch(string(source), -1) {
			codes[m[1]] = true
		}
	}
	if len(codes) < 60 {
		t.Fatalf("only %d codes were found in the sources", len(codes))
	}
	for code := range codes {
		if _, ok := sentenceOf(code); !ok {
			t.Errorf("%s has no sentences", code)
		}
	}
	for _, part := range []map[string]sentence{connectionSentences, azureSentences, eventSentences, workSentences} {
		for code, s := range part {
			if !codes[code] {
				t.Errorf("%s is said by no check", code)
			}
			for _, both := range []text{s.seen, s.do} {
				named := [2][]string{}
				for lang := range both {
					named[lang] = placeholder.FindAllString(both[lang], -1)
					slices.Sort(named[lang])
					named[lang] = slices.Compact(named[lang])
				}
				if !slices.Equal(named[English], named[French]) || (both[English] == "") != (both[French] == "") {
					t.Errorf("%s differs between the languages: %v", code, both)
				}
			}
		}
	}
	for _, c := range checks {
		if titles[c.name][English] == "" || titles[c.name][French] == "" || groupTitles[c.group][French] == "" {
			t.Errorf("%s has no title", c.name)
		}
	}
}
