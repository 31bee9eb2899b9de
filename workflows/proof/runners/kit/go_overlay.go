package main

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
)

// Where Go's package `testing` is given the tests, and where it has come to know how one ended.
var hooks = []struct {
	file string
	at   *regexp.Regexp
	with string
}{
	{
		"testing.go",
		regexp.MustCompile(`(?m)^func MainStart\(deps testDeps, tests .*, fuzzTargets .*, examples .*\) \*M \{$`),
		"$0\n\ttests, fuzzTargets, examples = redfirstOwn(tests, fuzzTargets, examples)",
	},
	{"testing.go", regexp.MustCompile(`(?m)^func \(t \*T\) report\(\) \{$`), "$0\n\tredfirstReport(&t.common)"},
	{"fuzz.go", regexp.MustCompile(`(?m)^func \(f \*F\) report\(\) \{$`), "$0\n\tredfirstReport(&f.common)"},
	// Beside what is there in a file, for vet does not know of files that are only laid over.
	{"allocs.go", regexp.MustCompile(`(?s)^.*?\npackage testing\n\nimport \(\n\t"runtime"\n\)\n`), ""},
	{
		"example.go",
		regexp.MustCompile(`(?m)^\t\tif !runExample\(eg\) \{$`),
		"\t\tif !redfirstExample(eg, runExample(eg)) {",
	},
}

// Flags with which go builds programs that know our seal, the arguments left, and what such a program starts
// with. Empty for a Go whose `testing` is another than we know: then results are believed as they are
// told, and that is said. No tree is touched: go only reads other files than those that are there.
func (judge *Judge) overlaid() ([]string, []string, string) {
	said, err := exec.Command("go", "env", "GOROOT").Output()
	folder := filepath.Join(strings.TrimSpace(string(said)), "src", "testing")
	entry := "go_entry_" + runtime.GOARCH + ".s"
	random := make([]byte, 8)
	if _, unread := rand.Read(random); err != nil || unread != nil {
		return nil, judge.arguments, ""
	}
	// Nobody can have linked to names that are made up now.
	own := fmt.Sprintf("redfirst%x", random)
	seal, err := os.ReadFile(filepath.Join(judge.kit, "go_seal.go"))
	begin, missing := os.ReadFile(filepath.Join(judge.kit, entry))
	if err != nil || missing != nil {
		return nil, judge.arguments, ""
	}
	texts := map[string]string{own + entry[len("go"):]: string(begin)}
	for _, hook := range hooks {
		if _, known := texts[hook.file]; !known {
			content, _ := os.ReadFile(filepath.Join(folder, hook.file))
			texts[hook.file] = string(content)
		}
		if len(hook.at.FindAllString(texts[hook.file], -1)) != 1 {
			return nil, judge.arguments, ""
		}
		if hook.with == "" {
			hook.with = string(seal)
		}
		texts[hook.file] = hook.at.ReplaceAllString(texts[hook.file], hook.with)
	}
	instead := map[string]string{}
	for name, text := range texts {
		place := filepath.Join(judge.own, name)
		if os.WriteFile(place, []byte(strings.ReplaceAll(text, "redfirst", own)), 0o600) != nil {
			return nil, judge.arguments, ""
		}
		instead[filepath.Join(folder, name)] = place
	}
	overlay, _ := json.Marshal(map[string]map[string]string{"Replace": instead})
	place := filepath.Join(judge.own, "overlay.json")
	if os.WriteFile(place, overlay, 0o600) != nil {
		return nil, judge.arguments, ""
	}
	// Nor is a Go whose `testing` cannot be built so to cost anybody their tests.
	if exec.Command("go", "build", "-overlay="+place, "testing").Run() != nil {
		return nil, judge.arguments, ""
	}
	starts := "testing." + own + "Entry"
	flags, arguments := linked(judge.arguments, "-E "+starts)
	return append(flags, "-overlay="+place), arguments, starts
}

// The project's own words for the linker stay.
func linked(arguments []string, with string) ([]string, []string) {
	var left []string
	for at := 0; at < len(arguments); at++ {
		word := arguments[at]
		switch {
		case strings.HasPrefix(strings.Replace(word, "--", "-", 1), "-ldflags="):
			with = word[strings.Index(word, "=")+1:] + " " + with
		case strings.Replace(word, "--", "-", 1) == "-ldflags" && at+1 < len(arguments):
			at++
			with = arguments[at] + " " + with
		default:
			left = append(left, word)
		}
	}
	return []string{"-ldflags=" + with}, left
}
