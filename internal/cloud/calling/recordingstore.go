package calling

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/google/uuid"

	"guichet/internal/platform/audio"
	"guichet/internal/platform/audio/wav"
	"guichet/internal/platform/sqlstore"
)

// keepRecordings is how long a file is kept, as the newer documents have it.
const keepRecordings = 24 * time.Hour

// chunk is a file of a recording.
type chunk struct {
	DocumentID, RecordingID string
	Number                  int
	StartedAt               time.Time
	DurationMS              int64
	EndReason, Metadata     string
	ExpiresAt               time.Time
}

type chunkRow struct {
	document, recording string
	number              int
	started, duration   int64
	reason, metadata    string
	expires             int64
}

func scanChunk(r *chunkRow) []any {
	return []any{&r.document, &r.recording, &r.number, &r.started, &r.duration, &r.reason, &r.metadata, &r.expires}
}

func (r chunkRow) chunk() chunk {
	return chunk{
		r.document, r.recording, r.number, sqlstore.Time(r.started), r.duration, r.reason, r.metadata, sqlstore.Time(r.expires),
	}
}

type recordingRow struct {
	id, service, callID, serverID string
	unmixed                       bool
	started                       int64
}

const (
	chunkColumns = `document_id, recording_id, number, started_at, duration_ms, end_reason, metadata, expires_at`

	insertChunk = `INSERT INTO calling_chunk (` + chunkColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`

	finishChunk = `UPDATE calling_chunk SET duration_ms = $1, end_reason = $2, metadata = $3, expires_at = $4 WHERE document_id = $5`

	chunksOf = `SELECT ` + chunkColumns + ` FROM calling_chunk WHERE recording_id = $1 ORDER BY number`

	chunkByID = `SELECT ` + chunkColumns + ` FROM calling_chunk WHERE document_id = $1 AND duration_ms >= 0 AND expires_at > $2
		AND recording_id IN (SELECT id FROM calling_recording WHERE service_id = $3)`

	chunksExpired = `SELECT ` + chunkColumns + ` FROM calling_chunk WHERE expires_at <= $1 AND duration_ms >= 0`

	chunkExists = `SELECT 1 FROM calling_chunk WHERE document_id = $1`

	deleteChunk = `DELETE FROM calling_chunk WHERE document_id = $1`

	deleteRecordings = `DELETE FROM calling_recording WHERE ended_at > 0
		AND NOT EXISTS (SELECT 1 FROM calling_chunk WHERE recording_id = calling_recording.id)`

	insertRecording = `INSERT INTO calling_recording (id, service_id, call_id, server_id, unmixed, started_at, ended_at)
		VALUES ($1, $2, $3, $4, $5, $6, 0)`

	endRecording = `UPDATE calling_recording SET ended_at = $1 WHERE id = $2 AND ended_at = 0
		RETURNING id, service_id, call_id, server_id, unmixed, started_at`

	openRecordings = `SELECT id, service_id, call_id, server_id, unmixed, started_at FROM calling_recording WHERE ended_at = 0`
)

func scanRecording(r *recordingRow) []any {
	return []any{&r.id, &r.service, &r.callID, &r.serverID, &r.unmixed, &r.started}
}

// documentID has the form of the service's.
func documentID() string { return "0-local-d01-" + strings.ReplaceAll(uuid.NewString(), "-", "") }

// path is the file of a document.
func (s *Server) path(document string) string { return filepath.Join(s.o.Dir, document+".wav") }

// store has the recordings' writer run fn, after what was given to it before. It
// does not wait, as calls cannot.
func (s *Server) store(fn func(s *Server) error) {
	select {
	case s.writes <- fn:
	default:
		s.o.Log.Error("calling.recording", "outcome", "not stored: the database is too slow")
	}
}

// writing runs what was given to store.
func (s *Server) writing() {
	for fn := range s.writes {
		if err := fn(s); err != nil {
			s.o.Log.Error("calling.recording", "outcome", "not stored", "error", err)
		}
	}
}

func (s *Server) exec(query string, args ...any) error {
	ctx, cancel := context.WithTimeout(context.Background(), commitWithin)
	defer cancel()
	return s.o.DB.Tx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, query, args...)
		return err
	})
}

func (s *Server) insertRecording(t *tape) error {
	return s.exec(insertRecording, t.id, t.service, t.callID, t.call.id, t.unmixed, sqlstore.Micros(t.began))
}

func (s *Server) insertChunk(c chunk) error {
	return s.exec(insertChunk, c.DocumentID, c.RecordingID, c.Number, sqlstore.Micros(c.StartedAt), c.DurationMS, c.EndReason, c.Metadata,
		sqlstore.Micros(c.ExpiresAt))
}

func (s *Server) finishChunk(c chunk) error {
	return s.exec(finishChunk, c.DurationMS, c.EndReason, c.Metadata, sqlstore.Micros(c.ExpiresAt), c.DocumentID)
}

// fileStatus is the data of RecordingFileStatusUpdated.
type fileStatus struct {
	Storage struct {
		Chunks []fileChunk `json:"recordingChunks"`
	} `json:"recordingStorageInfo"`
	StartTime        string `json:"recordingStartTime"`
	DurationMS       int64  `json:"recordingDurationMs"`
	ContentType      string `json:"recordingContentType"`
	ChannelType      string `json:"recordingChannelType"`
	FormatType       string `json:"recordingFormatType"`
	SessionEndReason string `json:"sessionEndReason"`
	StorageType      string `json:"storageType"`
	RecordingID      string `json:"recordingId"`
}

type fileChunk struct {
	DocumentID       string `json:"documentId"`
	Index            int    `json:"index"`
	EndReason        string `json:"endReason"`
	ContentLocation  string `json:"contentLocation"`
	MetadataLocation string `json:"metadataLocation"`
	DeleteLocation   string `json:"deleteLocation"`
}

// endRecording marks a recording as over and announces its files, in one
// transaction.
func (s *Server) endRecording(id string, at time.Time, reason string) error {
	ctx, cancel := context.WithTimeout(context.Background(), commitWithin)
	defer cancel()
	var p publication
	err := s.o.DB.Tx(ctx, func(tx *sql.Tx) error {
		r, err := sqlstore.One(ctx, tx, scanRecording, endRecording, sqlstore.Micros(at), id)
		if err != nil {
			return err
		}
		rows, err := sqlstore.List(ctx, tx, scanChunk, chunksOf, id)
		if err != nil {
			return err
		}
		p = s.fileEvent(r, rows, reason, at)
		return s.publishIn(ctx, tx, p)
	})
	if err != nil {
		return fmt.Errorf("end a recording: %w", err)
	}
	s.o.Events.Wake()
	return nil
}

func (s *Server) fileEvent(r recordingRow, rows []chunkRow, reason string, at time.Time) publication {
	data := fileStatus{
		StartTime: azureTime(sqlstore.Time(r.started)), ContentType: "Audio", ChannelType: "Mixed", FormatType: "Wav", SessionEndReason: reason,
		StorageType: "AzureCommunicationServices", RecordingID: r.id,
	}
	if r.unmixed {
		data.ChannelType = "Unmixed"
	}
	data.Storage.Chunks = []fileChunk{}
	for _, row := range rows {
		c := row.chunk()
		base := s.o.RecordingHost + "/v1/objects/" + c.DocumentID
		data.DurationMS += max(c.DurationMS, 0)
		data.Storage.Chunks = append(data.Storage.Chunks, fileChunk{
			c.DocumentID, c.Number, c.EndReason, base + "/content/audio", base + "/content/acsmetadata", base,
		})
	}
	return newPublication(r.service, "RecordingFileStatusUpdated",
		"/recording/call/"+r.callID+"/serverCallId/"+r.serverID+"/recordingId/"+r.id, at, data)
}

// recover finishes what was being recorded when the process ended: the files are
// put right and announced.
func (s *Server) recover(ctx context.Context) error {
	open, err := sqlstore.List(ctx, s.o.DB.Read(), scanRecording, openRecordings)
	if err != nil {
		return fmt.Errorf("calling: read the recordings: %w", err)
	}
	if err := s.sweep(ctx); err != nil {
		return err
	}
	for _, r := range open {
		rows, err := sqlstore.List(ctx, s.o.DB.Read(), scanChunk, chunksOf, r.id)
		if err != nil {
			return fmt.Errorf("calling: read the recordings: %w", err)
		}
		for _, row := range rows {
			c := row.chunk()
			if c.DurationMS >= 0 {
				continue
			}
			if err := s.repair(r, &c); err != nil {
				s.o.Log.Error("calling.recording", "outcome", "lost", "error", err)
				if err := s.exec(deleteChunk, c.DocumentID); err != nil {
					return err
				}
				continue
			}
			if err := s.finishChunk(c); err != nil {
				return err
			}
		}
		if err := s.endRecording(r.id, s.o.Clock.Now(), "CallEnded"); err != nil {
			return err
		}
	}
	return nil
}

// sweep deletes files that no recording knows, such as those of a cloud that was
// reset.
func (s *Server) sweep(ctx context.Context) error {
	files, err := filepath.Glob(filepath.Join(s.o.Dir, "*.wav"))
	if err != nil {
		return fmt.Errorf("calling: list the recordings: %w", err)
	}
	for _, file := range files {
		document := strings.TrimSuffix(filepath.Base(file), ".wav")
		_, err := sqlstore.One(ctx, s.o.DB.Read(), func(n *int) []any { return []any{n} }, chunkExists, document)
		if errors.Is(err, sqlstore.ErrNotFound) {
			err = os.Remove(file)
		}
		if err != nil {
			return fmt.Errorf("calling: sweep the recordings: %w", err)
		}
	}
	return nil
}

// repair finishes the file of a chunk that was cut off.
func (s *Server) repair(r recordingRow, c *chunk) error {
	file, err := os.OpenFile(s.path(c.DocumentID), os.O_RDWR, 0)
	if err != nil {
		return err
	}
	samples, err := wav.Repair(file)
	if err := errors.Join(err, file.Close()); err != nil {
		return err
	}
	t := &tape{s: s, call: &call{id: r.serverID}, id: r.id, service: r.service, callID: r.callID, unmixed: r.unmixed, chunk: *c}
	t.chunk.DurationMS = samples * 1000 / audio.SampleRate
	c.DurationMS, c.EndReason, c.Metadata = t.chunk.DurationMS, "SessionEnded", t.metadata()
	c.ExpiresAt = s.o.Clock.Now().Add(keepRecordings)
	return nil
}

// expire deletes the files whose time is over, every so often until ctx ends.
func (s *Server) expire(ctx context.Context) {
	for {
		rows, err := sqlstore.List(ctx, s.o.DB.Read(), scanChunk, chunksExpired, sqlstore.Micros(s.o.Clock.Now()))
		for _, row := range rows {
			err = errors.Join(err, s.erase(row.document))
		}
		if err == nil {
			err = s.exec(deleteRecordings)
		}
		if err != nil && ctx.Err() == nil {
			s.o.Log.Error("calling.recording", "outcome", "not expired", "error", err)
		}
		timer, stop := s.o.Clock.After(10 * time.Minute)
		select {
		case <-timer:
		case <-ctx.Done():
			stop()
			return
		}
	}
}

// erase deletes a file and its metadata.
func (s *Server) erase(document string) error {
	if err := os.Remove(s.path(document)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return s.exec(deleteChunk, document)
}
