// Package httpserver runs one HTTP server on one address with sane limits, a
// log line for each request and a clean stop. It knows no routes.
package httpserver

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"syscall"
	"time"
)

// ErrInUse says that another program listens on the address already.
var ErrInUse = errors.New("the address is already in use")

// Listener is an address taken, on every loopback family when it is
// "localhost".
type Listener struct {
	host      string
	port      int
	listeners []net.Listener
}

// Listen takes host:port; port 0 picks a free one. The host "localhost" means
// 127.0.0.1 and, where the machine has it, ::1 on the same port: clients differ
// in which of the two they try.
func Listen(address string) (*Listener, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, fmt.Errorf("the address %q is not host:port: %w", address, err)
	}
	first := host
	if host == "localhost" {
		first = "127.0.0.1"
	}
	ln, err := net.Listen("tcp", net.JoinHostPort(first, port))
	if err != nil {
		if errors.Is(err, syscall.EADDRINUSE) {
			return nil, fmt.Errorf("%s: %w", address, ErrInUse)
		}
		return nil, fmt.Errorf("cannot listen on %s: %w", address, err)
	}
	l := &Listener{host: host, port: ln.Addr().(*net.TCPAddr).Port, listeners: []net.Listener{ln}}
	if host == "localhost" {
		six, err := net.Listen("tcp", net.JoinHostPort("::1", strconv.Itoa(l.port)))
		switch {
		case err == nil:
			l.listeners = append(l.listeners, six)
		case errors.Is(err, syscall.EADDRINUSE):
			_ = ln.Close()
			return nil, fmt.Errorf("%s (::1): %w", address, ErrInUse)
		}
	}
	return l, nil
}

// Port is the port taken.
func (l *Listener) Port() int { return l.port }

// Authority is host:port as a client writes it.
func (l *Listener) Authority() string {
	host := l.host
	switch host {
	case "", "0.0.0.0", "::":
		host = "localhost"
	}
	return net.JoinHostPort(host, strconv.Itoa(l.port))
}

// Close gives the address back.
func (l *Listener) Close() error {
	var errs []error
	for _, ln := range l.listeners {
		errs = append(errs, ln.Close())
	}
	return errors.Join(errs...)
}

// Loopback says whether address (host:port) can be reached from this machine
// only.
func Loopback(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return false
	}
	if host == "localhost" {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

// Options of Serve.
type Options struct {
	// Handler answers.
	Handler http.Handler
	// TLS turns on https; HTTP/2 is offered as well.
	TLS *tls.Config
	// Log receives what the HTTP server itself complains about; required.
	Log *slog.Logger
	// StopWithin bounds how long running requests may take to end, 10 s when 0.
	StopWithin time.Duration
	// OnStop is called when the stop begins, to end streams that would otherwise
	// hold it up.
	OnStop func()
}

// Serve answers on l until ctx ends, then lets running requests finish.
func Serve(ctx context.Context, l *Listener, o Options) error {
	if o.StopWithin == 0 {
		o.StopWithin = 10 * time.Second
	}
	server := &http.Server{
		Handler:           o.Handler,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       60 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		TLSConfig:         o.TLS,
		ErrorLog:          slog.NewLogLogger(o.Log.Handler(), slog.LevelDebug),
	}
	if o.OnStop != nil {
		server.RegisterOnShutdown(o.OnStop)
	}
	failed := make(chan error, len(l.listeners))
	for _, ln := range l.listeners {
		go func() {
			if o.TLS != nil {
				failed <- server.ServeTLS(ln, "", "")
			} else {
				failed <- server.Serve(ln)
			}
		}()
	}
	select {
	case err := <-failed:
		_ = server.Close()
		return fmt.Errorf("serve %s: %w", l.Authority(), err)
	case <-ctx.Done():
	}
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), o.StopWithin)
	defer cancel()
	if err := server.Shutdown(stop); err != nil {
		_ = server.Close()
	}
	return nil
}
