package acs

import (
	"errors"
	"fmt"
	"net/http"

	"guichet/internal/platform/sqlstore"
)

// decided is a message with its outcome.
type decided struct {
	outgoing
	status, detail string
	decidedAt      int64
}

const decidedMessage = `SELECT id, sender, recipient, tag, segments, status, detail, decided_at
	FROM acs_message WHERE id = $1 AND service_id = $2 AND status <> ''`

// getReport is GET /deliveryReports/{outgoingMessageId}.
func (a *ACS) getReport(c *call) error {
	m, err := sqlstore.One(c.r.Context(), a.o.DB.Read(), func(m *decided) []any {
		return []any{&m.id, &m.sender, &m.recipient, &m.tag, &m.segments, &m.status, &m.detail, &m.decidedAt}
	}, decidedMessage, c.r.PathValue("id"), c.service.ImmutableID)
	if errors.Is(err, sqlstore.ErrNotFound) {
		writeProblemDetails(c.w, problemDetails{
			Type: "https://tools.ietf.org/html/rfc9110#section-15.5.5", Title: "Not Found",
			Status: http.StatusNotFound, TraceID: traceID(),
		})
		return nil
	}
	if err != nil {
		return fmt.Errorf("delivery report: %w", err)
	}
	if m.detail == "" {
		m.detail = "2000: No Error"
	}
	at := sqlstore.Time(m.decidedAt)
	writeJSON(c.w, http.StatusOK, struct {
		DeliveryStatus        string    `json:"deliveryStatus"`
		DeliveryStatusDetails string    `json:"deliveryStatusDetails"`
		DeliveryAttempts      []attempt `json:"deliveryAttempts"`
		ReceivedTimestamp     string    `json:"receivedTimestamp"`
		MessageID             string    `json:"messageId"`
		From                  string    `json:"from"`
		To                    string    `json:"to"`
		Tag                   string    `json:"tag,omitempty"`
	}{
		m.status, m.detail, []attempt{attemptAt(at, m.status, m.segments)}, azureTime(at),
		m.id, m.sender, m.recipient, m.tag,
	})
	return nil
}
