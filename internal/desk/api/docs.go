package api

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"html/template"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// The API's documentation is one page without scripts, made from the OpenAPI
// document: the usual viewers come from other hosts, which a desk without the
// internet cannot reach and one with it should not ask.

//go:embed docs.html
var docsHTML string

var docsTemplate = template.Must(template.New("docs").Parse(docsHTML))

type docsGroup struct {
	Name       string
	Operations []docsOperation
}

type docsOperation struct {
	ID, Method, Path, Summary string
	Parameters                []docsParameter
	Body                      string
	Responses                 []docsResponse
}

type docsParameter struct {
	Name, In, Type, Doc string
	Required            bool
}

type docsResponse struct{ Status, Doc, Schema string }

// docs serves the page.
func (a *api) docs(w http.ResponseWriter, _ *http.Request) {
	document := a.huma.OpenAPI()
	var page bytes.Buffer
	err := docsTemplate.Execute(&page, map[string]any{
		"Title": document.Info.Title, "Version": document.Info.Version, "About": document.Info.Description, "Groups": docsGroups(document),
	})
	if err != nil {
		a.Log.Error("the API's documentation", "error", err)
		http.Error(w, "internal error", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'")
	_, _ = w.Write(page.Bytes())
}

func docsGroups(document *huma.OpenAPI) []docsGroup {
	byName := map[string]*docsGroup{}
	var names []string
	for path, item := range document.Paths {
		for _, op := range []*huma.Operation{item.Get, item.Post, item.Put, item.Patch, item.Delete} {
			if op == nil || op.Hidden {
				continue
			}
			name := strings.Join(op.Tags, ", ")
			if byName[name] == nil {
				byName[name] = &docsGroup{Name: name}
				names = append(names, name)
			}
			byName[name].Operations = append(byName[name].Operations, docsOf(document, path, op))
		}
	}
	slices.Sort(names)
	groups := make([]docsGroup, len(names))
	for i, name := range names {
		groups[i] = *byName[name]
		slices.SortFunc(groups[i].Operations, func(a, b docsOperation) int {
			return strings.Compare(a.Path+" "+a.Method, b.Path+" "+b.Method)
		})
	}
	return groups
}

func docsOf(document *huma.OpenAPI, path string, op *huma.Operation) docsOperation {
	d := docsOperation{ID: op.OperationID, Method: op.Method, Path: path, Summary: op.Summary}
	for _, p := range op.Parameters {
		show := docsParameter{Name: p.Name, In: p.In, Required: p.Required, Doc: p.Description}
		if p.Schema != nil {
			show.Type = p.Schema.Type
			if show.Doc == "" {
				show.Doc = p.Schema.Description
			}
		}
		d.Parameters = append(d.Parameters, show)
	}
	if op.RequestBody != nil {
		d.Body = docsSchema(document, op.RequestBody.Content)
	}
	statuses := make([]string, 0, len(op.Responses))
	for status := range op.Responses {
		statuses = append(statuses, status)
	}
	slices.Sort(statuses)
	for _, status := range statuses {
		if status >= "400" {
			continue
		}
		r := op.Responses[status]
		d.Responses = append(d.Responses, docsResponse{Status: status, Doc: r.Description, Schema: docsSchema(document, r.Content)})
	}
	return d
}

// docsSchema is the JSON of a body's schema, with the first level of references
// resolved.
func docsSchema(document *huma.OpenAPI, content map[string]*huma.MediaType) string {
	for _, media := range content {
		if media.Schema == nil {
			continue
		}
		schema := media.Schema
		if schema.Ref != "" {
			schema = document.Components.Schemas.SchemaFromRef(schema.Ref)
		}
		raw, err := json.Marshal(schema)
		var text bytes.Buffer
		if err == nil && json.Indent(&text, raw, "", "  ") == nil {
			return text.String()
		}
	}
	return ""
}
