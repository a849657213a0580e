package automatic

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"guichet/localcloud"
)

// az stands in for the Azure CLI: it writes down how it was called, one argument
// a line, and answers what a script asks for.
const az = `#!/bin/sh
for word in "$@"; do printf '%s\n' "$word"; done >>"$CALLS"
echo -- >>"$CALLS"
case "$*" in
*'resource show'*'--query id'*) echo "$RESOURCE" ;;
*'account show --query tenantId'*) echo "$TENANT" ;;
*'account show --query user.type'*) echo servicePrincipal ;;
*'account show --query user.name'*) echo client ;;
*'ad sp show'*) echo me ;;
esac
`

// subscription is an event subscription as ARM has it.
type subscription struct {
	Name       string
	Properties struct {
		EventDeliverySchema string
		Destination         struct {
			Properties struct {
				EndpointBaseURL                        string
				AzureActiveDirectoryTenantID           string
				AzureActiveDirectoryApplicationIDOrURI string
			}
		}
		Filter struct{ IncludedEventTypes []string }
	}
}

// The scripts make what the desk itself makes, value by value: written before
// the desk is connected, compared with what it then did.
func TestScriptsMakeTheSame(t *testing.T) {
	h := newHouse(t)
	target := fields{
		"subscriptionId": localcloud.SubscriptionID, "resourceGroup": localcloud.ResourceGroup, "resourceName": localcloud.ResourceName,
		"appId": localcloud.WebhookAppID,
	}
	h.do("POST", "/api/connection/automatic/script", fields{"format": "az", "target": fields{}}, 422, nil)
	scripts := map[string]string{}
	for _, format := range []string{"az", "bicep", "terraform"} {
		var out struct{ Script string }
		h.do("POST", "/api/connection/automatic/script", fields{"format": format, "target": target}, 200, &out)
		scripts[format] = out.Script
	}
	calls := h.runScript(scripts["az"])

	h.signInAsTools()
	h.run("connect", target, "done")
	topics := "/subscriptions/" + localcloud.SubscriptionID + "/resourceGroups/" + localcloud.ResourceGroup + "/providers/Microsoft.EventGrid/systemTopics"
	var made struct {
		Value []struct {
			Name, Location string
			Properties     struct{ Source, TopicType string }
		}
	}
	h.azure(arm, "GET", topics+"?api-version=2025-02-15", nil, &made)
	topic := made.Value[0]
	got := called(calls, "eventgrid", "system-topic", "create")
	if len(got) != 1 || value(got[0], "--name") != topic.Name || value(got[0], "--location") != topic.Location ||
		!strings.EqualFold(value(got[0], "--topic-type"), topic.Properties.TopicType) || !strings.EqualFold(value(got[0], "--source"), topic.Properties.Source) {
		t.Errorf("the topic %+v is made by %v", topic, got)
	}
	for _, format := range []string{"bicep", "terraform"} {
		for _, want := range []string{topic.Name, topic.Properties.TopicType} {
			if !strings.Contains(strings.ToLower(scripts[format]), strings.ToLower(want)) {
				t.Errorf("%s lacks %s", format, want)
			}
		}
	}
	var list struct{ Value []subscription }
	h.azure(arm, "GET", topics+"/"+topic.Name+"/eventSubscriptions?api-version=2025-02-15", nil, &list)
	if len(list.Value) != 3 {
		t.Fatalf("%d event subscriptions", len(list.Value))
	}
	created := called(calls, "eventgrid", "system-topic", "event-subscription", "create")
	for _, s := range list.Value {
		at := slices.IndexFunc(created, func(call []string) bool { return value(call, "--name") == s.Name })
		if at < 0 {
			t.Errorf("az does not make %s", s.Name)
			continue
		}
		call, hook := created[at], s.Properties.Destination.Properties
		for flag, want := range map[string]string{
			"--endpoint": hook.EndpointBaseURL, "--azure-active-directory-tenant-id": hook.AzureActiveDirectoryTenantID,
			"--azure-active-directory-application-id-or-uri": hook.AzureActiveDirectoryApplicationIDOrURI,
			"--system-topic-name":                            topic.Name, "--event-delivery-schema": strings.ToLower(s.Properties.EventDeliverySchema),
		} {
			if value(call, flag) != want {
				t.Errorf("az: %s of %s is %q, not %q", flag, s.Name, value(call, flag), want)
			}
		}
		types := call[slices.Index(call, "--included-event-types")+1 : slices.Index(call, "--output")]
		if !slices.Equal(slices.Sorted(slices.Values(types)), slices.Sorted(slices.Values(s.Properties.Filter.IncludedEventTypes))) {
			t.Errorf("az: types of %s are %v", s.Name, types)
		}
		for _, format := range []string{"bicep", "terraform"} {
			block := blockOf(scripts[format], s.Name)
			wants := append([]string{hook.EndpointBaseURL, s.Properties.EventDeliverySchema}, s.Properties.Filter.IncludedEventTypes...)
			for _, want := range wants {
				if !strings.Contains(block, want) {
					t.Errorf("%s: %s lacks %s:\n%s", format, s.Name, want, block)
				}
			}
			if n := len(regexp.MustCompile(`Microsoft\.Communication\.\w+`).FindAllString(block, -1)); n != len(s.Properties.Filter.IncludedEventTypes) {
				t.Errorf("%s: %s has %d types", format, s.Name, n)
			}
			if !strings.Contains(scripts[format], hook.AzureActiveDirectoryApplicationIDOrURI) {
				t.Errorf("%s lacks the application", format)
			}
		}
	}
}

// blockOf is the resource in which a name is given.
func blockOf(text, name string) string {
	for _, block := range strings.Split(text, "\nresource ") {
		if strings.Contains(block, "name") && (strings.Contains(block, "'"+name+"'") || strings.Contains(block, `"`+name+`"`)) {
			return block
		}
	}
	return ""
}

func (h *house) runScript(text string) [][]string {
	h.t.Helper()
	dir := h.t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "az"), []byte(az), 0o700); err != nil {
		h.t.Fatal(err)
	}
	file := filepath.Join(dir, "script")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		h.t.Fatal(err)
	}
	cmd := exec.CommandContext(h.t.Context(), "sh", file)
	// Enter, once the five values are in the desk.
	cmd.Stdin = strings.NewReader("\n")
	cmd.Env = append(os.Environ(), "PATH="+dir+":"+os.Getenv("PATH"), "CALLS="+filepath.Join(dir, "calls"),
		"TENANT="+localcloud.TenantID, "RESOURCE="+localcloud.ResourceID)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err != nil {
		h.t.Fatalf("the script: %v\n%s", err, &out)
	}
	raw, err := os.ReadFile(filepath.Join(dir, "calls"))
	if err != nil {
		h.t.Fatal(err)
	}
	var calls [][]string
	for _, call := range strings.Split(string(raw), "\n--\n") {
		calls = append(calls, strings.Split(call, "\n"))
	}
	return calls
}

// called are the calls that begin so.
func called(calls [][]string, words ...string) (found [][]string) {
	for _, call := range calls {
		if len(call) >= len(words) && slices.Equal(call[:len(words)], words) {
			found = append(found, call)
		}
	}
	return found
}

func value(call []string, flag string) string {
	if at := slices.Index(call, flag); at >= 0 && at+1 < len(call) {
		return call[at+1]
	}
	return ""
}
