package sip

import (
	"strings"

	"github.com/emiago/sipgo"
	sipmsg "github.com/emiago/sipgo/sip"

	"guichet/internal/cloud/calling"
)

// anonymous is the number of a caller who has none to show.
const anonymous = "anonymous"

const maxName = 256

// invite answers INVITE: a call to one of the numbers that services own.
func (t *Trunk) invite(req *sipmsg.Request, tx sipmsg.ServerTransaction) {
	if tagOf(req.To().Params) != "" {
		if d := t.within(req); d != nil {
			d.reinvite(req, tx)
		} else {
			t.outside(req, tx)
		}
		return
	}
	from, _ := e164Of(req.From().Address.User)
	if good, stale := t.doorman.check(req, from); !good {
		t.send(tx, t.doorman.challenge(req, stale))
		return
	}
	if h := req.GetHeader("Require"); h != nil {
		res := sipmsg.NewResponseFromRequest(req, sipmsg.StatusBadExtension, "Bad Extension", nil)
		res.AppendHeader(sipmsg.NewHeader("Unsupported", h.Value()))
		t.send(tx, res)
		return
	}
	number, ok := e164Of(req.Recipient.User)
	if line, owned := t.o.Lines.Line(number); !ok || !owned || !line.Inbound {
		t.respond(req, tx, sipmsg.StatusNotFound, "Not Found")
		return
	}
	if t.crowded() {
		t.respond(req, tx, sipmsg.StatusServiceUnavailable, "Too many calls")
		return
	}
	var offered *description
	if len(req.Body()) > 0 {
		if h := req.ContentType(); h == nil || !strings.EqualFold(mediaType(h.Value()), "application/sdp") {
			t.respond(req, tx, sipmsg.StatusUnsupportedMediaType, "Unsupported Media Type")
			return
		}
		d, err := parseSDP(req.Body())
		if err != nil {
			t.respond(req, tx, sipmsg.StatusNotAcceptableHere, "Not Acceptable Here")
			return
		}
		offered = &d
	}
	t.receive(req, tx, calling.Number(number), offered)
}

func mediaType(value string) string {
	kind, _, _ := strings.Cut(value, ";")
	return strings.TrimSpace(kind)
}

// receive takes a call in and keeps it until it is over.
func (t *Trunk) receive(req *sipmsg.Request, tx sipmsg.ServerTransaction, to calling.Identifier, offered *description) {
	conn, err := t.ports.open()
	if err != nil {
		t.o.Log.Warn("sip.rtp", "error", err)
		t.respond(req, tx, sipmsg.StatusServiceUnavailable, "No port is free")
		return
	}
	d := t.newDialog(newVoice(conn, t.localTo(req.Source()), t.o.Clock))
	body := []byte(nil)
	if offered != nil {
		if body, err = d.voice.accept(*offered); err != nil {
			_ = conn.Close()
			t.respond(req, tx, sipmsg.StatusNotAcceptableHere, "Not Acceptable Here")
			return
		}
	} else {
		body = d.voice.offered()
	}
	s, err := t.dialogUA(req.Transport(), req.Source()).ReadInvite(req, tx)
	if err != nil {
		_ = conn.Close()
		t.respond(req, tx, sipmsg.StatusBadRequest, "Bad Request")
		return
	}
	d.session = s
	acks, done := d.acknowledged(req.CSeq().SeqNo)
	defer done()
	d.run()
	_ = s.Respond(sipmsg.StatusTrying, "Trying", nil)
	d.leg = t.o.Calls.Dial(calling.Offer{
		From: t.caller(req), To: to, Name: displayName(req), SIP: contextOf(fieldsOf(req)),
	}, d, 0)
	d.voice.begin(d.leg)
	// The peer learns our tag from the next response, so nothing comes before.
	t.add(d, keyOf(req.CallID(), tagOf(s.InviteRequest.To().Params)))
	_ = s.Respond(sipmsg.StatusRinging, "Ringing", nil)

	select {
	case <-d.answered:
	case <-d.over:
		defer d.close()
		status, reason := statusOf(d.why)
		if err := s.Respond(status, reason, nil); err != nil {
			t.o.Log.Debug("sip.refuse", "error", err)
		}
		return
	case <-s.Context().Done():
		// Cancelled: the library has answered.
		defer d.close()
		d.gone()
		return
	case <-t.stopping:
		defer d.close()
		d.gone()
		_ = s.Respond(sipmsg.StatusServiceUnavailable, "Service Unavailable", nil)
		return
	}
	if err := t.accepted(s, body); err != nil {
		t.o.Log.Debug("sip.answer", "error", err)
		d.leg.HangUp()
	}
	if offered == nil {
		d.late(acks)
	}
	d.tend()
}

// accepted sends the 200 and waits for its ACK.
func (t *Trunk) accepted(s *sipgo.DialogServerSession, body []byte) error {
	return s.RespondSDP(body)
}

// late takes the answer to our offer out of the ACK, of a peer that made none; a
// call without is over.
func (d *dialog) late(acks <-chan []byte) {
	select {
	case body := <-acks:
		said, err := parseSDP(body)
		if err == nil {
			err = d.voice.agreed(said)
		}
		if err == nil {
			return
		}
	default:
	}
	d.leg.HangUp()
}

// caller is who calls: the number that a trunk vouches for (RFC 3325), or the one
// that the caller shows.
func (t *Trunk) caller(req *sipmsg.Request) calling.Identifier {
	if h := req.GetHeader("P-Asserted-Identity"); h != nil {
		var uri sipmsg.Uri
		if _, err := sipmsg.ParseAddressValue(h.Value(), &uri, nil); err == nil {
			if number, ok := e164Of(uri.User); ok {
				return calling.Number(number)
			}
		}
	}
	if number, ok := e164Of(req.From().Address.User); ok {
		return calling.Number(number)
	}
	return calling.Number(anonymous)
}

// displayName is the caller's name, if it says one.
func displayName(req *sipmsg.Request) string {
	name := strings.Trim(req.From().DisplayName, `"`)
	if !printable(name) || len(name) > maxName {
		return ""
	}
	return name
}

func fieldsOf(req *sipmsg.Request) []field {
	var list []field
	for _, h := range req.Headers() {
		list = append(list, field{h.Name(), h.Value()})
	}
	return list
}
