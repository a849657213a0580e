//go:build unix

package sqlstoretest

import (
	"os"
	"os/exec"
	"syscall"
)

// nobody is the user id that owns nothing, on Debian and most others.
const nobody = 65534

// asOrdinaryUser has cmd run as nobody when this is root, as whom PostgreSQL
// refuses to run, and gives it dir.
func asOrdinaryUser(cmd *exec.Cmd, dir string) error {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if os.Geteuid() != 0 {
		return nil
	}
	cmd.SysProcAttr.Credential = &syscall.Credential{Uid: nobody, Gid: nobody}
	return os.Chown(dir, nobody, nobody)
}
