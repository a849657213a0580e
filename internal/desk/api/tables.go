package api

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"guichet/internal/desk/people"
	"guichet/internal/desk/table"
)

// dataPath is where the tables are, as in Dataverse. What is answered below it
// has the shapes of Dataverse's Web API, refusals too.
const dataPath = "/api/data/v9.2/"

// Codes of Dataverse's refusals: a privilege that is missing, any other fault of
// the server. A caller who is not signed in gets none.
const (
	codePrivilege  = "0x80040220"
	codeUnexpected = "0x80040216"
)

// data answers Dataverse's Web API, to administrators and read only.
func (a *api) data(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("OData-Version", "4.0")
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		h.Set("Allow", "GET, HEAD")
		writeOData(w, http.StatusMethodNotAllowed, refusal("", "The requested resource does not support http method '"+r.Method+"'."))
		return
	}
	if _, err := a.user(r.Context(), credentialOf(r.Header.Get("Cookie"), r.Header.Get("Authorization")), people.Administrator); err != nil {
		a.refuseData(w, r, err)
		return
	}
	path := strings.TrimPrefix(r.URL.Path, dataPath)
	root := a.PublicURL + dataPath
	switch path {
	case "":
		writeOData(w, http.StatusOK, a.Tables.Service(root))
		return
	case "$metadata":
		body, err := a.Tables.Metadata()
		if err != nil {
			a.refuseData(w, r, err)
			return
		}
		h.Set("Content-Type", "application/xml")
		_, _ = w.Write(body)
		return
	}
	asked, err := question(r, root)
	if err != nil {
		a.refuseData(w, r, err)
		return
	}
	if set, ok := strings.CutSuffix(path, "/$count"); ok {
		asked.Set = set
		n, err := a.Tables.Count(r.Context(), asked)
		if err != nil {
			a.refuseData(w, r, err)
			return
		}
		h.Set("Content-Type", "text/plain")
		_, _ = w.Write([]byte(strconv.Itoa(n)))
		return
	}
	a.answerRows(w, r, path, asked)
}

func (a *api) answerRows(w http.ResponseWriter, r *http.Request, path string, asked table.Question) {
	set, key, one := strings.Cut(path, "(")
	asked.Set = set
	if one {
		if asked.ID, one = strings.CutSuffix(key, ")"); !one || asked.ID == "" {
			a.refuseData(w, r, &table.Refusal{Message: "The key of the row is not closed by a parenthesis."})
			return
		}
	}
	read := a.Tables.Rows
	if one {
		read = a.Tables.Row
	}
	answer, err := read(r.Context(), asked)
	if err != nil {
		a.refuseData(w, r, err)
		return
	}
	h := w.Header()
	if etag, ok := answer["@odata.etag"].(string); ok {
		h.Set("ETag", etag)
		if r.Header.Get("If-None-Match") == etag {
			w.WriteHeader(http.StatusNotModified)
			return
		}
	}
	var applied []string
	if asked.PageSize > 0 && !one {
		applied = append(applied, "odata.maxpagesize="+strconv.Itoa(asked.PageSize))
	}
	if len(asked.Annotations) > 0 {
		applied = append(applied, `odata.include-annotations="`+strings.Join(asked.Annotations, ",")+`"`)
	}
	if len(applied) > 0 {
		h.Set("Preference-Applied", strings.Join(applied, ","))
	}
	writeOData(w, http.StatusOK, answer)
}

var (
	preferPage        = regexp.MustCompile(`(?:^|[,;\s])odata\.maxpagesize=(\d{1,9})(?:$|[,;\s])`)
	preferAnnotations = regexp.MustCompile(`odata\.include-annotations="([\w.*,-]*)"`)
)

// question is what a request asks for, but for the path.
func question(r *http.Request, root string) (table.Question, error) {
	q := table.Question{Root: root}
	var err error
	if q.Options, err = url.ParseQuery(r.URL.RawQuery); err != nil {
		return q, &table.Refusal{Message: "The query of the address cannot be read."}
	}
	prefer := strings.Join(r.Header.Values("Prefer"), ",")
	if found := preferPage.FindStringSubmatch(prefer); found != nil {
		q.PageSize, _ = strconv.Atoi(found[1])
	}
	if found := preferAnnotations.FindStringSubmatch(prefer); found != nil {
		q.Annotations = strings.Split(found[1], ",")
	}
	return q, nil
}

// refuseData writes a refusal in Dataverse's shape.
func (a *api) refuseData(w http.ResponseWriter, r *http.Request, err error) {
	if refused, ok := errors.AsType[*table.Refusal](err); ok {
		status := http.StatusBadRequest
		if refused.Missing {
			status = http.StatusNotFound
		}
		writeOData(w, status, refusal(refused.Code, refused.Message))
		return
	}
	p := show(err, languageOf(r.Header.Get("Accept-Language")))
	code := ""
	switch {
	case p.Status == http.StatusForbidden:
		code = codePrivilege
	case p.Status >= 500:
		code = codeUnexpected
		if r.Context().Err() == nil {
			a.Log.Error("request failed", "request", "GET "+dataPath, "error", err)
		}
	}
	writeOData(w, p.Status, refusal(code, p.Detail))
}

func refusal(code, message string) any {
	return map[string]any{"error": map[string]string{"code": code, "message": message}}
}

func writeOData(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json; odata.metadata=minimal")
	w.WriteHeader(status)
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false)
	_ = out.Encode(body)
}
