// Calls C, looks a name up by the C library, and starts itself.
package main

// #include <stdlib.h>
// static int answer(void) { return abs(-42); }
import "C"

import (
	"fmt"
	"os"
	"os/exec"
	"os/user"
)

func main() {
	fmt.Println(int(C.answer()))
	if len(os.Args) == 1 {
		if root, err := user.LookupId("0"); err != nil {
			fmt.Println(err)
		} else if root.Username == "root" {
			fmt.Println("found")
		}
		out, err := exec.Command("/proc/self/exe", "child").Output()
		fmt.Print(string(out), err, "\n")
	}
}
