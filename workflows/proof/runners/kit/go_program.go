package main

import (
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"debug/elf"
	"debug/gosym"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
)

const mostHeard = 24 << 20

// One program of tests, run as go would run it.
type Program struct {
	name, path, folder string
	words, environment []string
	asBuilt            [4]int64
	isSealed           bool
}

func (program *Program) judge(judge *Judge) (int, error) {
	now, err := looks(program.path)
	if err != nil || now != program.asBuilt {
		return 1, errors.New("a program is not the one any more that was built")
	}
	secret := make([]byte, sha256.Size)
	if _, err := rand.Read(secret); err != nil {
		return 1, err
	}
	code, out, seals, err := program.run(secret)
	if err != nil {
		return 1, err
	}
	kind := "open"
	if program.isSealed {
		kind = "sealed"
	}
	judge.tell(program.name+".kind", []byte(kind))
	judge.tell(program.name+".code", []byte(fmt.Sprint(code)))
	judge.tell(program.name+".passed", passed(secret, seals))
	converter := exec.Command("go", "tool", "test2json")
	converter.Stdin = bytes.NewReader(out)
	events, err := converter.Output()
	endAllOthers()
	if err != nil {
		return 1, fmt.Errorf("what tests print could not be read: %w", err)
	}
	judge.tell(program.name+".events", events)
	return code, nil
}

// The program says who passed in a pipe of its own; no name is believed that it did not sign.
func (program *Program) run(secret []byte) (int, []byte, []byte, error) {
	hear, out, err := os.Pipe()
	if err != nil {
		return 1, nil, nil, err
	}
	read, seals, err := os.Pipe()
	if err != nil {
		return 1, nil, nil, err
	}
	command := &exec.Cmd{
		Path:   program.path,
		Args:   program.words,
		Dir:    program.folder,
		Env:    program.environment,
		Stdout: out,
		Stderr: out,
	}
	var told *os.File
	if program.isSealed {
		input, tell, err := os.Pipe()
		if err != nil {
			return 1, nil, nil, err
		}
		defer input.Close()
		command.Stdin, command.ExtraFiles, told = input, []*os.File{seals}, tell
	}
	if err := command.Start(); err != nil {
		return 1, nil, nil, err
	}
	out.Close()
	seals.Close()
	printed, signed := heard(hear), heard(read)
	if told != nil {
		// Who does not listen cannot sign either.
		told.Write(secret)
		told.Close()
	}
	command.Wait()
	endAllOthers()
	code := command.ProcessState.ExitCode()
	if status, is := command.ProcessState.Sys().(syscall.WaitStatus); is && status.Signaled() {
		code = 128 + int(status.Signal())
	}
	return code, <-printed, <-signed, nil
}

func passed(secret []byte, seals []byte) []byte {
	var names bytes.Buffer
	for _, line := range strings.Split(string(seals), "\n") {
		mac := hmac.New(sha256.New, secret)
		signed, name, _ := cut(line)
		mac.Write([]byte(name))
		if hmac.Equal([]byte(fmt.Sprintf("%x", mac.Sum(nil))), []byte(signed)) {
			names.WriteString(name + "\n")
		}
	}
	return names.Bytes()
}

func cut(line string) (string, string, bool) {
	at := strings.IndexByte(line, ' ')
	if at < 0 {
		return "", "", false
	}
	return line[:at], line[at+1:], true
}

func heard(from *os.File) <-chan []byte {
	done := make(chan []byte, 1)
	go func() {
		defer from.Close()
		var kept []byte
		part := make([]byte, 1<<16)
		for {
			count, err := from.Read(part)
			if len(kept) > mostHeard {
				kept = append([]byte(nil), kept[mostHeard/2:]...)
			}
			kept = append(kept, part[:count]...)
			if err != nil || (count == 0 && err == io.EOF) {
				done <- kept
				return
			}
		}
	}()
	return done
}

// Changed, put back or exchanged, it has another time of change, which nobody can set.
func looks(path string) ([4]int64, error) {
	var about syscall.Stat_t
	err := syscall.Stat(path, &about)
	return [4]int64{int64(about.Ino), about.Size, int64(about.Ctim.Sec), int64(about.Ctim.Nsec)}, err
}

// The function that the system calls first. It is another where a linker that is not Go's has put it together.
func startsAt(path string) string {
	program, err := elf.Open(path)
	if err != nil {
		return ""
	}
	defer program.Close()
	text, lines := program.Section(".text"), program.Section(".gopclntab")
	if lines == nil {
		lines = program.Section(".data.rel.ro.gopclntab")
	}
	if text == nil || lines == nil {
		return ""
	}
	content, err := lines.Data()
	if err != nil {
		return ""
	}
	table, err := gosym.NewTable(nil, gosym.NewLineTable(content, text.Addr))
	if err != nil {
		return ""
	}
	first := table.PCToFunc(program.Entry)
	if first == nil || first.Entry != program.Entry {
		return ""
	}
	return first.Name
}
