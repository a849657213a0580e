// Package folder makes a data folder and keeps a second process out of it. It
// does not know what lies in it.
package folder

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// ErrTaken says that another process works in the folder.
var ErrTaken = errors.New("another Guichet works in this data folder")

// Take makes dir if need be, proves that it can be written, and takes the lock
// file name in it until release is called or the process ends.
func Take(dir, name string) (release func(), err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("the data folder cannot be made: %w", err)
	}
	f, err := os.OpenFile(filepath.Join(dir, name), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("the data folder cannot be written: %w", err)
	}
	if err := lock(f); err != nil {
		_ = f.Close()
		return nil, fmt.Errorf("%s: %w", dir, ErrTaken)
	}
	return func() { _ = f.Close() }, nil
}
