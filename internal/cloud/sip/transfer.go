package sip

import (
	sipmsg "github.com/emiago/sipgo/sip"
)

// refer answers REFER.
func (t *Trunk) refer(req *sipmsg.Request, tx sipmsg.ServerTransaction) {
	if t.within(req) == nil {
		t.outside(req, tx)
		return
	}
	t.respond(req, tx, sipmsg.StatusGlobalDecline, "Decline")
}
