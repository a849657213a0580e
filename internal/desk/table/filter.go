package table

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
)

// maxDepth bounds how deep a $filter nests, maxFilter how long it is in bytes.
const (
	maxDepth  = 32
	maxFilter = 8 << 10
)

// condition says whether a row is wanted.
type condition func(values map[string]any) bool

// parseFilter reads a $filter: eq, ne, gt, ge, lt, le, and, or, not, contains,
// startswith, endswith, parentheses; literals are quoted texts, ids, moments,
// dates, whole numbers and null. As in Dataverse texts are compared without
// regard to case.
func (t *Table) parseFilter(expression string) (condition, error) {
	if len(expression) > maxFilter {
		return nil, refuse(codeQuery, "The $filter is longer than %d characters.", maxFilter)
	}
	tokens, err := tokenize(expression)
	if err != nil {
		return nil, err
	}
	p := &filterParser{table: t, expression: expression, tokens: tokens}
	c, err := p.either(0)
	if err == nil && p.at < len(p.tokens) {
		err = p.syntaxError()
	}
	return c, err
}

// token is a word, a quoted text or one of ( ) , and where it begins.
type token struct {
	text   string
	quoted bool
	at     int
}

func tokenize(s string) ([]token, error) {
	var tokens []token
	for i := 0; i < len(s); {
		start := i
		switch s[i] {
		case ' ', '\t':
			i++
		case '(', ')', ',':
			i++
			tokens = append(tokens, token{text: s[start:i], at: start})
		case '\'':
			value, length, ok := quoted(s[i:])
			if !ok {
				return nil, refuse(codeQuery, "There is an unterminated string literal at position %d in '%s'.", len(s), s)
			}
			i += length
			tokens = append(tokens, token{text: value, quoted: true, at: start})
		default:
			for i < len(s) && !strings.ContainsRune(" \t(),'", rune(s[i])) {
				i++
			}
			tokens = append(tokens, token{text: s[start:i], at: start})
		}
	}
	return tokens, nil
}

// quoted reads a text in quotes at the beginning of s, in which a quote is
// doubled, and tells its length with them.
func quoted(s string) (value string, length int, ok bool) {
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		if s[i] != '\'' {
			b.WriteByte(s[i])
			continue
		}
		if i+1 == len(s) || s[i+1] != '\'' {
			return b.String(), i + 1, true
		}
		b.WriteByte('\'')
		i++
	}
	return "", 0, false
}

type filterParser struct {
	table      *Table
	expression string
	tokens     []token
	at         int
}

// peek is the next token; at the end it is empty.
func (p *filterParser) peek() token {
	if p.at < len(p.tokens) {
		return p.tokens[p.at]
	}
	return token{at: len(p.expression)}
}

// take takes the next token when it is this word or sign.
func (p *filterParser) take(word string) bool {
	next := p.peek()
	if next.quoted || next.text != word || word == "" {
		return false
	}
	p.at++
	return true
}

func (p *filterParser) syntaxError() error {
	return refuse(codeQuery, "Syntax error at position %d in '%s'.", p.peek().at, p.expression)
}

func (p *filterParser) either(depth int) (condition, error) {
	left, err := p.both(depth)
	for err == nil && p.take("or") {
		var right condition
		one := left
		right, err = p.both(depth)
		left = func(v map[string]any) bool { return one(v) || right(v) }
	}
	return left, err
}

func (p *filterParser) both(depth int) (condition, error) {
	left, err := p.single(depth)
	for err == nil && p.take("and") {
		var right condition
		one := left
		right, err = p.single(depth)
		left = func(v map[string]any) bool { return one(v) && right(v) }
	}
	return left, err
}

func (p *filterParser) single(depth int) (condition, error) {
	if depth > maxDepth {
		return nil, refuse(codeQuery, "The $filter nests deeper than %d.", maxDepth)
	}
	switch {
	case p.take("not"):
		c, err := p.single(depth + 1)
		return func(v map[string]any) bool { return !c(v) }, err
	case p.take("("):
		c, err := p.either(depth + 1)
		if err == nil && !p.take(")") {
			err = p.syntaxError()
		}
		return c, err
	}
	name := p.peek()
	if name.quoted || name.text == "" || name.text == ")" || name.text == "," {
		return nil, p.syntaxError()
	}
	p.at++
	if p.take("(") {
		return p.function(name.text)
	}
	return p.comparison(name.text)
}

// functions are those on texts, both of which are in lower case.
var functions = map[string]func(value, part string) bool{
	"contains": strings.Contains, "startswith": strings.HasPrefix, "endswith": strings.HasSuffix,
}

func (p *filterParser) function(name string) (condition, error) {
	match := functions[name]
	if match == nil {
		return nil, refuse(codeQuery, "An unknown function with name '%s' was found. This may also be a function import or a key lookup "+
			"on a navigation property, which is not allowed.", name)
	}
	first := p.peek()
	if first.quoted || first.text == "" || first.text == ")" {
		return nil, p.syntaxError()
	}
	p.at++
	c, err := p.table.column(first.text, true)
	if err != nil {
		return nil, err
	}
	if !p.take(",") {
		return nil, p.syntaxError()
	}
	part := p.peek()
	if !part.quoted || c.kind != text {
		return nil, refuse(codeQuery, "No function signature for the function with name '%s' matches the specified arguments.", name)
	}
	p.at++
	if !p.take(")") {
		return nil, p.syntaxError()
	}
	wanted := strings.ToLower(part.text)
	return func(v map[string]any) bool {
		value, _ := v[c.name].(string)
		return match(strings.ToLower(value), wanted)
	}, nil
}

// operators say of the comparison of a value with a literal (-1, 0, 1) whether
// it is wanted. name is how refusals call the operator.
var operators = map[string]struct {
	name   string
	wanted func(int) bool
}{
	"eq": {"Equal", func(c int) bool { return c == 0 }},
	"ne": {"NotEqual", func(c int) bool { return c != 0 }},
	"gt": {"GreaterThan", func(c int) bool { return c > 0 }},
	"ge": {"GreaterThanOrEqual", func(c int) bool { return c >= 0 }},
	"lt": {"LessThan", func(c int) bool { return c < 0 }},
	"le": {"LessThanOrEqual", func(c int) bool { return c <= 0 }},
}

func (p *filterParser) comparison(name string) (condition, error) {
	c, err := p.table.column(name, true)
	if err != nil {
		return nil, err
	}
	op, ok := operators[p.peek().text]
	if !ok || p.peek().quoted {
		return nil, p.syntaxError()
	}
	p.at++
	literal := p.peek()
	if p.at == len(p.tokens) || !literal.quoted && strings.Contains("(),", literal.text) {
		return nil, p.syntaxError()
	}
	p.at++
	if !literal.quoted && literal.text == "null" {
		// No column of these tables is empty.
		wanted := op.name == "NotEqual"
		return func(map[string]any) bool { return wanted }, nil
	}
	want, is, ok := c.kind.literal(literal)
	if !ok {
		return nil, refuse(codeQuery, "A binary operator with incompatible types was detected. Found operand types '%s' and '%s' for "+
			"operator kind '%s'.", c.kind, is, op.name)
	}
	return func(v map[string]any) bool { return op.wanted(compare(v[c.name], want)) }, nil
}

// literal reads a literal for a column of kind k; is tells what it is when it
// does not fit.
func (k kind) literal(t token) (value any, is kind, ok bool) {
	if t.quoted {
		return t.text, text, k == text && utf8.ValidString(t.text)
	}
	if id, err := uuid.Parse(t.text); err == nil && len(t.text) == 36 {
		return id.String(), guid, k == guid
	}
	if n, err := strconv.ParseInt(t.text, 10, 64); err == nil {
		return n, long, k == whole || k == long
	}
	for _, layout := range []string{time.RFC3339Nano, time.DateOnly} {
		if at, err := time.Parse(layout, t.text); err == nil {
			return at, moment, k == moment
		}
	}
	return nil, "Edm.Untyped", false
}

// compare orders two values of one kind.
func compare(a, b any) int {
	switch a := a.(type) {
	case time.Time:
		return a.Compare(b.(time.Time))
	case int64:
		b := b.(int64)
		switch {
		case a < b:
			return -1
		case a > b:
			return 1
		}
		return 0
	}
	one, _ := a.(string)
	other, _ := b.(string)
	return strings.Compare(strings.ToLower(one), strings.ToLower(other))
}
