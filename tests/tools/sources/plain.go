// Starts itself. It has no C in it.
package main

import (
	"fmt"
	"os"
	"os/exec"
)

func main() {
	fmt.Println(len(os.Args))
	if len(os.Args) == 1 {
		out, err := exec.Command("/proc/self/exe", "child").Output()
		fmt.Print(string(out), err, "\n")
	}
}
