// Builds the tests of a Go project, runs each program of them, and signs what came of it:
// go_judge REPORT OWN KIT ARGUMENTS...
//
// The key comes on standard input, and results are kept in memory: no process of the project's can read
// either. What is left of one is killed before the next is begun, and before the report is written.
package main

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"sort"
	"strings"
)

func main() {
	if os.Args[1] == "note" {
		takeNote(os.Args[2], os.Args[3:])
		return
	}
	keepOthersOut()
	key := make([]byte, 64)
	if _, err := io.ReadFull(os.Stdin, key); err != nil {
		panic("there is no key")
	}
	judge := &Judge{own: os.Args[2], kit: os.Args[3], arguments: os.Args[4:]}
	code, err := judge.all()
	if err != nil {
		judge.tell("broken", []byte(err.Error()))
	}
	endAllOthers()
	os.RemoveAll(judge.own)
	if err := os.WriteFile(os.Args[1], sealed(key, judge.told.Bytes()), 0o600); err != nil {
		panic(err)
	}
	os.Exit(code)
}

type Judge struct {
	own, kit  string
	arguments []string
	told      bytes.Buffer
}

func (judge *Judge) all() (int, error) {
	folder, err := os.Getwd()
	if err != nil {
		return 1, err
	}
	judge.tell("folder", []byte(folder))
	judge.tell("tests", places(folder))
	module, _ := exec.Command("go", "list", "-m").Output()
	judge.tell("module", module)
	code, entry, err := judge.build()
	if err != nil {
		return 1, err
	}
	programs, err := noted(filepath.Join(judge.own, "notes"))
	if err != nil {
		return 1, err
	}
	for _, program := range programs {
		program.isSealed = entry != "" && startsAt(program.path) == entry
	}
	for _, program := range programs {
		ended, err := program.judge(judge)
		if err != nil {
			return 1, err
		}
		if ended != 0 {
			code = 1
		}
	}
	return code, nil
}

// Nothing of the project's runs here, for what would run its programs only takes notes.
func (judge *Judge) build() (int, string, error) {
	notes := filepath.Join(judge.own, "notes")
	if err := os.MkdirAll(notes, 0o700); err != nil {
		return 1, "", err
	}
	us, err := os.Executable()
	if err != nil {
		return 1, "", err
	}
	words := []string{"test", "-json", fmt.Sprintf("-exec='%s' note '%s'", us, notes)}
	flags, arguments, entry := judge.overlaid()
	command := exec.Command("go", append(append(words, flags...), arguments...)...)
	var events, printed bytes.Buffer
	command.Stdout, command.Stderr = &events, io.MultiWriter(&printed, os.Stderr)
	err = command.Run()
	if _, ended := err.(*exec.ExitError); err != nil && !ended {
		return 1, "", err
	}
	endAllOthers()
	judge.tell("events", events.Bytes())
	judge.tell("printed", printed.Bytes())
	if command.ProcessState.ExitCode() != 0 {
		return 1, entry, nil
	}
	return 0, entry, nil
}

func (judge *Judge) tell(name string, told []byte) {
	fmt.Fprintf(&judge.told, "%d %s\n", len(told), name)
	judge.told.Write(told)
}

var tests = regexp.MustCompile(`(?m)^func (?:Test|Fuzz|Example)\w*\(`)

// Where each test is, before any of them can change that.
func places(folder string) []byte {
	var found []string
	filepath.Walk(folder, func(path string, about os.FileInfo, err error) error {
		if err == nil && about.Mode().IsRegular() && strings.HasSuffix(path, "_test.go") {
			content, _ := os.ReadFile(path)
			within, _ := filepath.Rel(folder, path)
			for _, one := range tests.FindAll(content, -1) {
				found = append(found, fmt.Sprintf("./%s:%s\n", within, one))
			}
		}
		return nil
	})
	sort.Strings(found)
	return []byte(strings.Join(found, ""))
}

func sealed(key []byte, told []byte) []byte {
	secret := make([]byte, hex.DecodedLen(len(key)))
	if _, err := hex.Decode(secret, key); err != nil {
		panic("there is no key")
	}
	mac := hmac.New(sha256.New, secret)
	mac.Write(told)
	return append([]byte(fmt.Sprintf("64 seal\n%x", mac.Sum(nil))), told...)
}
