package doctor

import (
	"flag"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"guichet/internal/desk"
	"guichet/internal/desk/connection"
	"guichet/internal/desk/controlplane"
	"guichet/internal/desk/doctor"
	"guichet/internal/platform/secret"
	"guichet/internal/platform/sqlstore"
	"guichet/localcloud"
)

// Most of a test's time is waiting for the cloud, which paces long operations as
// Azure does.
func TestMain(m *testing.M) {
	flag.Parse()
	if err := flag.Set("test.parallel", "8"); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}

// wrong are the codes of what is not in order, sorted and each once.
func wrong(lines []doctor.Line) []string {
	codes := []string{}
	for _, l := range lines {
		if l.State == doctor.Warning || l.State == doctor.Failed {
			codes = append(codes, l.Code)
		}
	}
	slices.Sort(codes)
	return slices.Compact(codes)
}

// TestHealthyConnectionsRaiseNoAlarm: as connected, with the secondary key, after
// a text came in, and without a sign-in.
func TestHealthyConnectionsRaiseNoAlarm(t *testing.T) {
	t.Parallel()
	b := newConnected(t)
	healthy := func(what string, want ...string) {
		t.Helper()
		var codes []string
		for _, l := range b.examine() {
			if l.State != doctor.OK && (l.State != doctor.Skipped || b.signIn != nil) {
				t.Errorf("%s: %s is %s: %s", what, l.Check, l.State, l.Words(doctor.English).Seen)
			}
			codes = append(codes, l.Code)
		}
		for _, code := range want {
			if !slices.Contains(codes, code) {
				t.Errorf("%s: no %s in %v", what, code, codes)
			}
		}
	}
	healthy("as connected", "storedKey.primary", "received.none")

	// What somebody else got wrong is forgotten once a delivery was right.
	b.post("sms", "")
	if got := wrong(b.examine()); !slices.Equal(got, []string{"refused.noToken"}) {
		t.Errorf("a stranger called: %v", got)
	}
	b.control(http.MethodPost, "handset/customers/%2B14255550123/threads/%2B18335550100/messages",
		`{"id":"11111111-1111-4111-8111-111111111111","text":"hello"}`, nil)
	b.eventually("the text comes in", func() bool {
		return slices.ContainsFunc(b.examine(), func(l doctor.Line) bool { return l.Check == "received.sms" && l.Code == "received.at" })
	})
	healthy("after a text", "received.at")

	_, secondary, err := b.used().Keys(t.Context(), localcloud.ResourceGroup, localcloud.ResourceName)
	if err != nil {
		t.Fatal(err)
	}
	_, err = b.Setup().Replace(t.Context(), "test", secret.Text("endpoint="+b.cloud.URL()+"/;accesskey="+secondary.Reveal()))
	if err != nil {
		t.Fatal(err)
	}
	healthy("with the secondary key", "storedKey.secondary")
	b.signIn = nil
	healthy("without a sign-in", "signIn.none")
}

// used is the control plane of the resource's subscription.
func (b *bench) used() *controlplane.Client {
	b.t.Helper()
	c := b.client(tools)
	if err := c.Use(localcloud.SubscriptionID, localcloud.TenantID); err != nil {
		b.t.Fatal(err)
	}
	return c
}

const otherID = "11111111-1111-4111-8111-111111111111"

// faults are what may be wrong, each made on purpose in a healthy connection, or
// in a desk that is not connected when blank. want is all that is said to be
// wrong; beside the fault itself that is what must follow from it.
var faults = []struct {
	name  string
	blank bool
	make  func(b *bench)
	want  []string
	// beside examines from beside the desk, as the command does; only is the one
	// check that is judged, as the others depend on this machine's network.
	beside bool
	only   string
}{
	{name: "nothing is connected", blank: true, make: func(*bench) {}, want: []string{"connection.none"}},
	{name: "the resource was disconnected", make: func(b *bench) {
		if _, err := b.Setup().Disconnect(b.t.Context(), "test"); err != nil {
			b.t.Fatal(err)
		}
	}, want: []string{"connection.disconnected"}},
	{name: "the key file was lost", make: func(b *bench) {
		b.restart(func(o *desk.Options) {
			if err := os.Remove(filepath.Join(o.DataDir, "desk.key")); err != nil {
				b.t.Fatal(err)
			}
		})
	}, want: []string{"connection.sealed"}},
	{name: "a stored value is damaged", make: func(b *bench) {
		b.edit(`UPDATE connection SET resource_name = 'con toso'`)
	}, want: []string{"values.wrong"}},
	{name: "the connection string is another resource's, by its host", blank: true, make: func(b *bench) {
		b.connect(b.at("https://contoso-acs.communication.azure.com"))
		id := strings.Replace(localcloud.ResourceID, localcloud.ResourceName, "fabrikam", 1)
		b.edit(`UPDATE connection SET resource_name = 'fabrikam', resource_id = $1, endpoint = $2`, id, b.cloud.URL())
		b.signIn = nil
	}, want: []string{"texting.noNumber", "values.otherResource"}},

	{name: "nothing listens at the endpoint", blank: true, make: func(b *bench) {
		b.connect(b.at("https://" + b.closedPort()))
		b.signIn = nil
	}, want: []string{"endpoint.unreachable", "texting.noNumber"}},
	{name: "the endpoint's name leads nowhere", blank: true, make: func(b *bench) {
		b.connect(b.at("https://contoso.invalid"))
		b.signIn = nil
	}, want: []string{"endpoint.dns", "texting.noNumber"}},
	{name: "somebody reads along on the way to the endpoint", blank: true, make: func(b *bench) {
		b.connect(b.at(b.secure("localhost", time.Now().Add(time.Hour))))
		b.signIn = nil
	}, want: []string{"endpoint.untrusted", "texting.noNumber"}},
	{name: "the endpoint has a trouble of its own", blank: true, make: func(b *bench) {
		b.connect(b.at(b.serve(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) })))
		b.signIn = nil
	}, want: []string{"endpoint.answer", "key.answer", "texting.noNumber"}},
	{name: "the clock is 6 minutes fast", make: func(b *bench) { b.clock.by.Store(int64(6 * time.Minute)) }, want: []string{"clock.off"}},
	{name: "the clock is 20 minutes slow", make: func(b *bench) { b.clock.by.Store(int64(-20 * time.Minute)) }, want: []string{"clock.refused"}},

	{name: "the primary key was regenerated", make: func(b *bench) {
		b.control(http.MethodPost, "arm/keys?id="+url.QueryEscape(localcloud.ResourceID), `{"keyType":"Primary"}`, nil)
	}, want: []string{"key.refused", "storedKey.rotated"}},
	{name: "the key was regenerated, as seen without a sign-in", make: func(b *bench) {
		b.control(http.MethodPost, "arm/keys?id="+url.QueryEscape(localcloud.ResourceID), `{"keyType":"Primary"}`, nil)
		b.signIn = nil
	}, want: []string{"key.refused"}},
	{name: "keys are switched off on the resource", make: func(b *bench) {
		b.arm(http.MethodPatch, localcloud.ResourceID, `{"properties":{"disableLocalAuth":true}}`)
	}, want: []string{"key.refused", "resource.keysOff"}},
	{name: "the key is another resource's", blank: true, make: func(b *bench) {
		second := groupID + "/providers/Microsoft.Communication/CommunicationServices/second-acs"
		b.arm(http.MethodPut, second, `{"location":"global","properties":{"dataLocation":"France"}}`)
		key, _, err := b.used().Keys(b.t.Context(), localcloud.ResourceGroup, "second-acs")
		if err != nil {
			b.t.Fatal(err)
		}
		b.connect(func(v *connection.Values) {
			v.ConnectionString = secret.Text("endpoint=" + b.cloud.URL() + "/;accesskey=" + key.Reveal())
		})
	}, want: []string{"storedKey.other", "texting.noNumber", "topic.missing"}},
	{name: "the endpoint is not the resource's", blank: true, make: func(b *bench) {
		b.connect(b.at(b.cloud.HTTPURL()))
	}, want: []string{"numbers.missing", "resource.otherEndpoint", "texting.noNumber", "topic.missing"}},

	{name: "the tenant is unknown", make: func(b *bench) {
		b.edit(`UPDATE connection SET tenant_id = $1`, otherID)
	}, want: []string{"subscription.otherTenant", "tenant.unknown"}},
	{name: "the application is unknown", make: func(b *bench) {
		b.edit(`UPDATE connection SET app_id = $1`, otherID)
	}, want: []string{"app.unknown", "application.missing", "subscription.otherApp"}},
	{name: "tenant and application are swapped", make: func(b *bench) {
		b.edit(`UPDATE connection SET app_id = tenant_id, tenant_id = app_id`)
		b.signIn = nil
	}, want: []string{"tenant.swapped"}},
	{name: "Entra ID does not answer", make: func(b *bench) {
		b.restart(func(o *desk.Options) { o.Azure.Authority = "https://localhost:1/" })
		b.signIn = nil
	}, want: []string{"entra.unreachable"}},
	{name: "the application's service principal was deleted", make: func(b *bench) {
		var list struct{ Value []struct{ ID string } }
		b.graph(http.MethodGet, "servicePrincipals?$filter="+url.QueryEscape("appId eq '"+localcloud.WebhookAppID+"'"), "", &list)
		b.graph(http.MethodDelete, "servicePrincipals/"+list.Value[0].ID, "", nil)
	}, want: []string{"app.unknown", "application.noPrincipal"}},
	{name: "the application was deleted", make: func(b *bench) {
		b.graph(http.MethodDelete, "applications(appId='"+localcloud.WebhookAppID+"')", "", nil)
	}, want: []string{"app.unknown", "application.missing"}},

	{name: "the sign-in is refused", make: func(b *bench) {
		in := tools
		in.ClientSecret = "wrong"
		b.signIn = &in
	}, want: []string{"signIn.refused"}},
	{name: "the way to sign in is blocked", make: func(b *bench) {
		b.restart(func(o *desk.Options) { o.Azure.Authority = "https://localhost:1/" })
	}, want: []string{"entra.unreachable", "signIn.failed"}},
	{name: "Azure Resource Manager does not answer", make: func(b *bench) {
		b.restart(func(o *desk.Options) { o.Azure.ResourceManager = "https://localhost:1" })
	}, want: []string{"azure.unreachable"}},
	{name: "who signs in may see nothing of it", make: func(b *bench) { b.newcomer("EventGrid Data Sender") }, want: []string{"rights.lacking"}},
	{name: "who signs in has no role", make: func(b *bench) { b.newcomer("") }, want: []string{"signIn.unseen"}},
	{name: "who signs in may only read", make: func(b *bench) { b.newcomer("Reader") }, want: []string{"rights.lacking"}},
	{name: "Azure Resource Manager fails", make: func(b *bench) {
		b.control(http.MethodPost, "faults", `{"kind":"request","path":"`+localcloud.ResourceID+`","method":"GET","status":400,"code":"Strange"}`, nil)
	}, want: []string{"azure.answer"}},
	{name: "the provider of Event Grid is not registered", make: func(b *bench) {
		b.call(http.MethodPost, b.cloud.URL()+"/subscriptions/"+localcloud.SubscriptionID+
			"/providers/Microsoft.EventGrid/unregister?api-version=2021-04-01", b.token(localcloud.ResourceManagerAudience), "", nil)
	}, want: []string{"provider.unregistered"}},
	{name: "the resource was deleted", make: func(b *bench) {
		b.arm(http.MethodDelete, localcloud.ResourceID, "")
	}, want: []string{"key.refused", "resource.missing"}},

	{name: "the system topic was deleted", make: func(b *bench) {
		for _, kind := range []string{"recording", "sms", "incoming-call"} {
			b.arm(http.MethodDelete, topicID+"/eventSubscriptions/guichet-"+kind, "")
		}
		b.arm(http.MethodDelete, topicID, "")
	}, want: []string{"topic.missing"}},
	{name: "a subscription was deleted", make: func(b *bench) {
		b.arm(http.MethodDelete, topicID+"/eventSubscriptions/guichet-recording", "")
	}, want: []string{"subscription.missing"}},
	{name: "the handshake failed", make: func(b *bench) {
		b.control(http.MethodPost, "faults", `{"kind":"handshake"}`, nil)
		b.subscribe("guichet-sms", func(_, _, _ map[string]any) {})
	}, want: []string{"subscription.handshake"}},
	{name: "a subscription leads elsewhere", make: func(b *bench) {
		elsewhere := b.consenting()
		b.subscribe("guichet-sms", func(_, hook, _ map[string]any) { hook["endpointUrl"] = elsewhere + "/webhooks/sms/x" })
	}, want: []string{"subscription.endpoint"}},
	{name: "a subscription leads to another endpoint of the desk", make: func(b *bench) {
		b.arm(http.MethodDelete, topicID+"/eventSubscriptions/guichet-sms", "")
		b.subscribe("by-hand", func(_, hook, _ map[string]any) { hook["endpointUrl"] = b.webhook("recording") })
	}, want: []string{"subscription.endpoint", "subscription.twice", "subscription.types"}},
	{name: "deliveries carry no token", make: func(b *bench) {
		b.subscribe("guichet-sms", func(_, hook, _ map[string]any) {
			delete(hook, "azureActiveDirectoryTenantId")
			delete(hook, "azureActiveDirectoryApplicationIdOrUri")
		})
	}, want: []string{"refused.noToken", "subscription.handshake", "subscription.noToken"}},
	{name: "deliveries carry another application's token", make: func(b *bench) {
		var app struct{ AppID string }
		b.graph(http.MethodPost, "applications", `{"displayName":"other"}`, &app)
		b.graph(http.MethodPost, "servicePrincipals", `{"appId":"`+app.AppID+`"}`, nil)
		b.subscribe("guichet-sms", func(_, hook, _ map[string]any) { hook["azureActiveDirectoryApplicationIdOrUri"] = app.AppID })
	}, want: []string{"refused.audience", "subscription.handshake", "subscription.otherApp"}},
	{name: "deliveries come in CloudEvents", make: func(b *bench) {
		b.arm(http.MethodDelete, topicID+"/eventSubscriptions/guichet-sms", "")
		b.subscribe("guichet-sms", func(p, _, _ map[string]any) { p["eventDeliverySchema"] = "CloudEventSchemaV1_0" })
	}, want: []string{"subscription.cloudEvents"}},
	{name: "an event type is missing", make: func(b *bench) {
		b.subscribe("guichet-sms", func(_, _, filter map[string]any) {
			filter["includedEventTypes"] = []string{"Microsoft.Communication.SMSReceived"}
		})
	}, want: []string{"subscription.types"}},
	{name: "a subscription chooses by subject", make: func(b *bench) {
		b.subscribe("guichet-sms", func(_, _, filter map[string]any) { filter["subjectBeginsWith"] = "/phonenumber/1" })
	}, want: []string{"subscription.filtered"}},
	{name: "a subscription ends soon", make: func(b *bench) {
		b.subscribe("guichet-sms", func(p, _, _ map[string]any) {
			p["expirationTimeUtc"] = time.Now().Add(time.Hour).UTC().Format(time.RFC3339)
		})
	}, want: []string{"subscription.expires"}},
	{name: "a subscription has ended", make: func(b *bench) {
		b.subscribe("guichet-sms", func(p, _, _ map[string]any) {
			p["expirationTimeUtc"] = time.Now().Add(time.Minute).UTC().Format(time.RFC3339)
		})
		b.clock.by.Store(int64(4 * time.Minute))
	}, want: []string{"subscription.expired"}},
	{name: "two subscriptions deliver to one endpoint", make: func(b *bench) {
		b.subscribe("by-hand", func(_, _, _ map[string]any) {})
	}, want: []string{"subscription.twice"}},

	{name: "Azure cannot call this machine, nor http", make: func(b *bench) {
		b.restart(func(o *desk.Options) { o.Azure.Authority = "https://entra.invalid/" })
		b.signIn = nil
	}, want: []string{"entra.unreachable", "public.http", "public.loopback"}},
	{name: "Azure cannot call an address of one's own network", only: "publicUrl", make: func(b *bench) {
		b.restart(func(o *desk.Options) {
			o.Azure.Authority, o.PublicURL = "https://entra.invalid/", "https://169.254.0.1"
		})
		b.signIn = nil
	}, want: []string{"public.moved", "public.private"}},
	{name: "nothing listens at the public address", make: func(b *bench) {
		b.moved("http://" + b.closedPort())
	}, want: []string{"public.moved", "public.refused"}},
	{name: "the public address takes calls and says nothing", make: func(b *bench) {
		ended := make(chan struct{})
		b.t.Cleanup(func() { close(ended) })
		b.moved(b.serve(func(_ http.ResponseWriter, r *http.Request) {
			select {
			case <-ended:
			case <-r.Context().Done():
			}
		}))
	}, want: []string{"public.moved", "public.silent"}},
	{name: "the public name leads nowhere", make: func(b *bench) {
		b.moved("https://desk.invalid")
	}, want: []string{"public.dns", "public.moved"}},
	{name: "another server answers at the public address", make: func(b *bench) {
		b.moved(b.serve(http.NotFound))
	}, want: []string{"public.moved", "public.other"}},
	{name: "the public address redirects", make: func(b *bench) {
		b.moved(b.serve(func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "https://elsewhere.invalid/", http.StatusMovedPermanently)
		}))
	}, want: []string{"public.moved", "public.redirects"}},
	{name: "the certificate is not trusted", make: func(b *bench) {
		b.moved(b.secure("localhost", time.Now().Add(time.Hour)))
	}, want: []string{"public.moved", "public.untrusted"}},
	{name: "the certificate has expired", make: func(b *bench) {
		b.moved(b.secure("localhost", time.Now().Add(-time.Hour)))
	}, want: []string{"public.expired", "public.moved"}},
	{name: "the certificate has another name", make: func(b *bench) {
		b.moved(b.secure("desk.contoso.example", time.Now().Add(time.Hour)))
	}, want: []string{"public.moved", "public.otherName"}},

	{name: "somebody calls without a token", make: func(b *bench) { b.post("sms", "") }, want: []string{"refused.noToken"}},
	{name: "somebody calls with a token for something else", make: func(b *bench) {
		b.post("sms", b.token(localcloud.ResourceManagerAudience))
	}, want: []string{"refused.audience"}},
	{name: "somebody else than Event Grid calls", make: func(b *bench) {
		b.post("recording", b.token("api://"+localcloud.WebhookAppID))
	}, want: []string{"refused.caller"}},
	{name: "somebody calls with a token of another tenant", make: func(b *bench) {
		var tenant struct{ ID string }
		b.control(http.MethodPost, "entra/tenants", `{"displayName":"Fabrikam","defaultDomain":"fabrikam.onmicrosoft.com"}`, &tenant)
		in := b.register(tenant.ID)
		b.post("sms", b.tokenOf(in, localcloud.ResourceManagerAudience))
	}, want: []string{"refused.tenant"}},
	{name: "tokens have ended, by this server's clock", make: func(b *bench) {
		token := b.token("api://" + localcloud.WebhookAppID)
		b.clock.by.Store(int64(3 * time.Hour))
		b.post("sms", token)
	}, want: []string{"clock.refused", "refused.time"}},
	{name: "Entra's keys cannot be fetched", make: func(b *bench) {
		token := b.token("api://" + localcloud.WebhookAppID)
		b.control(http.MethodPost, "faults", `{"kind":"request","plane":"entra","status":500,"path":"/`+localcloud.TenantID+`/"}`, nil)
		b.restart(func(*desk.Options) {})
		b.post("sms", token)
		b.control(http.MethodDelete, "faults", "", nil)
	}, want: []string{"refused.keys"}},
	{name: "somebody calls with nonsense", make: func(b *bench) { b.post("sms", "x.y.z") }, want: []string{"refused.other"}},

	{name: "an event could not be acted on", make: func(b *bench) {
		b.edit(insertEvent, "failed", sqlstore.Micros(time.Now()), "the event cannot be read")
	}, want: []string{"ledger.failed"}},
	{name: "the desk is stopped and events wait", beside: true, make: func(b *bench) {
		b.stop()
		b.edit(insertEvent, "received", sqlstore.Micros(time.Now().Add(-time.Hour)), "")
		b.edit(insertJob, "ready", 0, sqlstore.Micros(time.Now().Add(-time.Hour)), "", sqlstore.Micros(time.Now()))
	}, want: []string{"jobs.late", "ledger.stuck", "public.refused"}},
	{name: "work was given up", make: func(b *bench) {
		b.edit(insertJob, "dead", 7, 0, "the resource answered 500", sqlstore.Micros(time.Now()))
	}, want: []string{"jobs.dead"}},

	{name: "the resource has a number that the list has not", make: func(b *bench) {
		b.edit(`DELETE FROM phone_number WHERE number = $1`, localcloud.NumberGeographic)
	}, want: []string{"numbers.missing"}},
	{name: "the list has a number that the resource has not", make: func(b *bench) {
		b.edit(`UPDATE phone_number SET number = '+18335550199' WHERE number = $1`, localcloud.NumberGeographic)
	}, want: []string{"numbers.gone", "numbers.missing"}},
	{name: "no number can text", make: func(b *bench) {
		b.edit(`UPDATE phone_number SET sms_inbound = FALSE, sms_outbound = FALSE`)
	}, want: []string{"texting.none"}},
}

const (
	insertEvent = `INSERT INTO ledger (event_key, connection_id, event_id, kind, type, raw, state, reason, received_at, applied_at)
		VALUES ('k', 'c', 'e', 'sms', 'T', '{}', $1, $3, $2, 0)`
	insertJob = `INSERT INTO job (id, kind, unique_key, lane, payload, state, attempts, due_at, lease_until, last_error, created_at)
		VALUES ('j', 'sms.send', 'k', '', 'p', $1, $2, $3, 0, $4, $5)`
)

// moved has the desk say that it is reached at another address. The event
// subscriptions still lead to where it was, so who examines is not signed in.
func (b *bench) moved(publicURL string) {
	b.t.Helper()
	b.restart(func(o *desk.Options) { o.PublicURL = publicURL })
	b.signIn = nil
}

// newcomer has somebody else examine, who has one role in the subscription, or
// none.
func (b *bench) newcomer(role string) {
	b.t.Helper()
	in := b.register(localcloud.TenantID)
	if role != "" {
		b.control(http.MethodPost, "arm/roleAssignments",
			`{"scope":"/subscriptions/`+localcloud.SubscriptionID+`","role":"`+role+`","principalId":"`+in.principalID+`"}`, nil)
	}
	b.signIn = &in.SignIn
}

// registered is a service principal of a test.
type registered struct {
	controlplane.SignIn
	principalID string
}

// register makes an application with a secret in a tenant.
func (b *bench) register(tenantID string) registered {
	b.t.Helper()
	var app struct {
		AppID       string `json:"appId"`
		PrincipalID string `json:"servicePrincipalId"`
	}
	b.control(http.MethodPost, "entra/applications", `{"tenantId":"`+tenantID+`","displayName":"newcomer"}`, &app)
	var added struct{ SecretText string }
	b.control(http.MethodPost, "entra/applications/"+app.AppID+"/secrets", `{}`, &added)
	return registered{controlplane.SignIn{
		Way: controlplane.Secret, TenantID: tenantID, ClientID: app.AppID, ClientSecret: secret.Text(added.SecretText),
	}, app.PrincipalID}
}

// consenting is a webhook that consents to every handshake.
func (b *bench) consenting() string {
	code := regexp.MustCompile(`"validationCode":\s*"([^"]+)"`)
	return b.serve(func(w http.ResponseWriter, r *http.Request) {
		body := make([]byte, 1<<16)
		n, _ := r.Body.Read(body)
		if m := code.FindSubmatch(body[:n]); m != nil {
			_, _ = w.Write([]byte(`{"validationResponse":"` + string(m[1]) + `"}`))
		}
	})
}

// placeholder is what a sentence names and did not get.
var placeholder = regexp.MustCompile(`\{[a-zA-Z]+\}`)

func TestEachFaultIsNamed(t *testing.T) {
	t.Parallel()
	for _, fault := range faults {
		t.Run(fault.name, func(t *testing.T) {
			t.Parallel()
			start := newConnected
			if fault.blank {
				start = newBench
			}
			b := start(t)
			fault.make(b)
			lines := b.look(fault.beside)
			if fault.only != "" {
				lines = slices.DeleteFunc(lines, func(l doctor.Line) bool { return l.Check != fault.only })
			}
			if got := wrong(lines); !slices.Equal(got, fault.want) {
				for _, l := range lines {
					t.Logf("%-28s %-8s %-24s %s", l.Check, l.State, l.Code, l.Words(doctor.English).Seen)
				}
				t.Errorf("it says %v\nand not %v", got, fault.want)
			}
			for _, l := range lines {
				for lang, told := range []doctor.Told{l.Words(doctor.English), l.Words(doctor.French)} {
					bad := l.State == doctor.Warning || l.State == doctor.Failed
					all := told.Title + told.Seen + told.Do + told.Command
					if told.Title == "" || told.Seen == "" || bad && told.Do == "" || placeholder.MatchString(all) {
						t.Errorf("%s in language %d: %+v", l.Code, lang, told)
					}
				}
			}
		})
	}
}

// look examines by the desk itself, or by the rooms that commands open beside it.
func (b *bench) look(beside bool) []doctor.Line {
	b.t.Helper()
	if !beside {
		return b.examine()
	}
	rooms, err := desk.OpenTools(b.t.Context(), desk.ToolOptions{DataDir: b.options.DataDir, Log: b.options.Log})
	if err != nil {
		b.t.Fatal(err)
	}
	defer func() { _ = rooms.Close() }()
	azure, err := rooms.Azure(tools)
	if err != nil {
		b.t.Fatal(err)
	}
	return rooms.Doctor().Examine(b.t.Context(), azure, func(doctor.Line, int) {})
}
