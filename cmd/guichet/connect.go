package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"time"

	"guichet/internal/desk"
	"guichet/internal/desk/connection"
	"guichet/internal/desk/controlplane"
	"guichet/internal/desk/setup"
	"guichet/internal/desk/setup/script"
	"guichet/internal/platform/secret"
	"guichet/localcloud"
)

// Who provisions on the local cloud, and what.
var (
	localSignIn = controlplane.SignIn{
		Way: controlplane.Secret, TenantID: localcloud.TenantID, ClientID: localcloud.ClientID,
		ClientSecret: secret.Text(localcloud.ClientSecret),
	}
	localTarget = setup.Target{
		SubscriptionID: localcloud.SubscriptionID, ResourceGroup: localcloud.ResourceGroup,
		ResourceName: localcloud.ResourceName, AppID: localcloud.WebhookAppID,
	}
)

// signInFlags say who acts on Azure.
type signInFlags struct {
	SignIn       string `help:"How to sign in to Azure: secret, certificate, managed-identity, device-code or cli (az login)." enum:"secret,certificate,managed-identity,device-code,cli" default:"secret" env:"GUICHET_SIGN_IN"`
	Tenant       string `help:"Tenant to sign in to." env:"AZURE_TENANT_ID" placeholder:"GUID"`
	ClientID     string `help:"Application (client) ID of who signs in." env:"AZURE_CLIENT_ID" name:"client-id" placeholder:"GUID"`
	ClientSecret string `help:"Its secret, or its certificate's password." env:"AZURE_CLIENT_SECRET" placeholder:"SECRET"`
	Certificate  string `help:"Its certificate and key (PEM or PKCS#12)." env:"AZURE_CLIENT_CERTIFICATE_PATH" placeholder:"FILE"`
	Local        bool   `help:"Sign in to the local cloud of the data folder instead, with its well-known values."`
}

func (f signInFlags) signIn(s *shell) (controlplane.SignIn, error) {
	if f.Local {
		return localSignIn, nil
	}
	in := controlplane.SignIn{
		Way: controlplane.Way(f.SignIn), TenantID: f.Tenant, ClientID: f.ClientID, ClientSecret: secret.Text(f.ClientSecret),
		CertificateFile: f.Certificate, ShowCode: func(c controlplane.DeviceLogin) { _, _ = fmt.Fprintln(s.err, c.Message) },
	}
	missing := []string{}
	need := func(flag, value string) {
		if value == "" {
			missing = append(missing, flag)
		}
	}
	if in.Way == controlplane.Secret || in.Way == controlplane.Certificate {
		need("--tenant", f.Tenant)
		need("--client-id", f.ClientID)
	}
	if in.Way == controlplane.Secret {
		need("--client-secret", f.ClientSecret)
	}
	if in.Way == controlplane.Certificate {
		need("--certificate", f.Certificate)
	}
	if len(missing) > 0 {
		return in, fmt.Errorf("signing in by %s needs %s (or choose another way with --sign-in, or --local)", f.SignIn, strings.Join(missing, ", "))
	}
	return in, nil
}

// toolFlags open the desk's rooms beside a running desk.
type toolFlags struct {
	dataFlags
	azureFlags
	signInFlags
	PublicURL string `help:"Where Azure reaches the desk; by default where the desk of this data folder said it is." env:"GUICHET_PUBLIC_URL" name:"public-url" placeholder:"URL"`
	JSON      bool   `help:"Print lines of JSON." name:"json"`
}

// open gives the rooms and a client that acts on Azure.
func (f toolFlags) open(ctx context.Context, s *shell) (*desk.Tools, *controlplane.Client, error) {
	in, err := f.signIn(s)
	if err != nil {
		return nil, nil, err
	}
	tools, err := f.rooms(ctx, s)
	if err != nil {
		return nil, nil, err
	}
	client, err := tools.Azure(in)
	if err != nil {
		return nil, nil, errors.Join(err, tools.Close())
	}
	return tools, client, nil
}

// rooms gives the rooms alone.
func (f toolFlags) rooms(ctx context.Context, s *shell) (*desk.Tools, error) {
	dir, err := absolute(f.Data)
	if err != nil {
		return nil, err
	}
	azure := f.azure()
	if f.Local {
		base, err := announced(dir)
		if err != nil {
			return nil, err
		}
		azure = at(azure, base, filepath.Join(dir, "cloud", "ca.pem"))
	}
	return desk.OpenTools(ctx, desk.ToolOptions{DataDir: dir, DSN: f.DSN, Azure: azure, PublicURL: f.PublicURL, Log: s.log})
}

type connectCmd struct {
	toolFlags
	Subscription  string        `help:"Azure subscription; not needed when one sees only one." placeholder:"GUID"`
	ResourceGroup string        `help:"Resource group of the ACS resource." placeholder:"NAME"`
	Resource      string        `help:"The ACS resource; not needed when there is only one." placeholder:"NAME"`
	AppID         string        `help:"App registration that deliveries are authenticated for; by default one named --app-name is found or made." name:"app-id" placeholder:"GUID"`
	AppName       string        `help:"Name of the app registration to find or make." default:"Guichet Event Grid webhook"`
	Patience      time.Duration `help:"How long one step is tried again while Azure is slow." default:"15m"`
	DryRun        bool          `help:"Only print what would be changed."`
	Remove        bool          `help:"Disconnect and undo exactly what was made in Azure (same as guichet disconnect)."`

	Create        bool   `help:"Make the ACS resource --resource in --resource-group unless it is there."`
	DataLocation  string `help:"Where a new resource keeps its data, such as Europe or United States." default:"Europe"`
	GroupLocation string `help:"Azure region of a new resource group." default:"westeurope"`
	Print         string `help:"Only print the same as a script of az, bicep or terraform, for those whose policy forbids the desk to do it; nobody is signed in. Needs --subscription, --resource-group and --resource." enum:",az,bicep,terraform" default:""`
	TestNumber    string `help:"Send one text to this phone, whose delivery report must come back." placeholder:"E.164"`
	deleteFlags
}

type deleteFlags struct {
	DeleteResource bool `help:"When undoing, also delete the ACS resource if connect made it; one that owns phone numbers is never deleted."`
}

// Run connects a resource to a desk that is running.
func (c *connectCmd) Run(ctx context.Context, s *shell) (err error) {
	if c.Print != "" {
		return c.print(ctx, s)
	}
	tools, azure, err := c.open(ctx, s)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, tools.Close()) }()
	report := c.reporter(s)
	if c.Remove {
		return undo(ctx, tools, azure, c.deleteFlags, report)
	}
	err = tools.Setup().ConnectAutomatically(ctx, azure, setup.Run{
		Target: c.target(), DryRun: c.DryRun, Patience: c.Patience, Report: report, Actor: "shell",
	})
	if errors.Is(err, setup.ErrBlocked) {
		// What blocks was reported, with its cure.
		return errors.New("not connected: do what is said above, then run the same command again; what is done already stays done")
	}
	return err
}

// print writes the script, signing in nowhere.
func (c *connectCmd) print(ctx context.Context, s *shell) (err error) {
	tools, err := c.rooms(ctx, s)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, tools.Close()) }()
	plan, err := tools.Setup().Script(ctx, c.target())
	if err != nil {
		return errors.New(tools.Setup().Words(err) + " (--subscription, --resource-group, --resource)")
	}
	text, err := script.Print(script.Format(c.Print), plan)
	if err != nil {
		return err
	}
	_, err = fmt.Fprint(s.out, text)
	return err
}

func (c *connectCmd) target() setup.Target {
	return setup.Target{
		SubscriptionID: c.Subscription, ResourceGroup: c.ResourceGroup, ResourceName: c.Resource, AppID: c.AppID, AppName: c.AppName,
		Create: c.Create, DataLocation: c.DataLocation, GroupLocation: c.GroupLocation, TestNumber: c.TestNumber,
	}
}

func (f toolFlags) reporter(s *shell) func(setup.Progress) {
	if f.JSON {
		out := json.NewEncoder(s.out)
		return func(p setup.Progress) { _ = out.Encode(p) }
	}
	return func(p setup.Progress) { printProgress(s.out, p) }
}

// printProgress prints what a step came to; that it began is not worth a line.
func printProgress(w io.Writer, p setup.Progress) {
	if p.State == setup.Running {
		return
	}
	words := map[setup.StepState]string{
		setup.Right: "is right", setup.Done: "done", setup.Would: "would be changed", setup.Waiting: "waiting", setup.Blocked: "BLOCKED",
	}
	line := fmt.Sprintf("  %-14s %s", p.Step, words[p.State])
	if p.Detail != "" {
		line += ": " + p.Detail
	}
	if p.State == setup.Waiting {
		line += fmt.Sprintf(" (for %s, again in %s, at most %s)", duration(p.WaitedSeconds), duration(p.RetryInSeconds), duration(p.PatienceSeconds))
	}
	_, _ = fmt.Fprintln(w, line)
	if p.Command != "" {
		_, _ = fmt.Fprintln(w, "                 "+p.Command)
	}
}

func duration(seconds int) time.Duration { return time.Duration(seconds) * time.Second }

type disconnectCmd struct {
	toolFlags
	deleteFlags
}

// Run disconnects the desk and undoes what connect made.
func (c *disconnectCmd) Run(ctx context.Context, s *shell) (err error) {
	tools, azure, err := c.open(ctx, s)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, tools.Close()) }()
	return undo(ctx, tools, azure, c.deleteFlags, c.reporter(s))
}

func undo(ctx context.Context, tools *desk.Tools, azure *controlplane.Client, f deleteFlags, report func(setup.Progress)) error {
	err := tools.Setup().Undo(ctx, azure, setup.Undoing{Actor: "shell", DeleteResource: f.DeleteResource, Report: report})
	if errors.Is(err, connection.ErrNone) {
		return errors.New("the desk was never connected: there is nothing to undo")
	}
	return err
}
