package sip

import (
	"context"
	"fmt"

	"github.com/emiago/sipgo"
	sipmsg "github.com/emiago/sipgo/sip"

	"guichet/internal/cloud/calling"
)

// refer answers REFER (RFC 3515) within a call: the number takes the place of who
// asks. Attended transfers, which replace a call by another, are refused.
func (t *Trunk) refer(req *sipmsg.Request, tx sipmsg.ServerTransaction) {
	d := t.within(req)
	if d == nil {
		t.outside(req, tx)
		return
	}
	to := req.ReferTo()
	if to == nil {
		t.respond(req, tx, sipmsg.StatusBadRequest, "No Refer-To")
		return
	}
	number, ok := e164Of(to.Address.User)
	if !ok || to.Address.Headers.Has("Replaces") {
		t.respond(req, tx, sipmsg.StatusGlobalDecline, "Only telephone numbers are transferred to")
		return
	}
	if err := d.session.ReadRequest(req, tx); err != nil {
		t.respond(req, tx, sipmsg.StatusInternalServerError, "The sequence number is not the next")
		return
	}
	if !d.referring.CompareAndSwap(false, true) {
		t.respond(req, tx, sipmsg.StatusRequestPending, "A transfer is under way")
		return
	}
	t.respond(req, tx, sipmsg.StatusAccepted, "Accepted")
	d.notify("SIP/2.0 100 Trying", "active;expires=60")
	d.told.Add(1)
	defer d.told.Done()
	defer d.referring.Store(false)
	became := make(chan calling.Cause, 1)
	d.leg.Transfer(calling.Number(number), func(why calling.Cause) { became <- why })
	var why calling.Cause
	select {
	case why = <-became:
	case <-d.over:
		// The leg is over because it was transferred, or somebody hung up.
		select {
		case why = <-became:
		default:
			return
		}
	}
	line := "SIP/2.0 200 OK"
	if why.Code != 200 {
		status, reason := statusOf(why)
		line = fmt.Sprintf("SIP/2.0 %d %s", status, reason)
	}
	d.notify(line, "terminated;reason=noresource")
}

// notify tells who asked for a transfer how far it is (RFC 3515, 2.4.5).
func (d *dialog) notify(line, state string) {
	ctx, cancel := context.WithTimeout(context.Background(), requestWithin)
	defer cancel()
	contact := d.peer()
	if contact == nil {
		return
	}
	req := sipmsg.NewRequest(sipmsg.NOTIFY, *contact.Address.Clone())
	req.AppendHeader(sipmsg.NewHeader("Event", "refer"))
	req.AppendHeader(sipmsg.NewHeader("Subscription-State", state))
	req.AppendHeader(sipmsg.NewHeader("Content-Type", "message/sipfrag;version=2.0"))
	req.SetBody([]byte(line + "\r\n"))
	if _, err := d.session.Do(ctx, req); err != nil {
		d.t.o.Log.Debug("sip.notify", "error", err)
	}
}

// peer is where the peer wants requests within the dialog.
func (d *dialog) peer() *sipmsg.ContactHeader {
	switch s := d.session.(type) {
	case *sipgo.DialogServerSession:
		return s.InviteRequest.Contact()
	case *sipgo.DialogClientSession:
		return s.InviteResponse.Contact()
	}
	return nil
}
