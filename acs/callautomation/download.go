package callautomation

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"

	"guichet/acs/internal/rest"
)

// Errors of stored recordings that are not the service's.
var (
	// ErrLocation is wrapped by the refusal of a location that is not the service's own, to which nothing is sent.
	ErrLocation = errors.New("not a location of recordings")

	// ErrRange is wrapped by errors about a part of a recording: one that cannot be, or another than was asked for.
	ErrRange = errors.New("invalid range")
)

// recordingHosts are what the hosts of locations end with, as in @azure/communication-call-automation 1.6.0.
var recordingHosts = []string{".asm.skype.com", ".asyncgw.teams.microsoft.com", ".ams.gov.teams.microsoft.us"}

// maxMetadata is the size in bytes of the largest metadata document that is read.
const maxMetadata = 1 << 20

// RecordingContentPart is a recording's file, or a part of it.
type RecordingContentPart struct {
	// Body must be closed. It is read from the network; when that breaks off, another part may be had from there on.
	Body io.ReadCloser

	// ContentType is what the service says, often application/octet-stream.
	ContentType string

	// Length is the number of bytes of Body, -1 when not told.
	Length int64

	// Offset is where Body begins in the file, Size the length of the file, -1 when not told.
	Offset, Size int64
}

// DownloadOptions are the options of DownloadRecording.
type DownloadOptions struct {
	// Offset is where to begin, in bytes. Length is how many bytes to get, the rest when zero.
	Offset, Length int64
}

// DownloadRecording gets a recording from the contentLocation that the event RecordingFileStatusUpdated tells, while the
// service has it: a day or two. The location must be an https address at a host of the service, or of the client's
// options; any other is ErrLocation, as the credential would go there.
func (c *Client) DownloadRecording(ctx context.Context, location string, options *DownloadOptions) (RecordingContentPart, error) {
	if options == nil {
		options = &DownloadOptions{}
	}
	if options.Offset < 0 || options.Length < 0 || options.Offset+options.Length < 0 {
		return RecordingContentPart{}, fmt.Errorf("download recording: %w", ErrRange)
	}
	header := ""
	switch {
	case options.Length > 0:
		header = fmt.Sprintf("bytes=%d-%d", options.Offset, options.Offset+options.Length-1)
	case options.Offset > 0:
		header = fmt.Sprintf("bytes=%d-", options.Offset)
	}
	resp, err := c.stored(ctx, http.MethodGet, location, header, http.StatusOK, http.StatusPartialContent)
	if err != nil {
		return RecordingContentPart{}, err
	}
	part := RecordingContentPart{
		Body: resp.Body, ContentType: resp.Header.Get("Content-Type"), Length: resp.ContentLength, Size: -1,
	}
	// The service tells the range of whole files, too, with status 200.
	if text := resp.Header.Get("Content-Range"); text != "" {
		part.Offset, part.Size, err = parseContentRange(text)
	} else if resp.StatusCode == http.StatusPartialContent {
		part.Offset = options.Offset
	}
	if err == nil && part.Offset != options.Offset {
		err = fmt.Errorf("download recording: %w: begins at byte %d, not %d", ErrRange, part.Offset, options.Offset)
	}
	if err != nil {
		resp.Body.Close()
		return RecordingContentPart{}, err
	}
	return part, nil
}

// parseContentRange reads what is like bytes 0-1054/1055. The size may be an asterisk.
func parseContentRange(text string) (offset, size int64, err error) {
	span, total, found := strings.Cut(strings.TrimPrefix(text, "bytes "), "/")
	first, last, dashed := strings.Cut(span, "-")
	offset, err1 := strconv.ParseInt(first, 10, 64)
	end, err2 := strconv.ParseInt(last, 10, 64)
	if size = -1; total != "*" {
		size, err = strconv.ParseInt(total, 10, 64)
	}
	if !found || !dashed || err1 != nil || err2 != nil || err != nil || offset < 0 || end < offset || size >= 0 && end >= size {
		return 0, -1, fmt.Errorf("answer says: %w", ErrRange)
	}
	return offset, size, nil
}

// DownloadRecordingMetadata gets and reads the document at a metadataLocation. Locations are as for DownloadRecording.
func (c *Client) DownloadRecordingMetadata(ctx context.Context, location string) (RecordingMetadata, error) {
	resp, err := c.stored(ctx, http.MethodGet, location, "", http.StatusOK, http.StatusPartialContent)
	if err != nil {
		return RecordingMetadata{}, err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(io.LimitReader(resp.Body, maxMetadata+1))
	if err != nil {
		return RecordingMetadata{}, fmt.Errorf("metadata of recording: %w", err)
	}
	if len(b) > maxMetadata {
		return RecordingMetadata{}, fmt.Errorf("metadata of recording is longer than %d bytes", maxMetadata)
	}
	return ParseRecordingMetadata(b)
}

// DeleteRecording deletes a recording, and its metadata, by its deleteLocation. Locations are as for DownloadRecording.
func (c *Client) DeleteRecording(ctx context.Context, location string) error {
	resp, err := c.stored(ctx, http.MethodDelete, location, "", http.StatusOK)
	if err != nil {
		return err
	}
	return resp.Body.Close()
}

// stored sends a request to where a recording is. The body of the answer is not read yet.
func (c *Client) stored(ctx context.Context, method, location, bytes string, statuses ...int) (*http.Response, error) {
	u, err := c.checkLocation(location)
	if err != nil {
		return nil, err
	}
	req, err := c.rest.NewRequestElsewhere(ctx, method, u)
	if err != nil {
		return nil, err
	}
	if bytes != "" {
		req.Raw().Header.Set("Range", bytes)
	}
	runtime.SkipBodyDownload(req)
	return c.rest.Send(req, statuses...)
}

// checkLocation does not quote the location: whoever has it may need no more to get the recording.
func (c *Client) checkLocation(location string) (*url.URL, error) {
	u, err := url.Parse(location)
	if err != nil || u.Host == "" || u.User != nil || u.Fragment != "" {
		return nil, fmt.Errorf("%w: not an address", ErrLocation)
	}
	host := strings.ToLower(u.Hostname())
	own := slices.ContainsFunc(c.recordingHosts, func(h string) bool { return strings.EqualFold(h, rest.HostOf(u)) })
	switch {
	case u.Scheme == "http" && own && c.insecure:
	case u.Scheme != "https":
		return nil, fmt.Errorf("%w: not an https address", ErrLocation)
	case own, slices.ContainsFunc(recordingHosts, func(suffix string) bool { return strings.HasSuffix(host, suffix) }):
	default:
		return nil, fmt.Errorf("%w: host %q", ErrLocation, host)
	}
	return u, nil
}
