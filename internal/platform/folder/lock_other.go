//go:build !unix

package folder

import "os"

// lock does nothing where the system has no flock; the taken address then keeps
// a second process away.
func lock(*os.File) error { return nil }
