package calling

import (
	"errors"
	"net/http"
	"os"
	"regexp"
	"strings"
	"time"

	"guichet/internal/cloud/acs"
	"guichet/internal/cloud/azerror"
	"guichet/internal/platform/sqlstore"
)

// fileError answers as the store of recordings does: clients read the members at
// the top level, not in an envelope.
func fileError(w http.ResponseWriter, status int, message string) {
	azerror.WriteJSON(w, status, map[string]any{"status": status, "message": message})
}

// plainRange is a range that can be understood; older clients send others.
var plainRange = regexp.MustCompile(`^bytes=[0-9]*-[0-9]*$`)

// file answers /v1/objects/…: the sound, its metadata, and the deletion of both.
func (s *Server) file(act func(w http.ResponseWriter, r *http.Request, c chunk)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if id := r.Header.Get("x-ms-client-request-id"); id != "" {
			w.Header().Set("x-ms-client-request-id", id)
		}
		service, err := s.o.Files.Signed(r)
		if err != nil {
			fileError(w, http.StatusUnauthorized, "Denied by the resource provider.")
			return
		}
		c, err := s.chunkOf(r, service)
		switch {
		case errors.Is(err, sqlstore.ErrNotFound):
			fileError(w, http.StatusNotFound, "The recording does not exist, or was deleted.")
		case err != nil:
			s.o.Log.Error("calling.recording", "outcome", "not read", "error", err)
			fileError(w, http.StatusInternalServerError, "The recording could not be read.")
		default:
			act(w, r, c)
		}
	}
}

func (s *Server) chunkOf(r *http.Request, service acs.Service) (chunk, error) {
	row, err := sqlstore.One(r.Context(), s.o.DB.Read(), scanChunk, chunkByID,
		r.PathValue("document"), sqlstore.Micros(s.o.Clock.Now()), service.ImmutableID)
	return row.chunk(), err
}

func serveFile(w http.ResponseWriter, r *http.Request, c chunk, content *os.File, text string) {
	if !plainRange.MatchString(r.Header.Get("Range")) {
		r.Header.Del("Range")
	}
	w.Header().Set("Cache-Control", "no-cache, max-age=0, s-maxage=0, private")
	if content != nil {
		http.ServeContent(w, r, "", c.StartedAt, content)
		return
	}
	http.ServeContent(w, r, "", time.Time{}, strings.NewReader(text))
}

// getSound is GET /v1/objects/{document}/content/audio.
func (s *Server) getSound(w http.ResponseWriter, r *http.Request, c chunk) {
	file, err := os.Open(s.path(c.DocumentID))
	if err != nil {
		fileError(w, http.StatusNotFound, "The recording does not exist, or was deleted.")
		return
	}
	defer func() { _ = file.Close() }()
	w.Header().Set("Content-Type", "audio/wav")
	serveFile(w, r, c, file, "")
}

// getMetadata is GET /v1/objects/{document}/content/acsmetadata.
func (s *Server) getMetadata(w http.ResponseWriter, r *http.Request, c chunk) {
	w.Header().Set("Content-Type", "application/octet-stream")
	serveFile(w, r, c, nil, c.Metadata)
}

// deleteFile is DELETE /v1/objects/{document}.
func (s *Server) deleteFile(w http.ResponseWriter, _ *http.Request, c chunk) {
	if err := s.erase(c.DocumentID); err != nil {
		s.o.Log.Error("calling.recording", "outcome", "not deleted", "error", err)
		fileError(w, http.StatusInternalServerError, "The recording could not be deleted.")
		return
	}
	w.WriteHeader(http.StatusOK)
}
