package number

import (
	"context"
	"fmt"
	"slices"

	"guichet/internal/platform/sqlstore"
)

// Difference is how the list of numbers differs from the resource's own.
type Difference struct {
	// Owned counts the resource's numbers.
	Owned int
	// Missing are owned but not in the list; Extra are in the list but not owned.
	Missing, Extra []string
}

// Compare asks the resource for its numbers and changes nothing.
func (s *Numbers) Compare(ctx context.Context, connectionID string) (Difference, error) {
	client, err := s.Client(ctx)
	if err != nil {
		return Difference{}, err
	}
	listed, err := sqlstore.List(ctx, s.db.Read(), func(n *string) []any { return []any{n} },
		`SELECT number FROM phone_number WHERE connection_id = $1 AND detached = FALSE ORDER BY number`, connectionID)
	if err != nil {
		return Difference{}, fmt.Errorf("list numbers: %w", err)
	}
	d := Difference{Extra: listed}
	for pager := client.NewListPurchasedPager(nil); pager.More(); {
		page, err := pager.NextPage(ctx)
		if err != nil {
			return Difference{}, fmt.Errorf("ask for the numbers: %w", err)
		}
		for _, n := range page.PhoneNumbers {
			d.Owned++
			if i := slices.Index(d.Extra, n.PhoneNumber); i >= 0 {
				d.Extra = slices.Delete(d.Extra, i, i+1)
			} else {
				d.Missing = append(d.Missing, n.PhoneNumber)
			}
		}
	}
	return d, nil
}
