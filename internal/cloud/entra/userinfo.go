package entra

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"guichet/internal/cloud/azerror"
	"guichet/internal/platform/sqlstore"
)

// userinfo answers OpenID Connect's endpoint, which belongs to Microsoft Graph: it
// takes a token for Graph with the scope openid.
func (e *Entra) userinfo(w http.ResponseWriter, r *http.Request) {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	refuse := func(status int, code, message string) {
		w.Header().Set("WWW-Authenticate", `Bearer error="invalid_token"`)
		azerror.Write(w, status, code, message)
	}
	if !strings.EqualFold(scheme, "Bearer") {
		refuse(http.StatusUnauthorized, "InvalidAuthenticationToken", "Access token is empty.")
		return
	}
	claims, err := e.Verify(r.Context(), strings.TrimSpace(token), GraphAudience, GraphAppID)
	if err != nil {
		refuse(http.StatusUnauthorized, "InvalidAuthenticationToken", "Access token validation failure.")
		return
	}
	if !slices.Contains(claims.Scopes, "openid") {
		refuse(http.StatusForbidden, "AccessDenied", "Insufficient privileges to complete the operation.")
		return
	}
	u, err := e.User(r.Context(), claims.TenantID, claims.ObjectID)
	if errors.Is(err, sqlstore.ErrNotFound) {
		refuse(http.StatusUnauthorized, "InvalidAuthenticationToken", "The user is gone.")
		return
	}
	if err != nil {
		writeError(w, r, e.clock.Now(), err)
		return
	}
	info := map[string]string{"sub": pairwise(claims.TenantID, claims.AppID, u.ID)}
	if slices.Contains(claims.Scopes, "profile") {
		info["name"] = u.Name
		for name, value := range map[string]string{"given_name": u.Given, "family_name": u.Surname} {
			if value != "" {
				info[name] = value
			}
		}
	}
	if slices.Contains(claims.Scopes, "email") && u.Mail != "" {
		info["email"] = u.Mail
	}
	azerror.WriteJSON(w, http.StatusOK, info)
}

// logout ends the session of the browser and leads back when the address is a
// registered redirect URI.
func (e *Entra) logout(w http.ResponseWriter, r *http.Request) {
	if err := e.endSession(r.Context(), w, r); err != nil {
		e.showError(w, r, err)
		return
	}
	q := r.URL.Query()
	if back := q.Get("post_logout_redirect_uri"); back != "" {
		apps, err := e.applications(r.Context(), selectApplications)
		if err != nil {
			e.showError(w, r, err)
			return
		}
		for _, a := range apps {
			if _, _, err := a.servedAt(r).redirect(back); err != nil {
				continue
			}
			answer := q
			for name := range answer {
				if name != "state" {
					delete(answer, name)
				}
			}
			if target, err := withParameters(back, modeQuery, answer); err == nil {
				w.Header().Set("Location", strings.TrimSuffix(target, "?"))
				w.WriteHeader(http.StatusFound)
				return
			}
		}
	}
	e.show(w, r, http.StatusOK, "message", pageData{Title: "signedOut", Text: pageWords[pageLanguage(r)]["signedText"]})
}
