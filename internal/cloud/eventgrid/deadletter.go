package eventgrid

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"guichet/internal/platform/sqlstore"
)

// giveUp ends a delivery without success: the event is dead-lettered when the
// subscription has a place for it, else dropped. When the dead letter cannot be
// written the event is kept and tried again.
func (b *Broker) giveUp(ctx context.Context, a *activeSubscription, d *delivery, e *stored, reason string) outcome {
	o := outcome{delivery: d, record: Attempt{
		Subscription: a.id, EventID: e.ID, EventType: e.EventType, Attempt: d.attempts, At: b.clock.Now(),
		Outcome: d.lastOutcome, DeadLetter: reason, Untried: true,
	}}
	dest := a.properties.DeadLetterDestination
	if dest == nil {
		o.record.Dropped = true
		return o
	}
	path, err := b.writeDeadLetter(a, dest, d, e, reason)
	if err != nil {
		b.log.ErrorContext(ctx, "eventgrid.deadletter", "subscription", a.name, "error", err)
		o.nextUS = sqlstore.Micros(b.clock.Now().Add(time.Minute))
		return o
	}
	b.log.InfoContext(ctx, "eventgrid.deadletter", "subscription", a.name, "event", e.ID, "reason", reason, "file", filepath.Base(path))
	return o
}

// writeDeadLetter writes the blob
// <account>/<container>/<SUBSCRIPTION>/<year>/<month>/<day>/<hour>/<guid>.json,
// numbers without leading zeros, holding an array of one event with the members
// that Azure adds. The guid is made from the delivery, so that a repetition after
// a crash writes the same name.
func (b *Broker) writeDeadLetter(a *activeSubscription, dest *DeadLetter, d *delivery, e *stored, reason string) (string, error) {
	at := sqlstore.Time(d.lastUS)
	if at.IsZero() {
		at = b.clock.Now()
	}
	published := sqlstore.Time(d.publishedUS).Format(timeFormat)
	var members map[string]any
	var data []byte
	var err error
	if a.properties.EventDeliverySchema == schemaCloudEvents {
		data, err = e.cloudEvent()
	} else {
		data, err = json.Marshal(e.gridEvent)
	}
	if err == nil {
		err = json.Unmarshal(data, &members)
	}
	if err != nil {
		return "", err
	}
	added := map[string]any{
		"deadLetterReason": reason, "deliveryAttempts": d.attempts, "lastDeliveryOutcome": d.lastOutcome,
		"publishTime": published, "lastDeliveryAttemptTime": at.Format(timeFormat),
	}
	for name, value := range added {
		if a.properties.EventDeliverySchema == schemaCloudEvents {
			name = strings.ToLower(name)
		}
		members[name] = value
	}
	if data, err = json.Marshal([]any{members}); err != nil {
		return "", err
	}
	id := dest.Properties.ResourceID
	account := strings.ToLower(id[strings.LastIndex(id, "/")+1:])
	if !validContainer(account) {
		account = "storage"
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %d %s", a.id, d.seq, e.ID))
	name, err := uuid.FromBytes(sum[:16])
	if err != nil {
		return "", err
	}
	dir := filepath.Join(b.blobDir, account, dest.Properties.BlobContainerName, strings.ToUpper(a.name),
		strconv.Itoa(at.Year()), strconv.Itoa(int(at.Month())), strconv.Itoa(at.Day()), strconv.Itoa(at.Hour()))
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	path := filepath.Join(dir, name.String()+".json")
	return path, b.writeDurably(path, data)
}

// unfinishedDir is where blobs are written before they get their name; what a
// crash left there goes at the next start.
func (b *Broker) unfinishedDir() string { return filepath.Join(b.blobDir, ".unfinished") }

// writeDurably makes the file whole or not at all, and on the disk.
func (b *Broker) writeDurably(path string, data []byte) error {
	if err := os.MkdirAll(b.unfinishedDir(), 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(b.unfinishedDir(), "*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(f.Name()) }()
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	return err
}
