package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
)

const (
	setDumpable       = 4
	setChildSubreaper = 36
)

// Its memory is nobody's to read, and who loses its parent becomes its child.
func keepOthersOut() {
	syscall.RawSyscall(syscall.SYS_PRCTL, setDumpable, 0, 0)
	syscall.RawSyscall(syscall.SYS_PRCTL, setChildSubreaper, 1, 0)
}

// No process of the project's outlives the step that it is of, however far away from it it went.
func endAllOthers() {
	for {
		for _, process := range children() {
			syscall.Kill(process, syscall.SIGKILL)
		}
		// Of each that is killed, the children come next.
		if _, err := syscall.Wait4(-1, nil, 0, nil); err != nil && err != syscall.EINTR {
			return
		}
	}
}

func children() []int {
	names, _ := os.ReadDir("/proc")
	var found []int
	for _, name := range names {
		process, err := strconv.Atoi(name.Name())
		if err != nil {
			continue
		}
		about, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", process))
		// Behind the name, which may say anything: the state, and then the parent.
		words := strings.Fields(string(about[strings.LastIndex(string(about), ")")+1:]))
		if len(words) > 1 && words[1] == strconv.Itoa(os.Getpid()) {
			found = append(found, process)
		}
	}
	return found
}
