package sip

import (
	"guichet/internal/cloud/calling"
)

// sipSubCode is what Azure adds to a status of SIP to make its subcode: 560486 is
// a peer that is busy.
const sipSubCode = 560_000

// causeOf is why a call was not answered, by the status of the peer.
func causeOf(status int) calling.Cause {
	c := calling.Cause{Code: status, SubCode: sipSubCode + status}
	switch status {
	case 486, 600:
		c.Code, c.Message = 486, "The callee is busy."
	case 603, 607, 608:
		c.Code, c.Message = 603, "The callee declined the call."
	case 408, 480:
		c.Code, c.Message = 480, "The callee did not answer in time."
	case 404, 410, 484, 604:
		c.Code, c.Message = 404, "The number is not in use."
	case 401, 403, 407:
		c.Code, c.Message = 403, "The trunk refused the call."
	case 487:
		c = calling.Cancelled
	case 488, 606:
		c.Code, c.Message = 488, "The callee and the call server speak no common encoding."
	default:
		if status < 400 || status > 699 {
			c.Code = 500
		}
		c.Message = "The trunk could not complete the call."
	}
	return c
}

// statusOf is the status that ends a call which was not answered.
func statusOf(c calling.Cause) (status int, reason string) {
	switch {
	case c.Code == 404:
		return 404, "Not Found"
	case c.Code == 403:
		return 403, "Forbidden"
	case c.Code == 486:
		return 486, "Busy Here"
	case c.Code == 603:
		return 603, "Decline"
	case c.Code == 487:
		return 487, "Request Terminated"
	case c.Code >= 500 && c.Code < 600:
		return 503, "Service Unavailable"
	}
	return 480, "Temporarily Unavailable"
}
