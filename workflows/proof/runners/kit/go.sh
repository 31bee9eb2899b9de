# Builds what judges the tests of a Go project, before anything of the project's runs, and lets it:
# go.sh REPORT ARGUMENTS...
set -u
kit=${0%/*}
report=$1
shift
# Programs of tests are built where there is room, and programs may be run.
own=$PWD/.redfirst-go
rm -rf "$own" && mkdir -p "$own/tmp" || exit 1
export GOTMPDIR="$own/tmp" GOCACHE="${GOCACHE:-$own/cache}"
(cd "$own" && GO111MODULE=off GOFLAGS="" GOWORK=off go build -o judge "$kit"/go_judge.go "$kit"/go_alone.go "$kit"/go_note.go \
    "$kit"/go_overlay.go "$kit"/go_program.go </dev/null) || exit 1
exec "$own/judge" "$report" "$own" "$kit" "$@"
