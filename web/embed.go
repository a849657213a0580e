// Package web holds the built pages (desk, portal, handset) inside the binary and serves them.
//
// It owns how built files reach a browser: caching, compression, the security headers of a page. It does not own what the pages
// do (TypeScript under src) nor which addresses show them (the programs that mount its handlers). The files come from
// `npm run build`; without it the package still builds, and says in the browser what is missing.
package web

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"
	"time"
)

//go:embed all:dist
var dist embed.FS

// Pages serves one set of built files.
type Pages struct {
	files fs.FS
}

// Built returns the pages that were embedded when the binary was built.
func Built() *Pages {
	files, err := fs.Sub(dist, "dist")
	if err != nil {
		panic("web: dist is not embedded: " + err.Error()) // The name is a constant that go:embed above guarantees.
	}
	return &Pages{files: files}
}

// From returns pages that are read from files, laid out as `npm run build` lays out dist.
func From(files fs.FS) *Pages {
	return &Pages{files: files}
}

// Handler serves one of the embedded pages, as [Pages.Handler] does.
func Handler(entry string) http.Handler {
	return Built().Handler(entry)
}

// Handler serves a whole page by its entry ("desk", "portal", "handset"): its assets under /assets/ and its HTML for every other path, since
// the page itself looks at the path to know what to show.
func (p *Pages) Handler(entry string) http.Handler {
	assets, page := p.Assets(), p.Page(entry)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/assets/") {
			assets.ServeHTTP(w, r)
			return
		}
		page.ServeHTTP(w, r)
	})
}

// contentSecurityPolicy lets a page load only what comes from its own origin. Fluent UI's styling (Griffel) writes style elements
// at run time, hence unsafe-inline for styles; scripts stay strict.
const contentSecurityPolicy = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; " +
	"font-src 'self'; connect-src 'self'; media-src 'self' blob:; worker-src 'self'; base-uri 'none'; form-action 'self'; " +
	"frame-ancestors 'none'"

func setSecurityHeaders(header http.Header) {
	header.Set("Content-Security-Policy", contentSecurityPolicy)
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Referrer-Policy", "same-origin")
	header.Set("Cross-Origin-Opener-Policy", "same-origin")
}

// Page serves the HTML of an entry for any path. The browser asks again each time whether it changed, so that a new version of the
// program is seen at once. When the pages were not built it answers 503 and says how to build them.
func (p *Pages) Page(entry string) http.Handler {
	name := entry + ".html"
	html, err := fs.ReadFile(p.files, name)
	if err != nil {
		return onlyReads(http.HandlerFunc(notBuilt))
	}
	sum := sha256.Sum256(html)
	etag := `"` + hex.EncodeToString(sum[:12]) + `"`
	return onlyReads(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		setSecurityHeaders(header)
		header.Set("Cache-Control", "no-cache")
		header.Set("ETag", etag)
		http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(html))
	}))
}

// Assets serves the hashed files under /assets/. Their names change with their content, so a browser may keep them for good.
// Where the build left a .gz beside a file, browsers that accept gzip get that.
func (p *Pages) Assets() http.Handler {
	return onlyReads(http.HandlerFunc(p.serveAsset))
}

func (p *Pages) serveAsset(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(path.Clean(r.URL.Path), "/")
	if !strings.HasPrefix(name, "assets/") || strings.HasSuffix(name, ".gz") {
		http.NotFound(w, r)
		return
	}
	plain, err := fs.ReadFile(p.files, name)
	if err != nil {
		http.NotFound(w, r)
		return
	}
	header := w.Header()
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Cache-Control", "public, max-age=31536000, immutable")
	header.Set("Content-Type", contentType(name))
	if small, err := fs.ReadFile(p.files, name+".gz"); err == nil {
		header.Add("Vary", "Accept-Encoding")
		if acceptsGzip(r.Header.Get("Accept-Encoding")) {
			header.Set("Content-Encoding", "gzip")
			plain = small
		}
	}
	// A range of a compressed body is of no use to anyone: the whole is always sent.
	header.Set("Content-Length", strconv.Itoa(len(plain)))
	if r.Method == http.MethodHead {
		return
	}
	_, _ = w.Write(plain) // The only error is that the browser went away.
}

// contentType does not ask the operating system's tables for the types that matter, as these differ between machines.
func contentType(name string) string {
	switch path.Ext(name) {
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	case ".json":
		return "application/json"
	case ".woff2":
		return "font/woff2"
	}
	if known := mime.TypeByExtension(path.Ext(name)); known != "" {
		return known
	}
	return "application/octet-stream"
}

// acceptsGzip reads an Accept-Encoding header (RFC 9110, section 12.5.3): gzip or * with a weight other than zero.
func acceptsGzip(header string) bool {
	accepted := false
	for part := range strings.SplitSeq(header, ",") {
		coding, parameters, _ := strings.Cut(strings.TrimSpace(part), ";")
		coding = strings.ToLower(strings.TrimSpace(coding))
		if coding != "gzip" && coding != "*" {
			continue
		}
		weight, hasWeight := strings.CutPrefix(strings.ReplaceAll(parameters, " ", ""), "q=")
		value, err := strconv.ParseFloat(weight, 64)
		refused := hasWeight && err == nil && value == 0
		if coding == "gzip" {
			return !refused
		}
		accepted = !refused
	}
	return accepted
}

// onlyReads refuses everything but GET and HEAD.
func onlyReads(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
			return
		}
		next.ServeHTTP(w, r)
	})
}

const notBuiltPage = `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Guichet: pages not built</title>
<body style="font-family: system-ui, sans-serif; max-width: 40em; margin: 3em auto; padding: 0 1em; line-height: 1.5">
<h1>The pages are not in this binary</h1>
<p>The program runs, and its API answers, but it was built before its pages were. Build them, then the program again:</p>
<pre>make build</pre>
<p>or only the pages: <code>npm ci &amp;&amp; npm run build</code> in the root of the source.</p>
</body></html>
`

func notBuilt(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	setSecurityHeaders(header)
	header.Set("Cache-Control", "no-store")
	header.Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(http.StatusServiceUnavailable)
	if r.Method != http.MethodHead {
		_, _ = w.Write([]byte(notBuiltPage))
	}
}
