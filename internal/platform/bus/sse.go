package bus

import (
	"bytes"
	"net/http"
	"strconv"
	"time"
)

// Intervals of an event stream.
const (
	heartbeat    = 15 * time.Second
	writeTimeout = 10 * time.Second
)

// ServeSSE streams the hub's notices to one browser as Server-Sent Events until
// it leaves or the hub closes. Frames are "hello" (the number after which
// notices follow), "notice" and "reset" (read everything again), each with an id
// that the browser sends back as Last-Event-ID, or as ?last=.
func (h *Hub) ServeSSE(w http.ResponseWriter, r *http.Request, filter func(topic string) bool) {
	last := r.Header.Get("Last-Event-ID")
	if last == "" {
		last = r.URL.Query().Get("last")
	}
	sub := h.Subscribe(last, filter)
	defer sub.Close()

	rc := http.NewResponseController(w)
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Accel-Buffering", "no")

	var buf bytes.Buffer
	buf.WriteString("retry: 1000\n\n")
	start := []byte(`{"n":` + strconv.FormatUint(sub.Start, 10) + `}`)
	event := "hello"
	if sub.Missed {
		event = "reset"
	}
	h.frame(&buf, event, sub.Start, start)
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	for {
		_ = rc.SetWriteDeadline(time.Now().Add(writeTimeout))
		if _, err := w.Write(buf.Bytes()); err != nil {
			return
		}
		if err := rc.Flush(); err != nil {
			return
		}
		buf.Reset()
		select {
		case <-r.Context().Done():
			return
		case <-beat.C:
			buf.WriteString(": alive\n\n")
		case notice, ok := <-sub.C:
			if !ok {
				return
			}
			h.frame(&buf, "notice", notice.N, notice.Data)
			// Whatever else waits goes out with the same flush.
			for n := len(sub.C); n > 0; n-- {
				if notice, ok = <-sub.C; ok {
					h.frame(&buf, "notice", notice.N, notice.Data)
				}
			}
		}
	}
}

func (h *Hub) frame(buf *bytes.Buffer, event string, n uint64, data []byte) {
	buf.WriteString("id: " + h.ID(n) + "\nevent: " + event + "\ndata: ")
	buf.Write(data)
	buf.WriteString("\n\n")
}
