package main

import (
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
)

// How go would run a program of tests: written down in its place, and nothing runs yet. What it prints
// stands among go's events, and so says of which package it is.
func takeNote(folder string, words []string) {
	name := fmt.Sprintf("%d", os.Getpid())
	here, err := os.Getwd()
	if err != nil {
		panic(err)
	}
	// Go takes the program away when it has run.
	if err := os.Link(words[0], filepath.Join(folder, name+".test")); err != nil {
		panic(err)
	}
	lines := []string{here, fmt.Sprint(len(words))}
	lines = append(append(lines, words...), os.Environ()...)
	if err := os.WriteFile(filepath.Join(folder, name), []byte(strings.Join(lines, "\x00")), 0o600); err != nil {
		panic(err)
	}
	fmt.Printf("redfirst-note %s\n", name)
}

func noted(folder string) ([]*Program, error) {
	paths, err := filepath.Glob(filepath.Join(folder, "*.test"))
	if err != nil {
		return nil, err
	}
	var found []*Program
	for _, path := range paths {
		note, err := os.ReadFile(strings.TrimSuffix(path, ".test"))
		if err != nil {
			return nil, err
		}
		lines := strings.Split(string(note), "\x00")
		count := 0
		fmt.Sscan(lines[1], &count)
		asBuilt, err := looks(path)
		if err != nil {
			return nil, err
		}
		found = append(found, &Program{
			name:        strings.TrimSuffix(filepath.Base(path), ".test"),
			path:        path,
			folder:      lines[0],
			words:       lines[2 : 2+count],
			environment: lines[2+count:],
			asBuilt:     asBuilt,
		})
	}
	sort.Slice(found, func(one, other int) bool { return found[one].folder < found[other].folder })
	return found, nil
}
