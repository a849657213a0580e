// Package doctor examines a connection from end to end: the five values, the
// resource, Azure's side of the event deliveries, what came in, the numbers, the
// desk's own work. It changes nothing and owns no table. Each line says what was
// seen and what to do; the sentences, in English and French, are here too.
package doctor

import (
	"context"
	"net/http"
	"sync"
	"time"

	"guichet/internal/desk/connection"
	"guichet/internal/desk/controlplane"
	"guichet/internal/desk/number"
	"guichet/internal/desk/people"
	"guichet/internal/desk/webhook"
	"guichet/internal/platform/clock"
	"guichet/internal/platform/jobs"
)

// State is what a line says of its check.
type State string

// The states of a line.
const (
	OK State = "ok"
	// Warning: it works, or may work, but not as it should.
	Warning State = "warning"
	// Failed: something does not work until it is mended.
	Failed State = "failed"
	// Skipped: it could not be looked at; the line says why.
	Skipped State = "skipped"
)

// Group is where a check belongs.
type Group string

// The groups, in their order.
const (
	GroupConnection Group = "connection"
	GroupAzure      Group = "azure"
	GroupEvents     Group = "events"
	GroupNumbers    Group = "numbers"
	GroupDesk       Group = "desk"
)

// Line is one finding of a check. Words gives it sentences.
type Line struct {
	// Check is the stable name of the check.
	Check string
	Group Group
	State State
	// Code is the stable name of the finding.
	Code string
	// Args are the values that the sentences name; those whose names end in At are
	// times (RFC 3339).
	Args map[string]string
}

// Options of New; all are required.
type Options struct {
	Connections *connection.Connections
	Numbers     *number.Numbers
	Ledger      *webhook.Ledger
	Queue       *jobs.Queue
	People      *people.People
	// Azure is where Azure is; Client is what requests there go through.
	Azure  connection.Azure
	Client *http.Client
	// PublicURL is where Azure reaches the desk, without a slash.
	PublicURL string
	Clock     clock.Clock
}

// Doctor is the room.
type Doctor struct {
	Options
	// caller calls the desk itself as Event Grid would: it trusts the system's
	// authorities only and follows no redirect.
	caller *http.Client

	mu   sync.Mutex
	last Result
	asks chan *controlplane.Client
}

// New makes the room.
func New(o Options) *Doctor {
	// No connection is kept: each call is to prove the whole way.
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.DisableKeepAlives = true
	return &Doctor{
		Options: o, asks: make(chan *controlplane.Client, 1),
		caller: &http.Client{
			Transport: transport, Timeout: 10 * time.Second,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
}

// check is one thing that is looked at.
type check struct {
	name  string
	group Group
	look  func(*exam, context.Context)
}

// checks are all, in their order: what comes later may stand on what was seen
// before.
var checks = []check{
	{"connection", GroupConnection, (*exam).connected},
	{"values", GroupConnection, (*exam).values},
	{"endpoint", GroupConnection, (*exam).endpoint},
	{"clock", GroupConnection, (*exam).clock},
	{"key", GroupConnection, (*exam).key},
	{"tenant", GroupConnection, (*exam).tenant},

	{"signIn", GroupAzure, (*exam).signIn},
	{"rights", GroupAzure, (*exam).rights},
	{"provider", GroupAzure, (*exam).provider},
	{"resource", GroupAzure, (*exam).resource},
	{"storedKey", GroupAzure, (*exam).storedKey},
	{"application", GroupAzure, (*exam).application},

	{"publicUrl", GroupEvents, (*exam).publicURL},
	{"webhooks", GroupEvents, (*exam).webhooks},
	{"topic", GroupEvents, (*exam).topic},
	{"subscription.recording", GroupEvents, subscription(webhook.Recording)},
	{"subscription.sms", GroupEvents, subscription(webhook.SMS)},
	{"subscription.incoming-call", GroupEvents, subscription(webhook.IncomingCall)},
	{"refused", GroupEvents, (*exam).refused},
	{"received.recording", GroupEvents, received(webhook.Recording)},
	{"received.sms", GroupEvents, received(webhook.SMS)},
	{"received.incoming-call", GroupEvents, received(webhook.IncomingCall)},
	{"ledger", GroupEvents, (*exam).ledger},

	{"numbers", GroupNumbers, (*exam).numbers},
	{"texting", GroupNumbers, (*exam).texting},

	{"jobs", GroupDesk, (*exam).jobs},
}

// Total is how many checks an examination has.
func Total() int { return len(checks) }

// checkWithin bounds each check.
const checkWithin = 45 * time.Second

// Examine looks at everything and gives the lines, each also to report as soon as
// it is known, with the number of checks that are done. azure acts on Azure's
// control plane; without it, what only that can tell is skipped.
func (d *Doctor) Examine(ctx context.Context, azure *controlplane.Client, report func(l Line, done int)) []Line {
	x := &exam{Doctor: d, azure: azure}
	for i, c := range checks {
		if ctx.Err() != nil {
			break
		}
		x.now, x.report = c, func(l Line) { report(l, i+1) }
		within, cancel := context.WithTimeout(ctx, checkWithin)
		c.look(x, within)
		cancel()
	}
	return x.lines
}

// Healthy says whether nothing failed.
func Healthy(lines []Line) bool {
	for _, l := range lines {
		if l.State == Failed {
			return false
		}
	}
	return true
}

// exam is one examination.
type exam struct {
	*Doctor
	azure  *controlplane.Client
	now    check
	report func(Line)
	lines  []Line

	// current is the connection, when there is one; stored are its values, when
	// they can be opened.
	current *connection.Connection
	stored  *connection.Values
	// found is what asking about the values told, by code.
	found connection.Findings
	// answers: the endpoint does.
	answers bool
	skew    *time.Duration
	keyGood bool
	// signedIn: the control plane can be asked about the resource's subscription.
	signedIn bool
	group    string
	exists   bool
	events   *[]controlplane.SeenSubscription
}

func (x *exam) say(state State, code string, pairs ...string) {
	l := Line{Check: x.now.name, Group: x.now.group, State: state, Code: code, Args: map[string]string{}}
	for i := 0; i+1 < len(pairs); i += 2 {
		l.Args[pairs[i]] = pairs[i+1]
	}
	// Cures name the resource, and the flags that sign in where Azure is.
	tenant := "…"
	if x.current != nil {
		tenant = x.current.TenantID
	}
	l.Args["signIn"] = "--tenant " + tenant + " --client-id … --client-secret …"
	if here(hostname(x.Azure.Authority)) {
		l.Args["signIn"] = "--local"
	}
	if c := x.current; c != nil {
		for name, value := range map[string]string{
			"name": c.ResourceName, "resourceId": c.ResourceID, "subscription": subscriptionOf(c.ResourceID), "group": groupOf(c.ResourceID),
			"app": c.AppID, "tenant": c.TenantID, "endpoint": c.Endpoint, "url": x.PublicURL,
		} {
			if _, given := l.Args[name]; !given {
				l.Args[name] = value
			}
		}
	}
	x.lines = append(x.lines, l)
	x.report(l)
}

// unconnected says so and skips, unless there is a connection.
func (x *exam) unconnected() bool {
	if x.current == nil {
		x.say(Skipped, "skipped.connection")
	}
	return x.current == nil
}

func moment(t time.Time) string { return t.UTC().Format(time.RFC3339) }
