package doctor

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"

	"guichet/internal/desk/controlplane"
)

// signIn signs in and finds the resource's subscription.
func (x *exam) signIn(ctx context.Context) {
	if x.unconnected() {
		return
	}
	if x.azure == nil {
		x.say(Skipped, "signIn.none")
		return
	}
	who, err := x.azure.Me(ctx)
	if err != nil {
		if code, refused := controlplane.SignInRefused(err); refused {
			x.say(Failed, "signIn.refused", "code", code)
			return
		}
		x.say(Failed, "signIn.failed", "error", controlplane.Brief(err))
		return
	}
	list, err := x.azure.Subscriptions(ctx)
	if err != nil {
		x.trouble(err)
		return
	}
	wanted := subscriptionOf(x.current.ResourceID)
	i := slices.IndexFunc(list, func(s controlplane.Subscription) bool { return strings.EqualFold(s.ID, wanted) })
	switch {
	case i < 0:
		x.say(Warning, "signIn.unseen")
		return
	case !list[i].Enabled:
		x.say(Failed, "subscription.disabled", "subscriptionName", list[i].Name)
		return
	}
	if err := x.azure.Use(wanted, x.current.TenantID); err != nil {
		x.trouble(err)
		return
	}
	x.signedIn, x.group = true, groupOf(x.current.ResourceID)
	x.say(OK, "signIn.ok", "who", who.Name, "subscriptionName", list[i].Name)
}

// unseen says so and skips, unless the control plane can be asked.
func (x *exam) unseen() bool {
	if x.unconnected() {
		return true
	}
	if !x.signedIn {
		x.say(Skipped, "skipped.signIn")
	}
	return !x.signedIn
}

// trouble is a line for a question that Azure did not answer.
func (x *exam) trouble(err error) {
	answer, answered := errors.AsType[*azcore.ResponseError](err)
	switch {
	case controlplane.Denied(err):
		x.say(Skipped, "azure.denied", "code", answer.ErrorCode)
	case answered:
		x.say(Warning, "azure.answer", "code", controlplane.Brief(err))
	default:
		x.say(Failed, "azure.unreachable", "host", hostOf(x.Azure.ResourceManager), "error", inner(err))
	}
}

// readings are the actions that an examination needs.
var readings = []string{
	"Microsoft.Communication/communicationServices/read", "Microsoft.Communication/communicationServices/listKeys/action",
	"Microsoft.EventGrid/systemTopics/read", "Microsoft.EventGrid/systemTopics/eventSubscriptions/read",
}

func (x *exam) rights(ctx context.Context) {
	if x.unseen() {
		return
	}
	lacking, err := x.azure.Lacking(ctx, x.azure.Scope(x.group), readings)
	switch {
	case err != nil && !controlplane.Denied(err):
		x.trouble(err)
	case err != nil || len(lacking) > 0:
		if lacking == nil {
			lacking = readings
		}
		x.say(Warning, "rights.lacking", "actions", strings.Join(lacking, ", "), "scope", x.azure.Scope(x.group))
	default:
		x.say(OK, "rights.ok")
	}
}

func (x *exam) provider(ctx context.Context) {
	if x.unseen() {
		return
	}
	right := true
	for _, namespace := range controlplane.Providers {
		state, err := x.azure.ProviderState(ctx, namespace)
		switch {
		case err != nil:
			x.trouble(err)
			return
		case state == "Registering":
			right = false
			x.say(Warning, "provider.registering", "namespace", namespace)
		case state != "Registered":
			right = false
			x.say(Failed, "provider.unregistered", "namespace", namespace)
		}
	}
	if right {
		x.say(OK, "provider.ok")
	}
}

func (x *exam) resource(ctx context.Context) {
	if x.unseen() {
		return
	}
	r, err := x.azure.Resource(ctx, x.group, part(x.current.ResourceID, 7))
	switch {
	case controlplane.Missing(err):
		x.say(Failed, "resource.missing")
		return
	case err != nil:
		x.trouble(err)
		return
	}
	x.exists = true
	host := hostOf(r.Endpoint)
	switch {
	case !strings.EqualFold(host, hostOf(x.current.Endpoint)):
		x.say(Failed, "resource.otherEndpoint", "host", host, "ours", hostOf(x.current.Endpoint))
	case r.KeysOff:
		x.say(Failed, "resource.keysOff")
	default:
		x.say(OK, "resource.ok")
	}
}

// missing says so and skips, unless the resource is there.
func (x *exam) missing() bool {
	if x.unseen() {
		return true
	}
	if !x.exists {
		x.say(Skipped, "skipped.resource")
	}
	return !x.exists
}

// storedKey tells which of the resource's keys is the stored one.
func (x *exam) storedKey(ctx context.Context) {
	if x.missing() {
		return
	}
	if x.stored == nil {
		x.say(Skipped, "skipped.sealed")
		return
	}
	primary, secondary, err := x.azure.Keys(ctx, x.group, part(x.current.ResourceID, 7))
	if err != nil {
		x.trouble(err)
		return
	}
	switch key := x.stored.AccessKey(); {
	case key == "":
		x.say(Skipped, "skipped.values")
	case key == primary:
		x.say(OK, "storedKey.primary")
	case key == secondary:
		x.say(OK, "storedKey.secondary")
	case x.keyGood:
		x.say(Failed, "storedKey.other")
	default:
		x.say(Failed, "storedKey.rotated")
	}
}

func (x *exam) application(ctx context.Context) {
	if x.unseen() {
		return
	}
	principal, err := x.azure.Principal(ctx, x.current.AppID)
	registered := false
	if err == nil && principal == "" {
		_, registered, err = x.azure.Application(ctx, x.current.AppID)
	}
	switch {
	case err != nil:
		x.trouble(err)
	case principal != "":
		x.say(OK, "application.ok")
	case registered:
		x.say(Failed, "application.noPrincipal")
	default:
		x.say(Failed, "application.missing")
	}
}
