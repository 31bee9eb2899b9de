# Runs `go test` so that its events are kept apart from what it prints: go.sh REPORT ARGUMENTS...
set -u
. "${0%/*}/pack.sh"
report=$1
shift
box=$report.d
mkdir -p "$box" || exit 1

# Where each test is, before any of them can change that.
find . -type f -name '*_test.go' -exec grep -HE '^func (Test|Fuzz|Example)' {} + >"$box/tests"
pwd >"$box/folder"
go list -m >"$box/module" 2>/dev/null
# Programs of tests are built where there is room, and programs may be run.
own=$PWD/.redfirst-go
mkdir -p "$own/tmp" && export GOTMPDIR="$own/tmp" GOCACHE="${GOCACHE:-$own/cache}"
go test -json "$@" </dev/null >"$box/events"
code=$?
rm -rf "$own"
pack "$box" >"$report"
exit "$code"
