package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"guichet/internal/cloud"
	"guichet/web"
)

// cloudFlags are the local cloud's own.
type cloudFlags struct {
	CloudHTTPS        string `help:"Address of the local cloud, https; port 0 picks a free one." default:"localhost:8443" env:"GUICHET_CLOUD_HTTPS" name:"cloud-https" placeholder:"HOST:PORT"`
	CloudHTTP         string `help:"Address of its pages and, over http, the same planes." default:"localhost:8090" env:"GUICHET_CLOUD_HTTP" name:"cloud-http" placeholder:"HOST:PORT"`
	CloudSIP          string `help:"Address of the local cloud's SIP trunk for telephones and carriers, as localhost:5060; UDP and TCP, with TLS on the next port; port 0 picks free ones. Without it there is no trunk." env:"GUICHET_CLOUD_SIP" name:"cloud-sip" placeholder:"HOST:PORT"`
	CloudSIPUser      string `help:"User name for callers of the SIP trunk, and for trunks that ask for one." default:"guichet" env:"GUICHET_CLOUD_SIP_USER" name:"cloud-sip-user" placeholder:"NAME"`
	CloudSIPPassword  string `help:"Its password." default:"guichet-local-sip" env:"GUICHET_CLOUD_SIP_PASSWORD" name:"cloud-sip-password" placeholder:"PASSWORD"`
	CloudSIPTransport string `help:"How trunks are reached that do not listen on port 5061: udp, tcp or tls." enum:"udp,tcp,tls" default:"udp" env:"GUICHET_CLOUD_SIP_TRANSPORT" name:"cloud-sip-transport" placeholder:"TRANSPORT"`
	CloudSIPRTP       string `help:"Ports for the sound of SIP calls, as 20000-20999; any free ones when not given." env:"GUICHET_CLOUD_SIP_RTP" name:"cloud-sip-rtp" placeholder:"FIRST-LAST"`
	InsecurePublic    bool   `help:"Let the local cloud listen on other addresses than loopback, although its secrets are public." env:"GUICHET_INSECURE_PUBLIC"`
	RecordingHost     string `help:"Host in the addresses of recorded calls, such as local.asm.skype.com, for clients that take them from there alone; the local cloud's own when not given." env:"GUICHET_CLOUD_RECORDING_HOST" name:"cloud-recording-host" placeholder:"HOST"`
	// Tests of retries would take days by Azure's gaps.
	RetrySchedule []time.Duration `help:"Gaps between attempts to deliver an event; Azure's when not given." env:"GUICHET_CLOUD_RETRY_SCHEDULE" hidden:"" name:"cloud-retry-schedule" placeholder:"GAP,…"`
}

// Validate refuses gaps that are none; kong calls it.
func (f cloudFlags) Validate() error {
	for _, gap := range f.RetrySchedule {
		if gap <= 0 {
			return fmt.Errorf("--cloud-retry-schedule: %s is not a gap", gap)
		}
	}
	return nil
}

func (f cloudFlags) options(s *shell, dir string, ephemeral bool) cloud.Options {
	return cloud.Options{
		DataDir: dir, Ephemeral: ephemeral, HTTPSListen: f.CloudHTTPS, HTTPListen: f.CloudHTTP,
		SIP: cloud.SIP{
			Listen: f.CloudSIP, User: f.CloudSIPUser, Password: f.CloudSIPPassword, Transport: f.CloudSIPTransport, RTP: f.CloudSIPRTP,
		},
		InsecurePublic: f.InsecurePublic, RetrySchedule: f.RetrySchedule, RecordingHost: f.RecordingHost, Log: s.log, Pages: web.Built().Handler,
	}
}

type cloudCmd struct {
	cloudFlags
	Data      string `help:"Data folder; the cloud uses its sub-folder \"cloud\"." default:"./guichet-data" env:"GUICHET_DATA" placeholder:"DIR"`
	Ephemeral bool   `help:"Keep no state." env:"GUICHET_EPHEMERAL"`
	JSON      bool   `help:"Print one line of JSON when ready." name:"json"`
}

// Run runs the local cloud until a signal.
func (c *cloudCmd) Run(ctx context.Context, s *shell) error {
	dir := ""
	if !c.Ephemeral {
		var err error
		if dir, err = absolute(c.Data); err != nil {
			return err
		}
	}
	local, err := cloud.New(ctx, c.options(s, dir, c.Ephemeral))
	if err != nil {
		return err
	}
	if dir != "" {
		err = announce(dir, local)
	}
	if err == nil {
		err = s.say(cloudReady(local), c.JSON)
	}
	if err != nil {
		return errors.Join(err, local.Close())
	}
	return local.Run(ctx)
}

// announcement is where the local cloud of a data folder tells commands its
// address.
func announcement(dir string) string { return filepath.Join(dir, "cloud", "address") }

// announce writes it.
func announce(dir string, local *cloud.Cloud) error {
	if err := os.WriteFile(announcement(dir), []byte(local.HTTPSURL()+"\n"), 0o600); err != nil {
		return fmt.Errorf("the data folder cannot be written: %w", err)
	}
	return nil
}

// announced reads it.
func announced(dir string) (string, error) {
	text, err := os.ReadFile(announcement(dir))
	if errors.Is(err, fs.ErrNotExist) {
		return "", errors.New("no local cloud has run in this data folder: start guichet up or guichet cloud first")
	}
	return strings.TrimSpace(string(text)), err
}

func cloudReady(c *cloud.Cloud) ready {
	return ready{Cloud: c.HTTPSURL(), Pages: c.HTTPURL(), CA: c.CAFile(), SIP: c.SIPAddress(), SIPS: c.SIPSAddress()}
}
