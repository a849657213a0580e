package crash

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/arm"
	azcloud "github.com/Azure/azure-sdk-for-go/sdk/azcore/cloud"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/to"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
	"github.com/Azure/azure-sdk-for-go/sdk/messaging/eventgrid/azeventgrid"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/eventgrid/armeventgrid/v2"
	"github.com/google/uuid"

	"guichet/localcloud"
)

// The story of the cloud alone.
const (
	cloudKills = 20
	// tries is maxDeliveryAttempts: few, so that some events run out of them.
	tries             = 3
	cloudSettleWithin = 40 * time.Second
)

// TestEveryEventIsDeliveredOrDeadLettered kills the local cloud again and again
// while texts and events are published and their webhook fails by chance: what
// was accepted arrives, or is dead-lettered.
func TestEveryEventIsDeliveredOrDeadLettered(t *testing.T) {
	dir := t.TempDir()
	cloud := &half{t: t, name: "cloud", args: []string{
		"cloud", "--json", "--data", dir, "--cloud-https", freePort(t), "--cloud-http", freePort(t),
		"--cloud-retry-schedule", "200ms,500ms,1s",
	}}
	ready := cloud.start()
	t.Cleanup(func() { cloud.kill(syscall.SIGKILL) })
	seed := rand.Uint64()
	t.Logf("seed: %d", seed)
	hook := newReceiver(t, seed)
	azure := newAzure(t, ready)
	azure.subscribe(localcloud.ResourceID, "texts", hook.URL)
	topic, key := azure.topic("contoso-topic")
	azure.subscribe(*topic.ID, "things", hook.URL)
	endpoint := *topic.Properties.Endpoint
	hook.fail()

	load, stopLoad := context.WithCancel(t.Context())
	defer stopLoad()
	var wg sync.WaitGroup
	accepted := &journal{}
	for i := range customers {
		wg.Go(func() { texts(t, load, ready["pages"], customer(i), accepted) })
	}
	wg.Go(func() { azure.publishBySDK(load, endpoint, key, accepted) })
	wg.Go(func() { azure.publishByPost(load, endpoint, key, accepted) })

	random := rand.New(rand.NewPCG(seed, 1))
	for range cloudKills {
		wait(t, time.Duration(random.Int64N(int64(pauseAtMost))))
		cloud.kill(syscall.SIGKILL)
		cloud.start()
	}
	stopLoad()
	wg.Wait()

	published := accepted.all()
	if len(published) < 500 {
		t.Errorf("only %d events were accepted: too little load to prove anything", len(published))
	}
	deadline := time.Now().Add(cloudSettleWithin)
	for {
		missing, dead := hook.missing(published, deadLetters(t, dir))
		if len(missing) == 0 {
			t.Logf("%d kills, %d events accepted, %d deliveries, %d attempts refused, %d events dead-lettered",
				cloudKills, len(published), hook.taken(), hook.refused(), dead)
			if hook.refused() == 0 || dead == 0 {
				t.Error("neither retry nor dead letter was tried")
			}
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d of %d events were neither delivered nor dead-lettered, such as %q", len(missing), len(published), missing[0])
		}
		wait(t, 100*time.Millisecond)
	}
}

// journal is the keys of the events that the cloud accepted.
type journal struct {
	mu   sync.Mutex
	keys []string
}

func (j *journal) add(key string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.keys = append(j.keys, key)
}

func (j *journal) all() []string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return append([]string(nil), j.keys...)
}

// texts writes as one customer until ctx ends, each text until it is accepted.
func texts(t *testing.T, ctx context.Context, pages, from string, accepted *journal) {
	path := pages + "/_guichet/handset/customers/" + url.PathEscape(from) + "/threads/" + url.PathEscape(business) + "/messages"
	for n := 0; ctx.Err() == nil; n++ {
		key := fmt.Sprintf("%s says %d", from, n)
		body := map[string]string{"id": uuid.NewString(), "text": key}
		retry(func() error { return post(http.DefaultClient, path, body, nil) })
		accepted.add(key)
		wait(t, 10*time.Millisecond)
	}
}

// gridEvent is what the test reads of an event.
type gridEvent struct {
	ID               string
	EventType        string
	Data             struct{ Message, ValidationCode string }
	DeadLetterReason string
	DeliveryAttempts int
}

// key tells events apart: the cloud makes the id of a text's event.
func (e gridEvent) key() string {
	if e.Data.Message != "" {
		return e.Data.Message
	}
	return e.ID
}

// receiver is a webhook that fails by chance.
type receiver struct {
	*httptest.Server
	mu       sync.Mutex
	random   *rand.Rand
	failing  bool
	got      map[string]int
	refusals int
}

func newReceiver(t *testing.T, seed uint64) *receiver {
	r := &receiver{random: rand.New(rand.NewPCG(seed, 2)), got: map[string]int{}}
	r.Server = httptest.NewServer(r)
	t.Cleanup(r.Close)
	return r
}

// fail begins the failures; before, every request is answered well.
func (r *receiver) fail() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.failing = true
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	var list []gridEvent
	body, err := io.ReadAll(q.Body)
	if err == nil {
		err = json.Unmarshal(body, &list)
	}
	if err != nil || len(list) == 0 {
		// A process that is killed leaves half a request.
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	if q.Header.Get("aeg-event-type") == "SubscriptionValidation" {
		_ = json.NewEncoder(w).Encode(map[string]string{"validationResponse": list[0].Data.ValidationCode})
		return
	}
	status := r.answer(list)
	if status == 0 {
		panic(http.ErrAbortHandler) // the connection breaks
	}
	w.WriteHeader(status)
}

// answer takes the events or refuses them; 0 is no answer at all.
func (r *receiver) answer(list []gridEvent) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	status := http.StatusOK
	if r.failing {
		switch n := r.random.IntN(100); {
		case n < 8:
			status = http.StatusInternalServerError
		case n < 14:
			status = http.StatusServiceUnavailable
		case n < 17:
			status = http.StatusBadRequest
		case n < 20:
			status = 0
		}
	}
	if status != http.StatusOK {
		r.refusals++
		return status
	}
	for _, e := range list {
		r.got[e.key()]++
	}
	return status
}

// missing is what was published and neither delivered nor dead-lettered, with
// the number of events that are dead letters.
func (r *receiver) missing(published []string, dead map[string]bool) ([]string, int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	var list []string
	for _, key := range published {
		if r.got[key] == 0 && !dead[key] {
			list = append(list, key)
		}
	}
	return list, len(dead)
}

func (r *receiver) taken() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	sum := 0
	for _, n := range r.got {
		sum += n
	}
	return sum
}

func (r *receiver) refused() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.refusals
}

// deadLetters reads the folder that stands for storage accounts; every blob in
// it must be whole, whenever the process was killed.
func deadLetters(t *testing.T, dir string) map[string]bool {
	t.Helper()
	keys := map[string]bool{}
	err := filepath.WalkDir(filepath.Join(dir, "cloud", "blobs"), func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".json") {
			return nil // the folder is made with the first dead letter
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		var list []gridEvent
		if err := json.Unmarshal(text, &list); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		for _, e := range list {
			if e.DeadLetterReason == "" || e.DeliveryAttempts < 1 || e.DeliveryAttempts > tries {
				t.Errorf("a dead letter without reason or attempts: %s", text)
			}
			keys[e.key()] = true
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

// azure is the local cloud to Microsoft's own SDKs.
type azure struct {
	t       *testing.T
	options policy.ClientOptions
	cred    azcore.TokenCredential
	client  *http.Client
}

func newAzure(t *testing.T, ready map[string]string) *azure {
	t.Helper()
	ca, err := os.ReadFile(ready["ca"])
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(ca)
	client := &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}}
	a := &azure{t: t, client: client, options: policy.ClientOptions{
		Cloud: azcloud.Configuration{
			ActiveDirectoryAuthorityHost: ready["cloud"] + "/",
			Services: map[azcloud.ServiceName]azcloud.ServiceConfiguration{
				azcloud.ResourceManager: {Endpoint: ready["cloud"], Audience: localcloud.ResourceManagerAudience},
			},
		},
		Transport: client, Retry: policy.RetryOptions{MaxRetries: -1},
	}}
	a.cred, err = azidentity.NewClientSecretCredential(localcloud.TenantID, localcloud.ClientID, localcloud.ClientSecret,
		&azidentity.ClientSecretCredentialOptions{ClientOptions: a.options, DisableInstanceDiscovery: true})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func (a *azure) arm() *arm.ClientOptions { return &arm.ClientOptions{ClientOptions: a.options} }

// finish polls an operation to its end.
func finish[T any](a *azure, poller *runtime.Poller[T], err error) T {
	a.t.Helper()
	var result T
	if err == nil {
		result, err = poller.PollUntilDone(a.t.Context(), &runtime.PollUntilDoneOptions{Frequency: time.Second})
	}
	if err != nil {
		a.t.Fatal(err)
	}
	return result
}

// subscribe leads the events of a resource to the webhook, with a place for dead
// letters.
func (a *azure) subscribe(scope, name, webhook string) {
	a.t.Helper()
	client, err := armeventgrid.NewEventSubscriptionsClient(localcloud.SubscriptionID, a.cred, a.arm())
	if err != nil {
		a.t.Fatal(err)
	}
	storage := "/subscriptions/" + localcloud.SubscriptionID + "/resourceGroups/" + localcloud.ResourceGroup +
		"/providers/Microsoft.Storage/storageAccounts/contosostorage"
	poller, err := client.BeginCreateOrUpdate(a.t.Context(), scope, name, armeventgrid.EventSubscription{
		Properties: &armeventgrid.EventSubscriptionProperties{
			Destination: &armeventgrid.WebHookEventSubscriptionDestination{
				EndpointType: to.Ptr(armeventgrid.EndpointTypeWebHook),
				Properties:   &armeventgrid.WebHookEventSubscriptionDestinationProperties{EndpointURL: &webhook},
			},
			DeadLetterDestination: &armeventgrid.StorageBlobDeadLetterDestination{
				EndpointType: to.Ptr(armeventgrid.DeadLetterEndPointTypeStorageBlob),
				Properties: &armeventgrid.StorageBlobDeadLetterDestinationProperties{
					ResourceID: &storage, BlobContainerName: to.Ptr("dead"),
				},
			},
			RetryPolicy: &armeventgrid.RetryPolicy{MaxDeliveryAttempts: to.Ptr(int32(tries))},
		},
	}, nil)
	finish(a, poller, err)
}

// topic makes a custom topic and answers one of its keys.
func (a *azure) topic(name string) (armeventgrid.Topic, string) {
	a.t.Helper()
	client, err := armeventgrid.NewTopicsClient(localcloud.SubscriptionID, a.cred, a.arm())
	if err != nil {
		a.t.Fatal(err)
	}
	poller, err := client.BeginCreateOrUpdate(a.t.Context(), localcloud.ResourceGroup, name,
		armeventgrid.Topic{Location: to.Ptr("francecentral")}, nil)
	made := finish(a, poller, err)
	keys, err := client.ListSharedAccessKeys(a.t.Context(), localcloud.ResourceGroup, name, nil)
	if err != nil {
		a.t.Fatal(err)
	}
	return made.Topic, *keys.Key1
}

// publishBySDK publishes with azeventgrid until ctx ends.
func (a *azure) publishBySDK(ctx context.Context, endpoint, key string, accepted *journal) {
	client, err := azeventgrid.NewClientWithSharedKeyCredential(endpoint, azcore.NewKeyCredential(key),
		&azeventgrid.ClientOptions{ClientOptions: a.options})
	if err != nil {
		a.t.Error(err)
		return
	}
	for n := 0; ctx.Err() == nil; n++ {
		var events []azeventgrid.Event
		for i := range 1 + n%3 {
			events = append(events, azeventgrid.Event{
				ID: to.Ptr("sdk-" + strconv.Itoa(n) + "-" + strconv.Itoa(i)), Subject: to.Ptr("thing"), EventType: to.Ptr("Contoso.Thing"),
				EventTime: to.Ptr(time.Now()), DataVersion: to.Ptr("1"), Data: map[string]int{"n": n},
			})
		}
		retry(func() error {
			_, err := client.PublishEvents(a.t.Context(), events, nil)
			return err
		})
		for _, e := range events {
			accepted.add(*e.ID)
		}
		wait(a.t, 10*time.Millisecond)
	}
}

// publishByPost publishes with a plain request until ctx ends.
func (a *azure) publishByPost(ctx context.Context, endpoint, key string, accepted *journal) {
	for n := 0; ctx.Err() == nil; n++ {
		id := "post-" + strconv.Itoa(n)
		body, err := json.Marshal([]map[string]any{{
			"id": id, "subject": "thing", "eventType": "Contoso.Thing", "eventTime": time.Now(), "dataVersion": "1", "data": map[string]int{"n": n},
		}})
		if err != nil {
			a.t.Error(err)
			return
		}
		retry(func() error {
			r, err := http.NewRequest(http.MethodPost, endpoint+"?api-version=2018-01-01", bytes.NewReader(body))
			if err != nil {
				return err
			}
			r.Header.Set("Content-Type", "application/json")
			r.Header.Set("aeg-sas-key", key)
			return do(a.client, r, nil)
		})
		accepted.add(id)
		wait(a.t, 10*time.Millisecond)
	}
}
