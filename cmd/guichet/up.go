package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/sync/errgroup"

	"guichet/internal/cloud"
	"guichet/internal/desk"
	"guichet/internal/desk/connection"
	"guichet/internal/desk/controlplane"
	"guichet/internal/desk/entra"
	"guichet/internal/desk/setup"
	"guichet/localcloud"
)

type upCmd struct {
	dataFlags
	deskFlags
	cloudFlags
	Blank bool `help:"Leave the desk unconnected, to walk the manual way." env:"GUICHET_BLANK"`
	JSON  bool `help:"Print one line of JSON when ready." name:"json"`
}

// Run runs the desk and a local cloud in one process, which meet over HTTP only.
// On the first start it connects the desk to the seeded resource.
func (c *upCmd) Run(ctx context.Context, s *shell) error {
	o, err := c.deskFlags.options(s, c.dataFlags)
	if err != nil {
		return err
	}
	local, err := cloud.New(ctx, c.cloudFlags.options(s, o.DataDir, false))
	if err != nil {
		return err
	}
	if err := announce(o.DataDir, local); err != nil {
		return errors.Join(err, local.Close())
	}
	o.Azure = azureAt(local)
	d, err := desk.New(ctx, o)
	if err != nil {
		return errors.Join(err, local.Close())
	}
	signIn, err := c.firstAdministrator(ctx, d)
	if err != nil {
		return errors.Join(err, d.Close(), local.Close())
	}

	// The desk stops before the cloud, so that what it still sends is taken.
	cloudCtx, stopCloud := context.WithCancel(context.WithoutCancel(ctx))
	defer stopCloud()
	halves, halvesCtx := errgroup.WithContext(ctx)
	deskEnded := make(chan struct{})
	halves.Go(func() error {
		defer close(deskEnded)
		return d.Run(halvesCtx)
	})
	halves.Go(func() error {
		go func() {
			<-deskEnded
			stopCloud()
		}()
		return local.Run(cloudCtx)
	})
	halves.Go(func() error {
		if err := c.connect(halvesCtx, s, d, local); err != nil {
			return err
		}
		c.signIn(halvesCtx, s, d)
		said := cloudReady(local)
		said.Desk, said.SignIn = d.URL(), signIn
		return s.say(said, c.JSON)
	})
	return halves.Wait()
}

// connect provisions the seeded resource, unless that was done before.
func (c *upCmd) connect(ctx context.Context, s *shell, d *desk.Desk, local *cloud.Cloud) error {
	if c.Blank {
		return nil
	}
	done, err := d.Setup().Complete(ctx, local.HTTPSURL())
	if err != nil || done {
		return err
	}
	azure, err := d.Azure(localSignIn)
	if err != nil {
		return err
	}
	err = d.Setup().ConnectAutomatically(ctx, azure, setup.Run{
		Target: localTarget,
		Report: func(p setup.Progress) {
			if !c.JSON {
				printProgress(s.err, p)
			}
		},
	})
	if err != nil {
		return fmt.Errorf("connect the desk to the local cloud: %w", err)
	}
	return nil
}

// signIn registers an application of the local cloud by which its users sign in
// to the desk, unless flags name another.
func (c *upCmd) signIn(ctx context.Context, s *shell, d *desk.Desk) {
	if c.EntraTenant != "" {
		return
	}
	azure, err := d.Azure(localSignIn)
	if err == nil {
		var settings entra.Settings
		settings.TenantID = localSignIn.TenantID
		settings.ClientID, settings.ClientSecret, err = azure.ProvisionSignIn(ctx, controlplane.SignInApp{
			Name: "Guichet sign-in", RedirectURI: d.URL() + entra.CallbackPath, Administrator: localcloud.User,
		})
		if err == nil {
			err = d.SignInWithEntra(settings)
		}
	}
	if err != nil && ctx.Err() == nil {
		// The desk works without; Entra ID takes no http address but localhost's.
		s.log.Warn("sign-in with Microsoft stays off", "error", controlplane.Brief(err))
	}
}

// azureAt is Azure at the local cloud: other URLs, nothing else.
func azureAt(local *cloud.Cloud) connection.Azure {
	a := connection.PublicAzure
	base := strings.TrimRight(local.HTTPSURL(), "/")
	return at(a, base, local.CAFile())
}

// at is Azure with every plane at one base.
func at(a connection.Azure, base, ca string) connection.Azure {
	a.Authority, a.ResourceManager, a.Graph, a.CAFile = base+"/", base, base, ca
	return a
}
