package arm

import (
	"net/http"
	"strings"
	"testing"

	wk "guichet/internal/cloud/wellknown"
)

// A group's name follows Azure's rule, and so is refused before it is made.
func TestNamesOfGroups(t *testing.T) {
	p := newPlane(t)
	p.makeOwner()
	for name, want := range map[string]int{
		strings.Repeat("a", 90): http.StatusCreated, "a_(b)-c.d": http.StatusCreated, "gr%C3%BCn": http.StatusCreated,
		strings.Repeat("a", 91): http.StatusBadRequest, "ends.": http.StatusBadRequest, "a%20b": http.StatusBadRequest, "a%3C": http.StatusBadRequest,
	} {
		a := p.do(http.MethodPut, subscriptionPath+"/resourceGroups/"+name, `{"location":"westeurope"}`)
		if a.Code != want || (want == http.StatusBadRequest && a.code() != "InvalidResourceGroup") {
			t.Errorf("%s: %d %s", name, a.Code, a.Body)
		}
	}
}

// A topic stays where it is and at its source, and keeps the spelling of it.
func TestTopicsDoNotMove(t *testing.T) {
	p := newPlane(t)
	topic := groupPath + "/providers/Microsoft.EventGrid/systemTopics/events"
	put := func(location, source string) answer {
		return p.do(http.MethodPut, topic, `{"location":"`+location+`","properties":{"source":"`+source+
			`","topicType":"Microsoft.Communication.CommunicationServices"}}`)
	}
	if a := put("global", wk.ACSResourceID); a.Code != http.StatusOK {
		t.Fatalf("%d %s", a.Code, a.Body)
	}
	if a := put("westeurope", wk.ACSResourceID); a.Code != http.StatusConflict || a.code() != "InvalidResourceLocation" {
		t.Errorf("moved: %d %s", a.Code, a.Body)
	}
	a := put("Global", strings.ToUpper(wk.ACSResourceID))
	properties, _ := a.body["properties"].(map[string]any)
	if a.Code != http.StatusOK || properties["source"] != wk.ACSResourceID {
		t.Errorf("another spelling: %d %s", a.Code, a.Body)
	}
	custom := groupPath + "/providers/Microsoft.EventGrid/topics/own-topic"
	if a := p.do(http.MethodPut, custom, `{"location":"westeurope"}`); a.Code != http.StatusCreated {
		t.Fatalf("%d %s", a.Code, a.Body)
	}
	if a := p.do(http.MethodPut, custom, `{"location":"northeurope"}`); a.Code != http.StatusConflict {
		t.Errorf("moved: %d %s", a.Code, a.Body)
	}
}

// What is wrong with a body is said by the caller's names.
func TestBodiesThatDoNotFit(t *testing.T) {
	p := newPlane(t)
	for body, want := range map[string]string{
		`"x"`: "a JSON object is expected, not string", `{"tags":{"a":1}}`: "cannot be a number", `[1`: "not valid JSON at position 2", "": "not valid JSON",
	} {
		a := p.do(http.MethodPatch, wk.ACSResourceID, body)
		text := a.Body.String()
		if a.Code != http.StatusBadRequest || a.code() != "InvalidRequestContent" || !strings.Contains(text, want) || strings.Contains(text, "Go ") {
			t.Errorf("%s: %d %s", body, a.Code, a.Body)
		}
	}
}
