package entra

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"guichet/internal/cloud/azerror"
	"guichet/internal/platform/sqlstore"
)

const (
	// deviceLife is how long a user has to enter the code, deviceInterval how long
	// the device has to wait between two questions.
	deviceLife     = 15 * time.Minute
	deviceInterval = 5 * time.Second
)

// The states of a device's request.
const (
	devicePending  = "pending"
	deviceApproved = "approved"
	deviceDeclined = "declined"
	deviceRedeemed = "redeemed"
)

// device is a request for sign-in that somebody else confirms.
type device struct {
	digest, userCode, tenantName, clientID, scope, state, userID string

	polled, expires time.Time
}

const (
	deviceColumns = `digest, user_code, tenant, client_id, scope, state, user_id, polled_us, expires_us`
	insertDevice  = `INSERT INTO entra_devices (` + deviceColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`
	selectDevice  = `SELECT ` + deviceColumns + ` FROM entra_devices WHERE digest = $1`
	selectByCode  = `SELECT ` + deviceColumns + ` FROM entra_devices WHERE user_code = $1`
	pollDevice    = `UPDATE entra_devices SET polled_us = $1 WHERE digest = $2`
	settleDevice  = `UPDATE entra_devices SET state = $1, user_id = $2 WHERE user_code = $3 AND state = 'pending'`
	redeemDevice  = `UPDATE entra_devices SET state = 'redeemed' WHERE digest = $1 AND state = 'approved'`
	expireDevices = `DELETE FROM entra_devices WHERE expires_us <= $1`
)

func deviceCols(d *device) []any {
	return []any{
		&d.digest, &d.userCode, &d.tenantName, &d.clientID, &d.scope, &d.state, &d.userID,
		sqlstore.At(&d.polled), sqlstore.At(&d.expires),
	}
}

// deviceCode answers the device authorization endpoint: a secret for the device
// and a code for the user.
func (e *Entra) deviceCode(w http.ResponseWriter, r *http.Request, tenantName string, version endpoint) {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	answer, err := e.beginDevice(r, tenantName, version)
	if err != nil {
		writeError(w, r, e.clock.Now(), err)
		return
	}
	azerror.WriteJSON(w, http.StatusOK, answer)
}

func (e *Entra) beginDevice(r *http.Request, tenantName string, version endpoint) (map[string]any, error) {
	if err := r.ParseForm(); err != nil {
		return nil, invalidRequest(90014, "The request body cannot be read as a form.")
	}
	// The first generation's clients put the parameters into the query.
	t, client, err := e.signInClient(r.Context(), tenantName, strings.ToLower(r.Form.Get("client_id")))
	if err != nil {
		return nil, err
	}
	if err := publicFlow(client); err != nil {
		return nil, err
	}
	want, err := parseScope(r.Form.Get("scope"))
	if version == v1 {
		want, err = wantedV1(r.Form.Get("resource"), r.Form.Get("scope"))
	}
	if err != nil {
		return nil, err
	}
	if t.ID != "" {
		if _, err := e.resource(r.Context(), t, want.resource); err != nil {
			return nil, err
		}
	}
	secret, now := opaque(48), e.clock.Now()
	d := device{
		digest: digest(secret), userCode: rand.Text()[:9], tenantName: tenantName, clientID: client.AppID, scope: want.scopeText(),
		state: devicePending, expires: now.Add(deviceLife),
	}
	err = e.db.Tx(r.Context(), func(tx *sql.Tx) error {
		// Expired ones are kept a while: the device is told that it came too late.
		if _, err := tx.ExecContext(r.Context(), expireDevices, sqlstore.Micros(now.Add(-time.Hour))); err != nil {
			return err
		}
		_, err := tx.ExecContext(r.Context(), insertDevice, d.digest, d.userCode, d.tenantName, d.clientID, d.scope, d.state, "", 0,
			sqlstore.Micros(d.expires))
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("store device code: %w", err)
	}
	page := e.origin(r) + "/devicelogin"
	answer := map[string]any{
		"device_code": secret, "user_code": d.userCode,
		"message": fmt.Sprintf("To sign in, use a web browser to open the page %s and enter the code %s to authenticate.", page, d.userCode),
	}
	if version == v1 {
		answer["verification_url"] = page
		answer["expires_in"], answer["interval"] = strconv.Itoa(int(deviceLife.Seconds())), strconv.Itoa(int(deviceInterval.Seconds()))
		return answer, nil
	}
	answer["verification_uri"] = page
	answer["expires_in"], answer["interval"] = int(deviceLife.Seconds()), int(deviceInterval.Seconds())
	return answer, nil
}

// publicFlow refuses a flow without redirect URI and credential unless the
// registration allows it.
func publicFlow(client Application) error {
	if client.FallbackPublic {
		return nil
	}
	return invalidClient(7000218, "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.")
}

// deviceToken answers a device that asks whether its user has signed in.
func (e *Entra) deviceToken(r *http.Request, tenantName string, version endpoint) (map[string]any, error) {
	ctx, form := r.Context(), r.PostForm
	code := form.Get("device_code")
	if code == "" {
		code = form.Get("code")
	}
	if code == "" {
		return nil, missing("device_code")
	}
	client, err := e.userClient(r, tenantName)
	if err != nil {
		return nil, err
	}
	if err := publicFlow(client); err != nil {
		return nil, err
	}
	d, err := sqlstore.One(ctx, e.db.Read(), deviceCols, selectDevice, digest(code))
	if errors.Is(err, sqlstore.ErrNotFound) || err == nil && d.clientID != client.AppID {
		return nil, &oauthError{
			Status: http.StatusBadRequest, Code: "bad_verification_code", Number: 70018,
			Text: "Invalid verification code due to User typing in wrong user code for device code flow. Authorization is not approved.",
		}
	}
	if err != nil {
		return nil, err
	}
	now := e.clock.Now()
	early := now.Sub(d.polled) < deviceInterval
	if err := e.change(ctx, pollDevice, sqlstore.Micros(now), d.digest); err != nil {
		return nil, err
	}
	switch {
	case !now.Before(d.expires):
		return nil, deviceError("expired_token", 70020, "The provided value for the input parameter 'device_code' is not valid. This device code has expired.")
	case d.state == deviceDeclined:
		return nil, deviceError("authorization_declined", 70021, "OAuth 2.0 device flow error. The user declined the request.")
	case d.state == deviceRedeemed:
		return nil, invalidGrant(54005, "OAuth2 device code was already redeemed, please retry with a new device code.")
	case d.state == devicePending && early:
		return nil, deviceError("slow_down", 70022, "OAuth 2.0 device flow error. The client polls too often.")
	case d.state == devicePending:
		return nil, deviceError("authorization_pending", 70016, "OAuth 2.0 device flow error. Authorization is pending. Continue polling.")
	}
	if err := e.change(ctx, redeemDevice, d.digest); errors.Is(err, sqlstore.ErrNotFound) {
		return nil, invalidGrant(54005, "OAuth2 device code was already redeemed, please retry with a new device code.")
	} else if err != nil {
		return nil, err
	}
	user, err := sqlstore.One(ctx, e.db.Read(), userCols, selectUser, d.userID)
	if err != nil {
		return nil, err
	}
	g := grant{tenantID: user.TenantID, clientID: client.AppID, userID: user.ID, platform: platformPublic, scope: d.scope}
	return e.answerUser(r, g, client, byNothing, version)
}

func deviceError(code string, number int, text string) error {
	return &oauthError{Status: http.StatusBadRequest, Code: code, Number: number, Text: text}
}

// pendingDevice finds what a user's code stands for.
func (e *Entra) pendingDevice(ctx context.Context, code string) (device, error) {
	code = strings.ToUpper(strings.ReplaceAll(strings.TrimSpace(code), "-", ""))
	d, err := sqlstore.One(ctx, e.db.Read(), deviceCols, selectByCode, code)
	if err == nil && (d.state != devicePending || !e.clock.Now().Before(d.expires)) {
		return device{}, sqlstore.ErrNotFound
	}
	return d, err
}

func (e *Entra) showCode(w http.ResponseWriter, r *http.Request, tenantName, code, problem string) {
	e.show(w, r, http.StatusOK, "code", pageData{
		Title: "enterTitle", Problem: problem, Hint: code, Action: deviceAction(tenantName), Hidden: []field{{"device", "1"}},
	})
}

// deviceInteraction goes through the steps of a user who entered a code: sign-in,
// confirmation, end.
func (e *Entra) deviceInteraction(w http.ResponseWriter, r *http.Request, tenantName string) {
	form := r.PostForm
	d, err := e.pendingDevice(r.Context(), form.Get("otc"))
	if errors.Is(err, sqlstore.ErrNotFound) {
		e.showCode(w, r, tenantName, form.Get("otc"), "badCode")
		return
	}
	var s session
	if err == nil {
		s, err = e.session(r)
	}
	if err != nil {
		e.showError(w, r, err)
		return
	}
	hidden := []field{{"device", "1"}, {"otc", d.userCode}}
	signIn := func(hint, problem string) {
		e.show(w, r, http.StatusOK, "signin", pageData{
			Title: "signin", Problem: problem, Hint: hint, Action: deviceAction(tenantName), Hidden: hidden,
		})
	}
	switch action := form.Get("action"); action {
	case actSignIn:
		u, err := e.checkPassword(r.Context(), form.Get("loginfmt"), form.Get("passwd"))
		switch {
		case errors.Is(err, errWrongPassword):
			signIn(form.Get("loginfmt"), "wrong")
			return
		case err == nil && !u.Enabled:
			signIn(form.Get("loginfmt"), "disabled")
			return
		case err == nil:
			s, err = e.beginSession(w, r, u)
		}
		if err != nil {
			e.showError(w, r, err)
			return
		}
		e.confirmDevice(w, r, tenantName, d, s, hidden)
	case actAccept, actDecline:
		if !e.stamps.valid(form.Get("stamp"), "device", d.userCode, s.id) {
			signIn("", "")
			return
		}
		e.finishDevice(w, r, d, s, action == actAccept)
	case actOther:
		signIn("", "")
	default:
		if s.user.ID == "" {
			signIn("", "")
			return
		}
		e.confirmDevice(w, r, tenantName, d, s, hidden)
	}
}

func deviceAction(tenantName string) template.URL {
	return template.URL("/" + url.PathEscape(tenantName) + "/login")
}

// deviceRequest is a device's request as an authorization.
func (e *Entra) deviceRequest(ctx context.Context, d device) (authorization, error) {
	var a authorization
	var err error
	if a.tenant, a.client, err = e.signInClient(ctx, d.tenantName, d.clientID); err != nil {
		return a, err
	}
	a.want, err = parseScope(d.scope)
	return a, err
}

func (e *Entra) confirmDevice(w http.ResponseWriter, r *http.Request, tenantName string, d device, s session, hidden []field) {
	a, err := e.deviceRequest(r.Context(), d)
	var open []permission
	if err == nil {
		open, err = e.mayEnter(r.Context(), &a, s.user)
	}
	if err != nil {
		e.showError(w, r, err)
		return
	}
	e.show(w, r, http.StatusOK, "confirm", pageData{
		Title: "signin", Account: s.user.UPN, App: a.client.Name, Scopes: scopeNames(pageLanguage(r), open), Action: deviceAction(tenantName),
		Hidden: append(slices.Clone(hidden), field{"stamp", e.stamps.stamp("device", d.userCode, s.id)}),
	})
}

// finishDevice lets the device in, with what the confirmation listed, or not.
func (e *Entra) finishDevice(w http.ResponseWriter, r *http.Request, d device, s session, yes bool) {
	state, title, text := deviceDeclined, "declined", "declText"
	var err error
	if yes {
		state, title, text = deviceApproved, "done", "doneText"
		var a authorization
		var open []permission
		if a, err = e.deviceRequest(r.Context(), d); err == nil {
			open, err = e.mayEnter(r.Context(), &a, s.user)
		}
		if err == nil {
			err = e.consent(r.Context(), a.tenant, a.client, s.user, open, false)
		}
	}
	if err == nil {
		err = e.change(r.Context(), settleDevice, state, s.user.ID, d.userCode)
	}
	if err != nil {
		e.showError(w, r, err)
		return
	}
	e.show(w, r, http.StatusOK, "message", pageData{Title: title, Text: pageWords[pageLanguage(r)][text]})
}
