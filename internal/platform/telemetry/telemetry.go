// Package telemetry makes the logger and hides what must not be logged. It owns
// no metric: each room registers its own.
package telemetry

import (
	"io"
	"log/slog"
	"strings"
)

// NewLogger writes to w, one JSON object a line when asJSON, else text.
func NewLogger(w io.Writer, asJSON bool, level slog.Level) *slog.Logger {
	o := &slog.HandlerOptions{Level: level}
	if asJSON {
		return slog.New(slog.NewJSONHandler(w, o))
	}
	return slog.New(slog.NewTextHandler(w, o))
}

// Phone masks a phone number so that two log lines about one person can still be
// matched: all but the country and the last two digits becomes dots.
func Phone(number string) string {
	if len(number) < 7 {
		return strings.Repeat("·", len(number))
	}
	return number[:3] + strings.Repeat("·", len(number)-5) + number[len(number)-2:]
}
