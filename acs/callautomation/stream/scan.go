package stream

import (
	"bytes"
	"encoding/base64"
	"time"

	"guichet/acs"
)

// audioPrefix is how the service begins audio.
const audioPrefix = `{"kind":"AudioData","audioData":{`

// scanAudio reads audio in the form in which the service writes it: no spaces, no escapes, known members only. Whatever
// is not so is left to the common reader: false says nothing about the message. Of members that come twice the last
// counts, as there.
func (r *Reader) scanAudio(b []byte) (Audio, bool) {
	if len(b) < len(audioPrefix) || string(b[:len(audioPrefix)]) != audioPrefix {
		return Audio{}, false
	}
	var a Audio
	for b = b[len(audioPrefix):]; ; {
		name, rest, ok := scanString(b)
		if !ok || len(rest) < 2 || rest[0] != ':' {
			return Audio{}, false
		}
		rest = rest[1:]
		switch string(name) {
		case "data":
			var text []byte
			if text, rest, ok = scanString(rest); ok {
				a.Data, ok = r.decode(text)
			}
		case "timestamp":
			var text []byte
			if text, rest, ok = scanString(rest); ok {
				a.Timestamp, ok = scanTime(text)
			}
		case "participantRawID":
			var text []byte
			if text, rest, ok = scanString(rest); ok && len(text) <= maxChecked {
				a.Participant = r.speaker(text)
			} else {
				ok = false
			}
		case "silent":
			a.Silent, rest, ok = scanBool(rest)
		default:
			ok = false
		}
		if !ok || len(rest) == 0 {
			return Audio{}, false
		}
		if rest[0] == ',' {
			b = rest[1:]
			continue
		}
		return a, string(rest) == "}}"
	}
}

// maxChecked is the length of the longest string whose characters are looked at. A longer one can only be base64, whose
// decoder looks at them.
const maxChecked = 256

// scanString reads a string without escapes, of printable ASCII if it is not longer than maxChecked, and returns what
// follows it.
func scanString(b []byte) (text, rest []byte, ok bool) {
	if len(b) == 0 || b[0] != '"' {
		return nil, nil, false
	}
	end := bytes.IndexByte(b[1:], '"')
	if end < 0 {
		return nil, nil, false
	}
	text, rest = b[1:1+end], b[2+end:]
	if len(text) > maxChecked {
		return text, rest, true
	}
	for _, c := range text {
		if c < ' ' || c > '~' || c == '\\' {
			return nil, nil, false
		}
	}
	return text, rest, true
}

func scanBool(b []byte) (value bool, rest []byte, ok bool) {
	switch {
	case bytes.HasPrefix(b, []byte("true")):
		return true, b[4:], true
	case bytes.HasPrefix(b, []byte("false")):
		return false, b[5:], true
	}
	return false, nil, false
}

// decode reads base64 into the reader's own memory. The decoder skips line breaks, which a string of JSON cannot have;
// they are seen by the length.
func (r *Reader) decode(text []byte) ([]byte, bool) {
	size := base64.StdEncoding.DecodedLen(len(text))
	if cap(r.audio) < size {
		r.audio = make([]byte, size)
	}
	n, err := base64.StdEncoding.Decode(r.audio[:size], text)
	if err != nil || len(text)%4 != 0 {
		return nil, false
	}
	if padding := bytes.Count(text[max(0, len(text)-2):], []byte("=")); n != size-padding {
		return nil, false
	}
	return r.audio[:n], true
}

// speaker finds the identifier among those of the last messages, or makes it.
func (r *Reader) speaker(raw []byte) acs.Identifier {
	for _, known := range r.speakers {
		if known.RawID() == string(raw) {
			return known
		}
	}
	id := acs.ParseRawID(string(raw))
	r.speakers[r.next] = id
	r.next = (r.next + 1) % len(r.speakers)
	return id
}

// scanTime reads a time like 2026-01-01T00:00:00.020Z, with up to nine digits after the point, or none.
func scanTime(b []byte) (time.Time, bool) {
	const layout = "dddd-dd-ddTdd:dd:dd"
	if len(b) < len(layout)+1 || b[len(b)-1] != 'Z' {
		return time.Time{}, false
	}
	for i := range len(layout) {
		if layout[i] == 'd' && !isDigit(b[i]) || layout[i] != 'd' && b[i] != layout[i] {
			return time.Time{}, false
		}
	}
	nanos := 0
	if fraction := b[len(layout) : len(b)-1]; len(fraction) > 0 {
		if fraction[0] != '.' || len(fraction) < 2 || len(fraction) > 10 {
			return time.Time{}, false
		}
		scale := int(time.Second)
		for _, c := range fraction[1:] {
			if !isDigit(c) {
				return time.Time{}, false
			}
			scale /= 10
			nanos += int(c-'0') * scale
		}
	}
	two := func(i int) int { return int(b[i]-'0')*10 + int(b[i+1]-'0') }
	year, month, day := two(0)*100+two(2), time.Month(two(5)), two(8)
	hour, minute, second := two(11), two(14), two(17)
	if month < 1 || month > 12 || day < 1 || hour > 23 || minute > 59 || second > 59 {
		return time.Time{}, false
	}
	t := time.Date(year, month, day, hour, minute, second, nanos, time.UTC)
	return t, t.Day() == day
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }
