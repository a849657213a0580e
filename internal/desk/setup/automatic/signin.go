package automatic

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"

	"guichet/internal/desk/connection"
	"guichet/internal/desk/controlplane"
	"guichet/internal/platform/problem"
)

// SignInState is how far a sign-in has come.
type SignInState string

// The states of a sign-in.
const (
	SignedOut SignInState = "none"
	// SigningIn: Entra is asked, or, with a code, the user has to enter it.
	SigningIn    SignInState = "pending"
	SignedIn     SignInState = "signed-in"
	SignInFailed SignInState = "failed"
)

// signInLasts bounds how long an unused sign-in is kept, codeLasts how long Entra
// takes a code (reference: device authorization grant, expires_in 900).
const (
	signInLasts = time.Hour
	codeLasts   = 15 * time.Minute
)

// signIn is a user's sign-in to Azure.
type signIn struct {
	ask    controlplane.SignIn
	client *controlplane.Client
	state  SignInState
	code   controlplane.DeviceLogin
	me     controlplane.Identity
	reason *problem.Error
	ends   time.Time
	cancel func()
}

// SignInView is a sign-in without its secret.
type SignInView struct {
	State SignInState
	Way   controlplane.Way
	// Code and URL are what the user has to enter, and where, until Ends.
	Code, URL string
	Ends      time.Time
	// Who signed in, and to which tenant.
	Who, TenantID string
	// Reason says why it failed.
	Reason *problem.Error
}

// Ways are the ways to sign in from the page, each with whether this machine
// offers it. Managed identity and az login ask Microsoft's own cloud.
func (a *Automatic) Ways() map[controlplane.Way]bool {
	public := a.Setup.Azure.Authority == connection.PublicAzure.Authority
	_, err := exec.LookPath("az")
	return map[controlplane.Way]bool{
		controlplane.DeviceCode:      true,
		controlplane.Secret:          true,
		controlplane.ManagedIdentity: public && onAzure(),
		controlplane.AzureCLI:        public && err == nil,
	}
}

// azureTag is the chassis asset tag of every virtual machine of Azure.
const azureTag = "7783-7084-3265-9085-8269-3286-77"

// onAzure says whether this machine has an identity endpoint.
func onAzure() bool {
	if os.Getenv("IDENTITY_ENDPOINT") != "" || os.Getenv("MSI_ENDPOINT") != "" {
		return true
	}
	tag, err := os.ReadFile("/sys/class/dmi/id/chassis_asset_tag")
	return err == nil && strings.TrimSpace(string(tag)) == azureTag
}

// SignIn begins to sign a user in to Azure, in place of an earlier sign-in. It
// returns at once; SignInOf tells how it goes.
func (a *Automatic) SignIn(user string, ask controlplane.SignIn) error {
	if available := a.Ways()[ask.Way]; !available {
		return problem.New(problem.Invalid, "automatic.way").On("way")
	}
	if ask.Way == controlplane.Secret {
		for field, value := range map[string]string{"tenantId": ask.TenantID, "clientId": ask.ClientID, "clientSecret": ask.ClientSecret.Reveal()} {
			if value == "" {
				return problem.New(problem.Invalid, "automatic.required").On(field)
			}
		}
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.life.Err() != nil {
		return problem.New(problem.Unavailable, "busy")
	}
	a.signOut(user)
	s := &signIn{ask: ask, state: SigningIn, ends: a.Clock.Now().Add(codeLasts)}
	ask.ShowCode = func(code controlplane.DeviceLogin) {
		a.mu.Lock()
		defer a.mu.Unlock()
		s.state, s.code, s.ends = SigningIn, code, a.Clock.Now().Add(codeLasts)
		a.Changed()
	}
	client, err := a.Options.SignIn(ask)
	if err != nil {
		return problem.New(problem.Invalid, "automatic.signIn", "answer", "-").Because(err)
	}
	s.client = client
	ctx, cancel := context.WithCancel(a.life)
	s.cancel = cancel
	a.signIns[user] = s
	a.work.Go(func() {
		defer cancel()
		me, err := client.Me(ctx)
		a.mu.Lock()
		defer a.mu.Unlock()
		s.me, s.state, s.ends = me, SignedIn, a.Clock.Now().Add(signInLasts)
		if err != nil {
			s.state, s.reason = SignInFailed, problem.New(problem.Invalid, "automatic.signIn", "answer", brief(err))
		}
		a.Changed()
	})
	return nil
}

func brief(err error) string {
	if failed, ok := errors.AsType[*azidentity.AuthenticationFailedError](err); ok {
		return controlplane.EntraCode(failed)
	}
	return controlplane.Brief(err)
}

// SignInOf is a user's sign-in.
func (a *Automatic) SignInOf(user string) SignInView {
	a.mu.Lock()
	defer a.mu.Unlock()
	s := a.signIns[user]
	if s == nil || s.state == SignedIn && a.signedIn(user) == nil {
		return SignInView{State: SignedOut}
	}
	return SignInView{
		State: s.state, Way: s.ask.Way, Code: s.code.Code, URL: s.code.URL, Ends: s.ends,
		Who: s.me.Name, TenantID: s.me.TenantID, Reason: s.reason,
	}
}

// SignOut forgets a user's sign-in; a run that is on keeps its own.
func (a *Automatic) SignOut(user string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.signOut(user)
}

func (a *Automatic) signOut(user string) {
	if s := a.signIns[user]; s != nil {
		s.cancel()
		delete(a.signIns, user)
	}
}

// signedIn is a sign-in that can be used, or nil.
func (a *Automatic) signedIn(user string) *signIn {
	s := a.signIns[user]
	if s == nil || s.state != SignedIn {
		return nil
	}
	if a.Clock.Now().After(s.ends) {
		a.signOut(user)
		return nil
	}
	return s
}
