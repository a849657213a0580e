package graph

import (
	"errors"
	"fmt"
	"strings"
)

// filter is a parsed $filter. Graph's directory objects know eq, in, startswith,
// and, or; everything else is refused, as it is there without an advanced query.
type filter interface {
	matches(object map[string]any) bool
}

type (
	both   struct{ left, right filter }
	either struct{ left, right filter }
	// equals is a property that is one of some values.
	equals struct {
		property string
		values   []any
	}
	begins struct{ property, prefix string }
)

func (f both) matches(o map[string]any) bool   { return f.left.matches(o) && f.right.matches(o) }
func (f either) matches(o map[string]any) bool { return f.left.matches(o) || f.right.matches(o) }

func (f equals) matches(o map[string]any) bool {
	for _, want := range f.values {
		text, isText := want.(string)
		got, gotText := o[f.property].(string)
		if isText && gotText && strings.EqualFold(got, text) || !isText && o[f.property] == want {
			return true
		}
	}
	return false
}

func (f begins) matches(o map[string]any) bool {
	got, ok := o[f.property].(string)
	return ok && len(got) >= len(f.prefix) && strings.EqualFold(got[:len(f.prefix)], f.prefix)
}

// errSyntax says that a text is no $filter, errUnsupported that it is one which
// Graph does not answer.
var (
	errSyntax      = errors.New("invalid filter clause")
	errUnsupported = errors.New("unsupported filter clause")
)

// maxDepth bounds how deep parentheses nest.
const maxDepth = 32

// parseFilter reads a $filter over the properties that may be filtered by.
func parseFilter(text string, properties map[string]bool) (filter, error) {
	tokens, err := tokenize(text)
	if err != nil {
		return nil, err
	}
	p := &filterParser{tokens: tokens, properties: properties}
	f, err := p.or(0)
	if err != nil {
		return nil, err
	}
	if p.at < len(p.tokens) {
		return nil, fmt.Errorf("%w: syntax error at '%s'", errSyntax, p.tokens[p.at].text)
	}
	return f, nil
}

// token is a word, a quoted text or one of ( ) ,
type token struct {
	text   string
	quoted bool
}

func tokenize(text string) ([]token, error) {
	var tokens []token
	for i := 0; i < len(text); {
		switch ch := text[i]; {
		case ch == ' ' || ch == '\t':
			i++
		case ch == '(' || ch == ')' || ch == ',':
			tokens = append(tokens, token{text: string(ch)})
			i++
		case ch == '\'':
			var value strings.Builder
			for i++; ; i++ {
				if i >= len(text) {
					return nil, fmt.Errorf("%w: there is an unterminated string literal", errSyntax)
				}
				if text[i] == '\'' {
					// A quote inside a text is doubled.
					if i+1 < len(text) && text[i+1] == '\'' {
						i++
					} else {
						break
					}
				}
				value.WriteByte(text[i])
			}
			i++
			tokens = append(tokens, token{text: value.String(), quoted: true})
		default:
			end := i
			for end < len(text) && !strings.ContainsRune(" \t(),'", rune(text[end])) {
				end++
			}
			tokens = append(tokens, token{text: text[i:end]})
			i = end
		}
	}
	return tokens, nil
}

type filterParser struct {
	tokens     []token
	at         int
	properties map[string]bool
}

// word says whether the next token is that word or sign, and takes it.
func (p *filterParser) word(text string) bool {
	if p.at < len(p.tokens) && !p.tokens[p.at].quoted && p.tokens[p.at].text == text {
		p.at++
		return true
	}
	return false
}

func (p *filterParser) next() (token, error) {
	if p.at >= len(p.tokens) {
		return token{}, fmt.Errorf("%w: the clause ends too early", errSyntax)
	}
	p.at++
	return p.tokens[p.at-1], nil
}

func (p *filterParser) expect(text string) error {
	if !p.word(text) {
		return fmt.Errorf("%w: '%s' expected", errSyntax, text)
	}
	return nil
}

func (p *filterParser) or(depth int) (filter, error) {
	left, err := p.and(depth)
	for err == nil && p.word("or") {
		var right filter
		if right, err = p.and(depth); err == nil {
			left = either{left, right}
		}
	}
	return left, err
}

func (p *filterParser) and(depth int) (filter, error) {
	left, err := p.term(depth)
	for err == nil && p.word("and") {
		var right filter
		if right, err = p.term(depth); err == nil {
			left = both{left, right}
		}
	}
	return left, err
}

func (p *filterParser) term(depth int) (filter, error) {
	if depth > maxDepth {
		return nil, fmt.Errorf("%w: it nests too deep", errSyntax)
	}
	if p.word("(") {
		f, err := p.or(depth + 1)
		if err == nil {
			err = p.expect(")")
		}
		return f, err
	}
	t, err := p.next()
	if err != nil {
		return nil, err
	}
	if t.quoted || t.text == ")" || t.text == "," {
		return nil, fmt.Errorf("%w: syntax error at '%s'", errSyntax, t.text)
	}
	switch t.text {
	case "not", "endswith", "contains":
		return nil, fmt.Errorf("%w: operator '%s'", errUnsupported, t.text)
	case "startswith":
		return p.startsWith()
	}
	property, err := p.property(t)
	if err != nil {
		return nil, err
	}
	operator, err := p.next()
	if err != nil {
		return nil, err
	}
	switch operator.text {
	case "eq":
		value, err := p.value()
		return equals{property, []any{value}}, err
	case "in":
		return p.list(property)
	case "ne", "gt", "ge", "lt", "le":
		return nil, fmt.Errorf("%w: operator '%s' for property '%s'", errUnsupported, operator.text, property)
	}
	return nil, fmt.Errorf("%w: syntax error at '%s'", errSyntax, operator.text)
}

func (p *filterParser) property(t token) (string, error) {
	if !p.properties[t.text] {
		return "", fmt.Errorf("%w: property '%s'", errUnsupported, t.text)
	}
	return t.text, nil
}

// value is a quoted text, true, false or null.
func (p *filterParser) value() (any, error) {
	t, err := p.next()
	if err != nil {
		return nil, err
	}
	if t.quoted {
		return t.text, nil
	}
	switch t.text {
	case "true":
		return true, nil
	case "false":
		return false, nil
	case "null":
		return nil, nil
	}
	return nil, fmt.Errorf("%w: '%s' is not a literal", errSyntax, t.text)
}

func (p *filterParser) list(property string) (filter, error) {
	if err := p.expect("("); err != nil {
		return nil, err
	}
	f := equals{property: property}
	for {
		value, err := p.value()
		if err != nil {
			return nil, err
		}
		f.values = append(f.values, value)
		if p.word(",") {
			continue
		}
		return f, p.expect(")")
	}
}

func (p *filterParser) startsWith() (filter, error) {
	if err := p.expect("("); err != nil {
		return nil, err
	}
	t, err := p.next()
	if err != nil {
		return nil, err
	}
	property, err := p.property(t)
	if err == nil {
		err = p.expect(",")
	}
	if err != nil {
		return nil, err
	}
	value, err := p.value()
	if err != nil {
		return nil, err
	}
	prefix, ok := value.(string)
	if !ok {
		return nil, fmt.Errorf("%w: startswith wants a text", errSyntax)
	}
	return begins{property, prefix}, p.expect(")")
}
