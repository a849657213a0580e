package sip_test

import (
	"bytes"
	"context"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"guichet/internal/cloud/calling"
	wk "guichet/internal/cloud/wellknown"
	"guichet/internal/platform/audio"
	"guichet/internal/platform/audio/wav"
)

// captures is where Debian's sip-tester keeps the sound that sipp plays.
const captures = "/usr/share/sip-tester"

// sipp runs Debian's sipp, a program of another make, in a folder of its own; the
// function waits for its good end. It is required: .ci/deps installs it.
func sipp(t *testing.T, args ...string) (wait func()) {
	t.Helper()
	program, err := exec.LookPath("sipp")
	if err != nil {
		t.Fatalf("%v: install what .ci/deps names", err)
	}
	dir := t.TempDir()
	if err := os.Symlink(captures, filepath.Join(dir, "pcap")); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 40*time.Second)
	cmd := exec.CommandContext(ctx, program, append(args,
		"-i", "127.0.0.1", "-mi", "127.0.0.1", "-nostdin", "-m", "1", "-timeout", "30", "-timeout_error")...)
	cmd.Dir = dir
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	t.Cleanup(cancel)
	return func() {
		t.Helper()
		if err := <-done; err != nil {
			t.Errorf("sipp: %v\n%s", err, out.String())
		}
	}
}

func TestSippCallsIn(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Skip("sipp plays captures through raw sockets, which only root may open")
	}
	f := start(t)
	address, got := application(t)
	scenario := must(filepath.Abs("testdata/caller.xml"))(t)
	wait := sipp(t, f.trunk.Address(), "-sf", scenario, "-s", strings.TrimPrefix(business, "+"), "-au", sipUser, "-ap", sipPass,
		"-mp", strconv.Itoa(freePort(t)))
	const version = "?api-version=2026-03-12"
	in := f.incoming()
	if in.From.RawID != "4:"+customer {
		t.Errorf("from %s", in.From.RawID)
	}
	f.do("POST", "/calling/callConnections:answer"+version, map[string]any{
		"incomingCallContext": in.IncomingCallContext, "callbackUri": address,
	}, 200, nil)
	id := "/calling/callConnections/" + want(t, got, "CallConnected")["callConnectionId"].(string)
	f.do("POST", id+":startContinuousDtmfRecognition"+version, map[string]any{
		"targetParticipant": map[string]any{"phoneNumber": map[string]any{"value": customer}},
	}, 200, nil)
	user := "8:acs:" + wk.ACSImmutableID + "_0000-2"
	f.control("PUT", "/phones/"+url.PathEscape(user), calling.Behaviour{Does: "answer"}, 200, nil)
	f.do("POST", id+"/participants:add"+version, map[string]any{
		"participantToAdd": map[string]any{"communicationUser": map[string]any{"id": user}},
	}, 202, nil)
	leg := f.legOf(user, "connected")
	until(t, "what sipp plays is heard", func() (struct{}, bool) {
		var data []byte
		f.control("GET", "/legs/"+leg.ID+"/heard", nil, 200, &data)
		sound, err := wav.Load(bytes.NewReader(data), time.Minute)
		return struct{}{}, err == nil && len(sound) > audio.SampleRate && audio.Level(sound) > -45
	})
	if data := want(t, got, "ContinuousDtmfRecognitionToneReceived"); data["tone"] != "one" {
		t.Errorf("%v", data["tone"])
	}
	wait()
	want(t, got, "ParticipantsUpdated")
}

func TestSippIsCalled(t *testing.T) {
	t.Parallel()
	f := start(t)
	port := freePort(t)
	wait := sipp(t, "-sn", "uas", "-p", strconv.Itoa(port), "-mp", strconv.Itoa(freePort(t)))
	f.route(customer, port)
	// sipp takes a moment to listen; until then the trunk is out of order.
	leg := until(t, "sipp answers", func() (calling.LegView, bool) {
		id := f.dial(agent, nil).ID
		l := until(t, "an answer", func() (calling.LegView, bool) {
			var l calling.LegView
			f.control("GET", "/legs/"+id, nil, 200, &l)
			return l, l.State != "ringing"
		})
		return l, l.State == "connected"
	})
	f.control("POST", "/legs/"+leg.ID+"/hangup", nil, 204, nil)
	wait()
}

// freePort is a port that was free a moment ago.
func freePort(t *testing.T) int {
	t.Helper()
	conn := must(net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)}))(t)
	defer func() { _ = conn.Close() }()
	return conn.LocalAddr().(*net.UDPAddr).Port
}
