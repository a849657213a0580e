package script_test

import (
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"guichet/internal/desk/setup/script"
)

var update = flag.Bool("update", false, "renew the golden files")

func plan() script.Plan {
	return script.Plan{
		Desk: "https://desk.contoso.example", SubscriptionID: "5b500000-0000-4000-8000-000000000001", Group: "contoso-rg", Name: "contoso-acs",
		DataLocation: "Europe", GroupLocation: "westeurope", AppName: "Guichet Event Grid webhook", Topic: "contoso-acs-events",
		TopicType: "Microsoft.Communication.CommunicationServices", Providers: []string{"Microsoft.Communication", "Microsoft.EventGrid"},
		Subscriptions: []script.Subscription{
			{Name: "guichet-recording", Endpoint: "https://desk.contoso.example/webhooks/recording/1", EventTypes: []string{"Microsoft.Communication.RecordingFileStatusUpdated"}},
			{Name: "guichet-sms", Endpoint: "https://desk.contoso.example/webhooks/sms/1", EventTypes: []string{"Microsoft.Communication.SMSReceived", "Microsoft.Communication.SMSDeliveryReportReceived"}},
			{Name: "guichet-incoming-call", Endpoint: "https://desk.contoso.example/webhooks/incoming-call/1", EventTypes: []string{"Microsoft.Communication.IncomingCall"}},
		},
	}
}

func plans() map[string]script.Plan {
	existing, fresh := plan(), plan()
	existing.AppID = "a9900000-0000-4000-8000-000000000002"
	fresh.Create, fresh.Name, fresh.Topic = true, "new-acs", "new-acs-events"
	hostile := plan()
	hostile.AppName = `it's "quoted" $(false) ${x} %{y} \`
	hostile.Group = "a(b)-'c'"
	return map[string]script.Plan{"existing": existing, "new": fresh, "hostile": hostile}
}

var endings = map[script.Format]string{script.AzureCLI: "sh", script.Bicep: "bicep", script.Terraform: "tf"}

func TestScriptsAreTheCommittedOnes(t *testing.T) {
	t.Parallel()
	for name, p := range plans() {
		for format, ending := range endings {
			got, err := script.Print(format, p)
			if err != nil {
				t.Fatal(err)
			}
			golden := filepath.Join("testdata", name+"."+ending)
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("%s differs: renew it with -update and look at the difference", golden)
			}
		}
	}
}

// The tools' own checks, as far as they are on this machine; the shell always is.
func TestToolsTakeTheScripts(t *testing.T) {
	t.Parallel()
	for name, p := range plans() {
		for _, c := range []struct {
			format script.Format
			must   bool
			tool   []string
		}{
			{script.AzureCLI, true, []string{"sh", "-n"}},
			{script.AzureCLI, false, []string{"shellcheck", "--shell=sh", "--severity=warning", "-"}},
			{script.Terraform, false, []string{"terraform", "fmt", "-check", "-diff", "-"}},
			{script.Bicep, false, []string{"bicep", "build", "--stdout", "-"}},
		} {
			if _, err := exec.LookPath(c.tool[0]); err != nil && !c.must {
				t.Logf("%s is not here", c.tool[0])
				continue
			}
			text, err := script.Print(c.format, p)
			if err != nil {
				t.Fatal(err)
			}
			cmd := exec.CommandContext(t.Context(), c.tool[0], c.tool[1:]...)
			cmd.Stdin = strings.NewReader(text)
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%s: %s: %v\n%s", name, strings.Join(c.tool, " "), err, out)
			}
		}
	}
}
