package eventgrid

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
)

func TestAdvancedFilters(t *testing.T) {
	const data = `{"text":"Hello World","n":5,"f":2.5,"yes":true,"nothing":null,"list":["red","Green"],"nums":[1,2,3],
		"deep":{"a":{"b":"x"}},"dotted.key":"y"}`
	for _, test := range []struct {
		op, key, values string
		arrays          bool
		want            bool
	}{
		{"NumberIn", "data.n", `[4,5]`, false, true},
		{"NumberIn", "data.n", `[4]`, false, false},
		{"NumberIn", "data.gone", `[4]`, false, false},
		{"NumberIn", "data.text", `[4]`, false, false},
		{"NumberNotIn", "data.n", `[4]`, false, true},
		{"NumberNotIn", "data.n", `[5]`, false, false},
		{"NumberNotIn", "data.gone", `[5]`, false, true},
		{"NumberNotIn", "data.nothing", `[5]`, false, true},
		{"NumberLessThan", "data.n", `6`, false, true},
		{"NumberLessThan", "data.n", `5`, false, false},
		{"NumberLessThan", "data.gone", `5`, false, false},
		{"NumberLessThanOrEquals", "data.n", `5`, false, true},
		{"NumberLessThanOrEquals", "data.n", `4.9`, false, false},
		{"NumberGreaterThan", "data.f", `2.4`, false, true},
		{"NumberGreaterThan", "data.f", `2.5`, false, false},
		{"NumberGreaterThanOrEquals", "data.f", `2.5`, false, true},
		{"NumberInRange", "data.n", `[[1,2],[5,9]]`, false, true},
		{"NumberInRange", "data.n", `[[1,5]]`, false, true},
		{"NumberInRange", "data.n", `[[6,9]]`, false, false},
		{"NumberInRange", "data.gone", `[[0,9]]`, false, false},
		{"NumberNotInRange", "data.n", `[[6,9]]`, false, true},
		{"NumberNotInRange", "data.n", `[[5,9]]`, false, false},
		{"NumberNotInRange", "data.gone", `[[5,9]]`, false, true},
		{"BoolEquals", "data.yes", `true`, false, true},
		{"BoolEquals", "data.yes", `false`, false, false},
		{"BoolEquals", "data.gone", `false`, false, false},
		{"BoolEquals", "data.text", `true`, false, false},
		{"StringIn", "data.text", `["hello world"]`, false, true},
		{"StringIn", "data.text", `["hello"]`, false, false},
		{"StringIn", "data.n", `["5"]`, false, false},
		{"StringNotIn", "data.text", `["hello"]`, false, true},
		{"StringNotIn", "data.text", `["HELLO WORLD"]`, false, false},
		{"StringNotIn", "data.gone", `["x"]`, false, true},
		{"StringContains", "data.text", `["LO WO"]`, false, true},
		{"StringContains", "data.text", `["zzz"]`, false, false},
		{"StringContains", "data.gone", `["x"]`, false, false},
		{"StringBeginsWith", "data.text", `["zzz","HELL"]`, false, true},
		{"StringBeginsWith", "data.text", `["world"]`, false, false},
		{"StringEndsWith", "data.text", `["WORLD"]`, false, true},
		{"StringEndsWith", "data.text", `["hello"]`, false, false},
		{"StringNotContains", "data.text", `["zzz"]`, false, true},
		{"StringNotContains", "data.text", `["zzz","LO"]`, false, false},
		{"StringNotContains", "data.gone", `["x"]`, false, false},
		{"StringNotBeginsWith", "data.text", `["world"]`, false, true},
		{"StringNotBeginsWith", "data.text", `["hello"]`, false, false},
		{"StringNotBeginsWith", "data.gone", `["x"]`, false, false},
		{"StringNotEndsWith", "data.text", `["hello"]`, false, true},
		{"StringNotEndsWith", "data.text", `["world"]`, false, false},
		{"StringNotEndsWith", "data.gone", `["x"]`, false, false},
		{"IsNullOrUndefined", "data.nothing", ``, false, true},
		{"IsNullOrUndefined", "data.gone", ``, false, true},
		{"IsNullOrUndefined", "data.n", ``, false, false},
		{"IsNotNull", "data.n", ``, false, true},
		{"IsNotNull", "data.nothing", ``, false, false},
		{"IsNotNull", "data.gone", ``, false, false},
		// Operators ignore case in their names, dots always nest.
		{"stringin", "data.deep.a.b", `["x"]`, false, true},
		{"StringIn", "data.deep.a.c", `["x"]`, false, false},
		{"StringIn", "data.text.a", `["x"]`, false, false},
		{"StringIn", "data.dotted.key", `["y"]`, false, false},
		// The envelope, in the names of both schemas and in any case.
		{"StringEndsWith", "Subject", `["/Phone"]`, false, true},
		{"StringIn", "EventType", `["` + smsType + `"]`, false, true},
		{"StringIn", "type", `["` + smsType + `"]`, false, true},
		{"StringBeginsWith", "topic", `["/subscriptions/"]`, false, true},
		{"StringBeginsWith", "SOURCE", `["/subscriptions/"]`, false, true},
		{"StringIn", "dataVersion", `["1.0"]`, false, true},
		{"StringIn", "id", `["42"]`, false, true},
		// Arrays: any element hits, and any hit fails a negative operator.
		{"StringIn", "data.list", `["green"]`, true, true},
		{"StringIn", "data.list", `["blue"]`, true, false},
		{"StringIn", "data.list", `["green"]`, false, false},
		{"StringNotIn", "data.list", `["green"]`, true, false},
		{"StringNotIn", "data.list", `["blue"]`, true, true},
		{"StringNotIn", "data.list", `["blue"]`, false, false},
		{"StringContains", "data.list", `["ree"]`, true, true},
		{"StringNotContains", "data.list", `["ree"]`, true, false},
		{"NumberIn", "data.nums", `[3]`, true, true},
		{"NumberNotIn", "data.nums", `[9]`, true, true},
		{"NumberNotIn", "data.nums", `[3]`, true, false},
		{"NumberGreaterThan", "data.nums", `2`, true, true},
		{"NumberGreaterThan", "data.nums", `3`, true, false},
		{"IsNotNull", "data.list", ``, false, true},
	} {
		t.Run(fmt.Sprintf("%s %s %s %v", test.op, test.key, test.values, test.arrays), func(t *testing.T) {
			f := Filter{EnableAdvancedFilteringOnArrays: test.arrays, AdvancedFilters: []AdvancedFilter{{OperatorType: test.op, Key: test.key}}}
			if strings.HasPrefix(test.values, "[") {
				f.AdvancedFilters[0].Values = json.RawMessage(test.values)
			} else if test.values != "" {
				f.AdvancedFilters[0].Value = json.RawMessage(test.values)
			}
			c, err := f.compile()
			if err != nil {
				t.Fatal(err)
			}
			event := Event{ID: "42", Subject: "a/phone", Type: smsType, DataVersion: "1.0", Data: json.RawMessage(data)}
			if got := c.matches(&event, source); got != test.want {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}

func TestSubjectAndTypeFilters(t *testing.T) {
	event := Event{Subject: "/phonenumber/1833", Type: smsType, Data: json.RawMessage(`{}`)}
	for _, test := range []struct {
		filter Filter
		want   bool
	}{
		{Filter{}, true},
		{Filter{SubjectBeginsWith: "/PHONE"}, true},
		{Filter{SubjectBeginsWith: "/PHONE", IsSubjectCaseSensitive: true}, false},
		{Filter{SubjectBeginsWith: "/phone", SubjectEndsWith: "1833"}, true},
		{Filter{SubjectBeginsWith: "/phone", SubjectEndsWith: "1834"}, false},
		{Filter{SubjectBeginsWith: "*"}, false},
		{Filter{IncludedEventTypes: []string{smsType}}, true},
		{Filter{IncludedEventTypes: []string{strings.ToLower(smsType)}}, false},
		{Filter{IncludedEventTypes: []string{}}, false},
		{Filter{IncludedEventTypes: []string{smsType}, AdvancedFilters: []AdvancedFilter{{OperatorType: "IsNotNull", Key: "data.x"}}}, false},
	} {
		c, err := test.filter.compile()
		if err != nil {
			t.Fatal(err)
		}
		if got := c.matches(&event, source); got != test.want {
			t.Errorf("%+v: got %v", test.filter, got)
		}
	}
}

func TestFilterLimits(t *testing.T) {
	in := func(n int) AdvancedFilter {
		values, _ := json.Marshal(strings.Split(strings.TrimSuffix(strings.Repeat("x,", n), ","), ","))
		return AdvancedFilter{OperatorType: "StringIn", Key: "data.x", Values: values}
	}
	many := func(n int) (list []AdvancedFilter) {
		for range n {
			list = append(list, in(1))
		}
		return list
	}
	long, _ := json.Marshal([]string{strings.Repeat("é", 513)})
	limit, _ := json.Marshal([]string{strings.Repeat("é", 512)})
	for name, test := range map[string]struct {
		list []AdvancedFilter
		ok   bool
	}{
		"25 values in one":       {[]AdvancedFilter{in(25)}, true},
		"26 values in one":       {[]AdvancedFilter{in(26)}, false},
		"25 filters":             {many(25), true},
		"26 filters":             {many(26), false},
		"25 values overall":      {[]AdvancedFilter{in(20), in(5)}, true},
		"26 values overall":      {[]AdvancedFilter{in(20), in(6)}, false},
		"512 characters":         {[]AdvancedFilter{{OperatorType: "StringIn", Key: "data.x", Values: limit}}, true},
		"513 characters":         {[]AdvancedFilter{{OperatorType: "StringIn", Key: "data.x", Values: long}}, false},
		"no values":              {[]AdvancedFilter{{OperatorType: "StringIn", Key: "data.x", Values: json.RawMessage(`[]`)}}, false},
		"values of another type": {[]AdvancedFilter{{OperatorType: "NumberIn", Key: "data.x", Values: json.RawMessage(`["a"]`)}}, false},
		"a value missing":        {[]AdvancedFilter{{OperatorType: "NumberLessThan", Key: "data.x"}}, false},
		"an unknown operator":    {[]AdvancedFilter{{OperatorType: "StringLike", Key: "data.x", Values: json.RawMessage(`["a"]`)}}, false},
		"no key":                 {[]AdvancedFilter{{OperatorType: "IsNotNull"}}, false},
	} {
		_, err := (&Filter{AdvancedFilters: test.list}).compile()
		if (err == nil) != test.ok {
			t.Errorf("%s: %v", name, err)
		}
		if _, refusal := errors.AsType[*Invalid](err); err != nil && !refusal {
			t.Errorf("%s: %v is no refusal", name, err)
		}
	}
}

func TestEventTypesOfTopic(t *testing.T) {
	acs := &Topic{Source: source, TopicType: ACSTopicType}
	f := Filter{}
	if err := f.complete(acs); err != nil || len(f.IncludedEventTypes) != 53 {
		t.Errorf("default set: %d, %v", len(f.IncludedEventTypes), err)
	}
	f = Filter{IncludedEventTypes: []string{"All"}}
	if err := f.complete(acs); err != nil || len(f.IncludedEventTypes) != 53 {
		t.Errorf("All: %d, %v", len(f.IncludedEventTypes), err)
	}
	f = Filter{IncludedEventTypes: []string{"Contoso.Nothing"}}
	if err := f.complete(acs); err == nil {
		t.Error("an unknown event type was accepted")
	}
	if got := words("SMSDeliveryReportReceived"); got != "SMS Delivery Report Received" {
		t.Errorf("%q", got)
	}
}

func FuzzFilter(f *testing.F) {
	f.Add(`{"advancedFilters":[{"operatorType":"StringIn","key":"data.a.b","values":["x"]}]}`, `{"a":{"b":"x"}}`)
	f.Add(`{"subjectBeginsWith":"/x","advancedFilters":[{"operatorType":"NumberInRange","key":"data","values":[[1,2]]}]}`, `[1]`)
	f.Fuzz(func(t *testing.T, filter, data string) {
		var parsed Filter
		if json.Unmarshal([]byte(filter), &parsed) != nil {
			return
		}
		c, err := parsed.compile()
		if err != nil {
			return
		}
		c.matches(&Event{Type: smsType, Subject: "/x", Data: json.RawMessage(data)}, source)
	})
}
