package entra

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
)

// The actions of the pages' forms.
const (
	actSignIn  = "signin"
	actChoose  = "choose"
	actOther   = "other"
	actAccept  = "accept"
	actDecline = "decline"
)

// interaction answers the forms of the sign-in pages, POST /{tenant}/login. The
// request that they belong to travels in the form and is read anew.
func (e *Entra) interaction(w http.ResponseWriter, r *http.Request, tenantName string) {
	// A form of another site must not sign a browser in.
	if err := e.sameSite.Check(r); err != nil {
		e.showError(w, r, &oauthError{Status: http.StatusForbidden, Code: "invalid_request", Number: 90102, Text: "The form came from another site."})
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if err := r.ParseForm(); err != nil {
		e.showError(w, r, invalidRequest(90014, "The request body cannot be read as a form."))
		return
	}
	if r.PostForm.Has("device") {
		e.deviceInteraction(w, r, tenantName)
		return
	}
	raw := r.PostForm.Get("ctx")
	values, err := url.ParseQuery(raw)
	if err != nil {
		e.showError(w, r, invalidRequest(9002313, "Invalid request. Request is malformed or invalid."))
		return
	}
	version := v2
	if r.PostForm.Get("ver") == "1" {
		version = v1
	}
	a, err := e.readAuthorization(r, values, tenantName, version)
	if err != nil {
		e.refuseAuthorization(w, r, a, err)
		return
	}
	s, err := e.session(r)
	if err != nil {
		e.refuseAuthorization(w, r, a, err)
		return
	}
	action := r.PostForm.Get("action")
	if slices.Contains([]string{actChoose, actAccept, actDecline}, action) &&
		!e.stamps.valid(r.PostForm.Get("stamp"), formName(action), raw, s.id) {
		// The session ended, or the form is not ours: from the start.
		e.proceed(w, r, a, s, "")
		return
	}
	switch action {
	case actSignIn:
		e.signIn(w, r, a)
	case actChoose:
		e.proceed(w, r, a, s, stepChosen)
	case actOther:
		e.showSignIn(w, r, a, "", "")
	case actAccept:
		e.accept(w, r, a, s)
	case actDecline:
		e.refuseAuthorization(w, r, a, &oauthError{
			Status: http.StatusBadRequest, Code: "access_denied", Number: 65004, Text: "User declined to consent to access the app.",
		})
	default:
		e.showError(w, r, invalidRequest(9002313, "Invalid request. Request is malformed or invalid."))
	}
}

// formName is the form that an action's stamp was made for.
func formName(action string) string {
	if action == actChoose {
		return actChoose
	}
	return actAccept
}

// signIn checks name and password; a mistake leaves the name in the form.
func (e *Entra) signIn(w http.ResponseWriter, r *http.Request, a authorization) {
	name := r.PostForm.Get("loginfmt")
	u, err := e.checkPassword(r.Context(), name, r.PostForm.Get("passwd"))
	if errors.Is(err, errWrongPassword) {
		e.showSignIn(w, r, a, name, "wrong")
		return
	}
	if err == nil && !u.Enabled {
		e.showSignIn(w, r, a, name, "disabled")
		return
	}
	var s session
	if err == nil {
		s, err = e.beginSession(w, r, u)
	}
	if err != nil {
		e.refuseAuthorization(w, r, a, err)
		return
	}
	e.proceed(w, r, a, s, stepSignedIn)
}

// accept grants what the consent page listed. Only an administrator may do so for
// everyone.
func (e *Entra) accept(w http.ResponseWriter, r *http.Request, a authorization, s session) {
	open, err := e.mayEnter(r.Context(), &a, s.user)
	everyone := r.PostForm.Get("everyone") == "1"
	if err == nil && everyone {
		everyone, err = e.administers(r.Context(), s.user.ID)
	}
	if err == nil {
		err = e.consent(r.Context(), a.tenant, a.client, s.user, open, everyone)
	}
	if err != nil {
		e.refuseAuthorization(w, r, a, err)
		return
	}
	e.proceed(w, r, a, s, stepConsent)
}
