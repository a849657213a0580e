package acs

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"

	"guichet/internal/platform/sqlstore"
)

// sipConfig is the SIP routing configuration of a service.
type sipConfig struct {
	Domains map[string]sipDomain `json:"domains,omitempty"`
	Trunks  map[string]sipTrunk  `json:"trunks"`
	// Routes are tried in order.
	Routes []sipRoute `json:"routes"`
}

type sipDomain struct {
	Enabled bool `json:"enabled"`
}

type sipTrunk struct {
	SignalingPort    int        `json:"sipSignalingPort"`
	Enabled          *bool      `json:"enabled,omitempty"`
	DirectTransfer   *bool      `json:"directTransfer,omitempty"`
	PrivacyHeader    string     `json:"privacyHeader,omitempty"`
	IPAddressVersion string     `json:"ipAddressVersion,omitempty"`
	Health           *sipHealth `json:"health,omitempty"`
}

// sipHealth is shown on request; there is nothing to watch before calls exist.
type sipHealth struct {
	TLS     sipStatus `json:"tls"`
	Ping    sipStatus `json:"ping"`
	Overall sipStatus `json:"overall"`
}

type sipStatus struct {
	Status string `json:"status"`
}

type sipRoute struct {
	Name             string   `json:"name"`
	Description      string   `json:"description,omitempty"`
	NumberPattern    string   `json:"numberPattern"`
	Trunks           []string `json:"trunks"`
	CallerIDOverride string   `json:"callerIdOverride,omitempty"`
}

// sipPatch is a merge patch: null removes an entry, routes are replaced whole.
type sipPatch struct {
	Domains map[string]*sipDomain `json:"domains"`
	Trunks  map[string]*sipTrunk  `json:"trunks"`
	Routes  *[]sipRoute           `json:"routes"`
}

// unprocessable is the 422 of the SIP plane: one code, and an inner one that
// says what is wrong.
type unprocessable struct{ inner, message string }

func (e *unprocessable) Error() string { return e.inner + ": " + e.message }

func (e *unprocessable) write(w http.ResponseWriter) {
	type inner struct {
		Code    string `json:"code"`
		Message string `json:"message"`
	}
	const code = "UnprocessableConfiguration"
	w.Header().Set("x-ms-error-code", code)
	writeJSON(w, http.StatusUnprocessableEntity, map[string]any{"error": struct {
		Code    string `json:"code"`
		Message string `json:"message"`
		Inner   inner  `json:"innererror"`
	}{code, "One or more request inputs are not valid.", inner{e.inner, e.message}}})
}

// Bounds of the specification.
const (
	maxSIPEntries     = 250
	maxFQDN           = 249
	maxRouteName      = 256
	maxRoutePattern   = 1024
	maxRouteText      = 1024
	maxSignalingPort  = 65535
	maxCallerOverride = 256
)

var (
	label = `[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?`
	fqdn  = regexp.MustCompile(`^` + label + `(\.` + label + `)+$`)
)

// validPattern compiles a route's pattern. The service uses .NET's expressions;
// those that Go's cannot express (look-around, back references) are refused here.
func validPattern(pattern string) (*regexp.Regexp, bool) {
	if pattern == "" || len(pattern) > maxRoutePattern {
		return nil, false
	}
	re, err := regexp.Compile(pattern)
	return re, err == nil
}

// apply merges a patch into the configuration and checks what comes out.
func (cfg *sipConfig) apply(p sipPatch) error {
	if len(p.Domains) == 0 && len(p.Trunks) == 0 && p.Routes == nil {
		return &unprocessable{"EmptyPatch", "The patch changes nothing."}
	}
	if cfg.Trunks == nil {
		cfg.Trunks = map[string]sipTrunk{}
	}
	if cfg.Domains == nil {
		cfg.Domains = map[string]sipDomain{}
	}
	for name, d := range p.Domains {
		switch {
		case d == nil:
			delete(cfg.Domains, name)
		case len(name) > maxFQDN || !fqdn.MatchString(name):
			return &unprocessable{"InvalidDomain", "A domain is not a fully qualified name."}
		default:
			cfg.Domains[name] = *d
		}
	}
	for name, t := range p.Trunks {
		switch {
		case t == nil:
			delete(cfg.Trunks, name)
		case len(name) > maxFQDN || !fqdn.MatchString(name):
			return &unprocessable{"InvalidTrunkFqdn", "A trunk's FQDN is not valid."}
		default:
			t.Health = nil // read-only
			cfg.Trunks[name] = *t
		}
	}
	if p.Routes != nil {
		cfg.Routes = *p.Routes
	}
	return cfg.check()
}

func (cfg *sipConfig) check() error {
	if len(cfg.Trunks) > maxSIPEntries || len(cfg.Domains) > maxSIPEntries || len(cfg.Routes) > maxSIPEntries {
		return &unprocessable{"TooManyEntries", "At most 250 domains, trunks and routes are allowed."}
	}
	for _, t := range cfg.Trunks {
		if err := t.check(); err != nil {
			return err
		}
	}
	names := map[string]bool{}
	for i, r := range cfg.Routes {
		if r.Name == "" || len(r.Name) > maxRouteName || len(r.Description) > maxRouteText {
			return &unprocessable{"InvalidRouteName", "A route's name must have 1 to 256 characters."}
		}
		if names[r.Name] {
			return &unprocessable{"DuplicatedRoute", "Two routes have the same name."}
		}
		names[r.Name] = true
		if _, ok := validPattern(r.NumberPattern); !ok {
			return &unprocessable{"InvalidRouteNumberPattern", "A route's number pattern is not valid."}
		}
		if len(r.CallerIDOverride) > maxCallerOverride || len(r.Trunks) > maxSIPEntries {
			return &unprocessable{"InvalidRoute", "A route is not valid."}
		}
		for _, name := range r.Trunks {
			if _, ok := cfg.Trunks[name]; !ok {
				return &unprocessable{"MissingTrunk", "A route names a trunk that does not exist."}
			}
		}
		if r.Trunks == nil {
			cfg.Routes[i].Trunks = []string{}
		}
	}
	return nil
}

func (t sipTrunk) check() error {
	if t.SignalingPort < 1 || t.SignalingPort > maxSignalingPort {
		return &unprocessable{"InvalidTrunkPort", "A trunk's signaling port must be between 1 and 65535."}
	}
	for _, word := range []struct{ value, a, b string }{
		{t.PrivacyHeader, "id", "none"}, {t.IPAddressVersion, "ipv4", "ipv6"},
	} {
		if word.value != "" && !strings.EqualFold(word.value, word.a) && !strings.EqualFold(word.value, word.b) {
			return &unprocessable{"InvalidTrunk", "A trunk's privacy header or address version is not valid."}
		}
	}
	return nil
}

const (
	sipByService = `SELECT config FROM acs_sip WHERE service_id = $1`

	upsertSIP = `INSERT INTO acs_sip (service_id, config) VALUES ($1, $2)
		ON CONFLICT (service_id) DO UPDATE SET config = excluded.config`
)

func readSIP(ctx context.Context, q sqlstore.Q, serviceID string) (sipConfig, error) {
	cfg := sipConfig{Trunks: map[string]sipTrunk{}, Routes: []sipRoute{}}
	text, err := sqlstore.One(ctx, q, scanText, sipByService, serviceID)
	if errors.Is(err, sqlstore.ErrNotFound) {
		return cfg, nil
	}
	if err == nil {
		err = json.Unmarshal([]byte(text), &cfg)
	}
	if err != nil {
		return cfg, fmt.Errorf("sip configuration: %w", err)
	}
	return cfg, nil
}

// getSIP is GET /sip, with expand=trunks/health in newer versions.
func (a *ACS) getSIP(c *call) error {
	cfg, err := readSIP(c.r.Context(), a.o.DB.Read(), c.service.ImmutableID)
	if err != nil {
		return err
	}
	if strings.EqualFold(c.r.URL.Query().Get("expand"), "trunks/health") {
		for name, t := range cfg.Trunks {
			t.Health = &sipHealth{sipStatus{"unknown"}, sipStatus{"unknown"}, sipStatus{"unknown"}}
			cfg.Trunks[name] = t
		}
	}
	writeJSON(c.w, http.StatusOK, cfg)
	return nil
}

// patchSIP is PATCH /sip; it answers the whole new configuration.
func (a *ACS) patchSIP(c *call) error {
	var p sipPatch
	if err := decodeNumbers(c.body, &p); err != nil {
		return err
	}
	var cfg sipConfig
	err := a.o.DB.Tx(c.r.Context(), func(tx *sql.Tx) error {
		var err error
		if cfg, err = readSIP(c.r.Context(), tx, c.service.ImmutableID); err != nil {
			return err
		}
		if err := cfg.apply(p); err != nil {
			return err
		}
		text, err := json.Marshal(cfg)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(c.r.Context(), upsertSIP, c.service.ImmutableID, string(text))
		return err
	})
	if err != nil {
		return err
	}
	if cfg.Routes == nil {
		cfg.Routes = []sipRoute{}
	}
	writeJSON(c.w, http.StatusOK, cfg)
	return nil
}

// testRoutes is POST /sip:testRoutesWithNumber: which routes of the configuration
// in the body a number would take, in order.
func (a *ACS) testRoutes(c *call) error {
	target := c.r.URL.Query().Get("targetPhoneNumber")
	if target == "" {
		return badRequest("targetPhoneNumber is required.", "targetPhoneNumber")
	}
	var cfg sipConfig
	if len(bytes.TrimSpace(c.body)) > 0 {
		if err := decodeNumbers(c.body, &cfg); err != nil {
			return err
		}
	}
	if err := cfg.check(); err != nil {
		return err
	}
	out := struct {
		MatchingRoutes []sipRoute `json:"matchingRoutes"`
	}{[]sipRoute{}}
	for _, r := range cfg.Routes {
		if re, ok := validPattern(r.NumberPattern); ok && re.MatchString(target) {
			out.MatchingRoutes = append(out.MatchingRoutes, r)
		}
	}
	writeJSON(c.w, http.StatusOK, out)
	return nil
}

// Trunk is where a call leaves Azure: a session border controller.
type Trunk struct {
	// FQDN and Port are where it listens.
	FQDN string
	Port int
	// CallerID replaces the caller's number, when the route says so.
	CallerID string
}

// Trunks are the trunks that take a service's call to a number, in the order in
// which they are tried: those of the first route that matches, then those of the
// next. Trunks that are disabled are left out.
func (a *ACS) Trunks(ctx context.Context, serviceID, number string) ([]Trunk, error) {
	cfg, err := readSIP(ctx, a.o.DB.Read(), serviceID)
	if err != nil {
		return nil, err
	}
	var list []Trunk
	seen := map[string]bool{}
	for _, r := range cfg.Routes {
		re, ok := validPattern(r.NumberPattern)
		if !ok || !re.MatchString(number) {
			continue
		}
		for _, name := range r.Trunks {
			t, ok := cfg.Trunks[name]
			if !ok || seen[name] || t.Enabled != nil && !*t.Enabled {
				continue
			}
			seen[name] = true
			list = append(list, Trunk{FQDN: name, Port: t.SignalingPort, CallerID: r.CallerIDOverride})
		}
	}
	return list, nil
}
