package arm

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"guichet/internal/platform/sqlstore"
)

// newKey is an access key: 64 random bytes in base64.
func newKey() string {
	b := make([]byte, 64)
	_, _ = rand.Read(b)
	return base64.StdEncoding.EncodeToString(b)
}

func (a *ARM) connectionString(key string) string {
	return "endpoint=https://" + a.hostName + "/;accesskey=" + key
}

// keyPair is both keys with their connection strings.
func (a *ARM) keyPair(s serviceRow) map[string]string {
	return map[string]string{
		"primaryKey": s.primary, "primaryConnectionString": a.connectionString(s.primary),
		"secondaryKey": s.secondary, "secondaryConnectionString": a.connectionString(s.secondary),
	}
}

func (a *ARM) listKeys(c *call) (reply, error) {
	s, err := a.service(c)
	if err != nil {
		return reply{}, err
	}
	return reply{http.StatusOK, a.keyPair(s), nil}, nil
}

// regenerateKey replaces one key at once and answers the changed pair alone.
func (a *ARM) regenerateKey(c *call) (reply, error) {
	var body struct {
		KeyType string `json:"keyType"`
	}
	if err := c.decode(&body); err != nil {
		return reply{}, err
	}
	s, err := a.service(c)
	if err != nil {
		return reply{}, err
	}
	answer, err := a.regenerate(c.ctx, &s, body.KeyType, c.who())
	return reply{http.StatusOK, answer, nil}, err
}

// regenerate replaces the key of that type (primary or secondary, in any case)
// and answers it with its connection string. The old one stops working at once.
func (a *ARM) regenerate(ctx context.Context, s *serviceRow, keyType, who string) (map[string]string, error) {
	key := newKey()
	answer := map[string]string{}
	switch strings.ToLower(keyType) {
	case "primary":
		s.primary = key
		answer["primaryKey"], answer["primaryConnectionString"] = key, a.connectionString(key)
	case "secondary":
		s.secondary = key
		answer["secondaryKey"], answer["secondaryConnectionString"] = key, a.connectionString(key)
	default:
		return nil, fail(http.StatusBadRequest, "BadRequest", "The key type '%s' is not Primary or Secondary.", keyType)
	}
	s.changedUS, s.changedBy = sqlstore.Micros(a.clock.Now()), who
	return answer, a.saveService(ctx, *s)
}

// linkHub remembers the notification hub that a resource is linked to.
func (a *ARM) linkHub(c *call) (reply, error) {
	var body struct {
		ResourceID       string `json:"resourceId"`
		ConnectionString string `json:"connectionString"`
	}
	if err := c.decode(&body); err != nil {
		return reply{}, err
	}
	s, err := a.service(c)
	if err != nil {
		return reply{}, err
	}
	if body.ResourceID == "" || body.ConnectionString == "" {
		return reply{}, fail(http.StatusBadRequest, "BadRequest", "The properties 'resourceId' and 'connectionString' are required.")
	}
	set, err := s.parsed()
	if err != nil {
		return reply{}, err
	}
	set.NotificationHubID = body.ResourceID
	if s.settings, err = marshalText(set); err != nil {
		return reply{}, err
	}
	s.changedUS, s.changedBy = sqlstore.Micros(a.clock.Now()), c.who()
	return reply{http.StatusOK, map[string]string{"resourceId": body.ResourceID}, nil}, a.saveService(c.ctx, s)
}

// checkName says whether a name is free: names of communication resources are
// unique across all subscriptions, since they are host names in Azure.
func (a *ARM) checkName(c *call) (reply, error) {
	var body struct {
		Name string `json:"name"`
		Type string `json:"type"`
	}
	if err := c.decode(&body); err != nil {
		return reply{}, err
	}
	if !strings.EqualFold(body.Type, serviceType) {
		return reply{}, fail(http.StatusBadRequest, "BadRequest", "The type '%s' is not Microsoft.Communication/CommunicationServices.", body.Type)
	}
	if !validName.MatchString(body.Name) {
		return reply{http.StatusOK, map[string]any{
			"nameAvailable": false, "reason": "Invalid", "message": "The name may have letters, digits and hyphens only.",
		}, nil}, nil
	}
	rows, err := a.serviceRows(c.ctx)
	if err != nil {
		return reply{}, err
	}
	for _, s := range rows {
		if strings.EqualFold(s.name, body.Name) {
			return reply{http.StatusOK, map[string]any{
				"nameAvailable": false, "reason": "AlreadyExists", "message": fmt.Sprintf("The name '%s' is already in use.", body.Name),
			}, nil}, nil
		}
	}
	return reply{http.StatusOK, map[string]any{"nameAvailable": true}, nil}, nil
}

// isCode says whether err is a refusal of ARM with that code.
func isCode(err error, code string) bool {
	refusal, ok := errors.AsType[*Error](err)
	return ok && refusal.Code == code
}
