// Put into Go's own package `testing` for a run: it signs who passed, with a secret that was read before any
// code of the program ran. Its names are made up anew each time.
package testing

import (
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
	"runtime"
	"sync"
	"syscall"
	"unsafe"
)

const redfirstPipe = 3

// Filled by what the system calls first, if anybody told it one.
var redfirstSecret [sha256.Size]byte

var redfirstNothing [sha256.Size]byte

var redfirst struct {
	sync.Mutex
	tests    map[*common]bool
	examples map[unsafe.Pointer]bool
}

func redfirstEntry()

func init() {
	if redfirstSecret != redfirstNothing {
		syscall.CloseOnExec(redfirstPipe)
	}
}

// The tests that go has found, when the program that go has written names them. Whoever else runs tests
// by these names runs others.
func redfirstOwn(
	tests []InternalTest, targets []InternalFuzzTarget, examples []InternalExample,
) ([]InternalTest, []InternalFuzzTarget, []InternalExample) {
	callers := make([]uintptr, 1)
	runtime.Callers(3, callers)
	if frame, _ := runtime.CallersFrames(callers).Next(); frame.Function != "main.main" {
		return tests, targets, examples
	}
	tests = append([]InternalTest(nil), tests...)
	for at := range tests {
		run := tests[at].F
		tests[at].F = func(t *T) { redfirstMark(&t.common); run(t) }
	}
	targets = append([]InternalFuzzTarget(nil), targets...)
	for at := range targets {
		run := targets[at].Fn
		targets[at].Fn = func(f *F) { redfirstMark(&f.common); run(f) }
	}
	examples = append([]InternalExample(nil), examples...)
	redfirst.Lock()
	defer redfirst.Unlock()
	redfirst.examples = map[unsafe.Pointer]bool{}
	for at := range examples {
		run := examples[at].F
		examples[at].F = func() { run() }
		redfirst.examples[redfirstWhich(&examples[at].F)] = true
	}
	return tests, targets, examples
}

func redfirstMark(test *common) {
	redfirst.Lock()
	defer redfirst.Unlock()
	if redfirst.tests == nil {
		redfirst.tests = map[*common]bool{}
	}
	redfirst.tests[test] = true
}

// A test is over, and so is all that is below it.
func redfirstReport(test *common) {
	// What is run in a bubble has the name of what it is run by, which can still fail.
	if test.Failed() || test.Skipped() || test.parent != nil && test.parent.name == test.name {
		return
	}
	for up := test; up != nil; up = up.parent {
		redfirst.Lock()
		is := redfirst.tests[up]
		redfirst.Unlock()
		if is {
			redfirstSign(test.name)
			return
		}
	}
}

func redfirstExample(example InternalExample, passed bool) bool {
	redfirst.Lock()
	is := redfirst.examples[redfirstWhich(&example.F)]
	redfirst.Unlock()
	if passed && is {
		redfirstSign(example.Name)
	}
	return passed
}

func redfirstWhich(function *func()) unsafe.Pointer {
	return *(*unsafe.Pointer)(unsafe.Pointer(function))
}

func redfirstSign(name string) {
	if redfirstSecret == redfirstNothing {
		return
	}
	mac := hmac.New(sha256.New, redfirstSecret[:])
	mac.Write([]byte(name))
	redfirst.Lock()
	defer redfirst.Unlock()
	syscall.Write(redfirstPipe, []byte(fmt.Sprintf("%x %s\n", mac.Sum(nil), name)))
}
