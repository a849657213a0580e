package eventgrid

import (
	"encoding/json"
	"slices"
	"strings"
	"unicode/utf8"
)

// Limits of a subscription's advanced filters: filters, and values overall.
const (
	maxFilters     = 25
	maxValues      = 25
	maxStringValue = 512
)

// complete fills in the event types of a system topic and checks the filters.
func (f *Filter) complete(t *Topic) error {
	types := topicTypes[strings.ToLower(t.TopicType)]
	if slices.ContainsFunc(f.IncludedEventTypes, func(s string) bool { return strings.EqualFold(s, "All") }) {
		f.IncludedEventTypes = nil
	}
	if f.IncludedEventTypes == nil {
		for _, et := range types.Events {
			if et.Default {
				f.IncludedEventTypes = append(f.IncludedEventTypes, et.Name)
			}
		}
	}
	if types.Events != nil {
		for _, name := range f.IncludedEventTypes {
			if !slices.ContainsFunc(types.Events, func(et EventType) bool { return et.Name == name }) {
				return invalid("The event type '%s' is not supported by the topic type '%s'.", name, t.TopicType)
			}
		}
	}
	_, err := f.compile()
	return err
}

// compiledFilter is a filter ready to be applied.
type compiledFilter struct {
	types         map[string]bool
	begins, ends  string
	caseSensitive bool
	advanced      []condition
}

// compile checks the advanced filters.
func (f *Filter) compile() (*compiledFilter, error) {
	c := &compiledFilter{begins: f.SubjectBeginsWith, ends: f.SubjectEndsWith, caseSensitive: f.IsSubjectCaseSensitive}
	if f.IncludedEventTypes != nil {
		c.types = map[string]bool{}
		for _, name := range f.IncludedEventTypes {
			c.types[name] = true
		}
	}
	if !c.caseSensitive {
		c.begins, c.ends = strings.ToLower(c.begins), strings.ToLower(c.ends)
	}
	if len(f.AdvancedFilters) > maxFilters {
		return nil, invalid("The number of advanced filters must not exceed %d.", maxFilters)
	}
	values := 0
	for _, a := range f.AdvancedFilters {
		cond, err := a.compile(f.EnableAdvancedFilteringOnArrays)
		if err != nil {
			return nil, err
		}
		values += cond.values()
		c.advanced = append(c.advanced, cond)
	}
	if values > maxValues {
		return nil, invalid("The number of advanced filter values must not exceed %d in total.", maxValues)
	}
	return c, nil
}

// matches applies the filter to an event of a source.
func (c *compiledFilter) matches(e *Event, source string) bool {
	if c.types != nil && !c.types[e.Type] {
		return false
	}
	subject := e.Subject
	if !c.caseSensitive {
		subject = strings.ToLower(subject)
	}
	if !strings.HasPrefix(subject, c.begins) || !strings.HasSuffix(subject, c.ends) {
		return false
	}
	if len(c.advanced) == 0 {
		return true
	}
	view := fieldView{event: e, source: source}
	for _, cond := range c.advanced {
		value, present := view.lookup(cond.key)
		if !cond.holds(value, present) {
			return false
		}
	}
	return true
}

// fieldView reads fields of an event by the keys of filters.
type fieldView struct {
	event  *Event
	source string
	data   any
	parsed bool
}

// lookup finds a field of the envelope, in the names of either schema, or of the
// data, where dots always nest. present is false when it is missing.
func (v *fieldView) lookup(key string) (value any, present bool) {
	e := v.event
	switch strings.ToLower(key) {
	case "id":
		return e.ID, true
	case "topic", "source":
		var published string
		if json.Unmarshal(e.Extensions["source"], &published) == nil {
			return published, true
		}
		return v.source, true
	case "subject":
		return e.Subject, true
	case "eventtype", "type":
		return e.Type, true
	case "dataversion":
		return e.DataVersion, true
	case "specversion":
		return "1.0", true
	case "data":
		return v.decoded(), true
	}
	first, rest, nested := strings.Cut(key, ".")
	if strings.EqualFold(first, "data") && nested {
		return descend(v.decoded(), rest)
	}
	if raw, ok := e.Extensions[key]; ok {
		var value any
		if json.Unmarshal(raw, &value) == nil {
			return value, true
		}
	}
	return nil, false
}

func (v *fieldView) decoded() any {
	if !v.parsed {
		v.parsed = true
		_ = json.Unmarshal(v.event.Data, &v.data)
	}
	return v.data
}

func descend(value any, path string) (any, bool) {
	for name := range strings.SplitSeq(path, ".") {
		object, ok := value.(map[string]any)
		if !ok {
			return nil, false
		}
		if value, ok = object[name]; !ok {
			return nil, false
		}
	}
	return value, true
}

// condition is a compiled advanced filter.
type condition struct {
	key    string
	op     operator
	arrays bool

	strings []string
	numbers []float64
	ranges  [][2]float64
	boolean bool
}

func (c *condition) values() int {
	return max(len(c.strings)+len(c.numbers)+len(c.ranges), 1)
}

// compile reads the operator and its values.
func (a AdvancedFilter) compile(arrays bool) (condition, error) {
	c := condition{key: a.Key, arrays: arrays}
	op, ok := operators[strings.ToLower(a.OperatorType)]
	if !ok {
		return c, invalid("The advanced filter operator type '%s' is not valid.", a.OperatorType)
	}
	c.op = op
	if a.Key == "" {
		return c, invalid("The advanced filter key must not be empty.")
	}
	var err error
	switch op.operand {
	case operandNone:
	case operandBool:
		err = json.Unmarshal(a.Value, &c.boolean)
	case operandNumber:
		var n float64
		err = json.Unmarshal(a.Value, &n)
		c.numbers = []float64{n}
	case operandNumbers:
		err = json.Unmarshal(a.Values, &c.numbers)
	case operandRanges:
		err = json.Unmarshal(a.Values, &c.ranges)
	case operandStrings:
		err = json.Unmarshal(a.Values, &c.strings)
	}
	if err != nil || (op.operand >= operandNumbers && len(c.strings)+len(c.numbers)+len(c.ranges) == 0) {
		return c, invalid("The values of the advanced filter %s on '%s' are not valid.", a.OperatorType, a.Key)
	}
	for i, s := range c.strings {
		if utf8.RuneCountInString(s) > maxStringValue {
			return c, invalid("The advanced filter values on '%s' must not exceed %d characters.", a.Key, maxStringValue)
		}
		c.strings[i] = strings.ToLower(s)
	}
	return c, nil
}

// holds applies the condition. A field that is missing or null, or whose type is
// not the operator's, satisfies only the operators that say so. Within an array
// any element will do, and for the negative operators any element that is hit is
// enough to fail.
func (c *condition) holds(value any, present bool) bool {
	switch {
	case c.op.operand == operandNone:
		return (present && value != nil) == c.op.wantPresent
	case !present || value == nil:
		return c.op.missing
	}
	if list, ok := value.([]any); ok {
		if !c.arrays {
			return false
		}
		hit := slices.ContainsFunc(list, func(item any) bool {
			fits, hit := c.op.test(c, item)
			return fits && hit
		})
		return hit != c.op.negative
	}
	fits, hit := c.op.test(c, value)
	if !fits {
		return c.op.missing
	}
	return hit != c.op.negative
}

// Kinds of operands; those from operandNumbers on are lists.
const (
	operandNone = iota
	operandBool
	operandNumber
	operandNumbers
	operandRanges
	operandStrings
)

// operator is an operator of advanced filters.
type operator struct {
	operand int
	// negative operators hold when the test hits nothing.
	negative bool
	// missing is the outcome when the field is not there.
	missing bool
	// wantPresent is for the two operators without operand.
	wantPresent bool
	// test says whether the value is of the operator's type, and hit.
	test func(c *condition, value any) (fits, hit bool)
}

var operators = map[string]operator{
	"numberin":                  {operand: operandNumbers, test: inNumbers},
	"numbernotin":               {operand: operandNumbers, test: inNumbers, negative: true, missing: true},
	"numberlessthan":            {operand: operandNumber, test: compare(func(v, n float64) bool { return v < n })},
	"numberlessthanorequals":    {operand: operandNumber, test: compare(func(v, n float64) bool { return v <= n })},
	"numbergreaterthan":         {operand: operandNumber, test: compare(func(v, n float64) bool { return v > n })},
	"numbergreaterthanorequals": {operand: operandNumber, test: compare(func(v, n float64) bool { return v >= n })},
	"numberinrange":             {operand: operandRanges, test: inRanges},
	"numbernotinrange":          {operand: operandRanges, test: inRanges, negative: true, missing: true},
	"boolequals": {operand: operandBool, test: func(c *condition, value any) (bool, bool) {
		b, ok := value.(bool)
		return ok, b == c.boolean
	}},
	"stringin":            {operand: operandStrings, test: anyString(func(v, s string) bool { return v == s })},
	"stringnotin":         {operand: operandStrings, test: anyString(func(v, s string) bool { return v == s }), negative: true, missing: true},
	"stringcontains":      {operand: operandStrings, test: anyString(strings.Contains)},
	"stringbeginswith":    {operand: operandStrings, test: anyString(strings.HasPrefix)},
	"stringendswith":      {operand: operandStrings, test: anyString(strings.HasSuffix)},
	"stringnotcontains":   {operand: operandStrings, test: anyString(strings.Contains), negative: true},
	"stringnotbeginswith": {operand: operandStrings, test: anyString(strings.HasPrefix), negative: true},
	"stringnotendswith":   {operand: operandStrings, test: anyString(strings.HasSuffix), negative: true},
	"isnullorundefined":   {operand: operandNone},
	"isnotnull":           {operand: operandNone, wantPresent: true},
}

func compare(holds func(v, n float64) bool) func(*condition, any) (bool, bool) {
	return func(c *condition, value any) (bool, bool) {
		v, ok := value.(float64)
		return ok, ok && holds(v, c.numbers[0])
	}
}

func inNumbers(c *condition, value any) (bool, bool) {
	v, ok := value.(float64)
	return ok, ok && slices.Contains(c.numbers, v)
}

func inRanges(c *condition, value any) (bool, bool) {
	v, ok := value.(float64)
	return ok, ok && slices.ContainsFunc(c.ranges, func(r [2]float64) bool { return r[0] <= v && v <= r[1] })
}

// anyString tests without regard to case; the condition's strings are in lower
// case already.
func anyString(holds func(v, s string) bool) func(*condition, any) (bool, bool) {
	return func(c *condition, value any) (bool, bool) {
		v, ok := value.(string)
		if !ok {
			return false, false
		}
		v = strings.ToLower(v)
		return true, slices.ContainsFunc(c.strings, func(s string) bool { return holds(v, s) })
	}
}
