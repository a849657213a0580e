package rest

import (
	"context"
	"net/http"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
)

// NewPager returns a pager over a collection whose pages name the next one by a link, relative or absolute. Such a
// link is followed as it is, with nothing added to it.
func NewPager[T any](c *Client, next func(T) string, first func(context.Context) (*policy.Request, error)) *runtime.Pager[T] {
	return runtime.NewPager(runtime.PagingHandler[T]{
		More: func(page T) bool { return next(page) != "" },
		Fetcher: func(ctx context.Context, page *T) (T, error) {
			var out T
			req, err := pageRequest(ctx, c, page, next, first)
			if err != nil {
				return out, err
			}
			return out, c.Call(req, &out, http.StatusOK)
		},
		Tracer: c.inner.Tracer(),
	})
}

func pageRequest[T any](ctx context.Context, c *Client, page *T, next func(T) string, first func(context.Context) (*policy.Request, error)) (*policy.Request, error) {
	if page == nil {
		return first(ctx)
	}
	link, err := c.Resolve(next(*page))
	if err != nil {
		return nil, err
	}
	req, err := runtime.NewRequest(ctx, http.MethodGet, link)
	if err != nil {
		return nil, err
	}
	req.Raw().Header.Set("Accept", JSON)
	return req, nil
}
