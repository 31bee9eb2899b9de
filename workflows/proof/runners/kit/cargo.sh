# Builds the tests of a Cargo project, runs them, and packs what each program of tests left:
# cargo.sh REPORT WHICH OPTIONS...; WHICH is `all`, or `some` where the options name them.
set -u
kit=${0%/*}
. "$kit/pack.sh"
report=$1 which=$2
shift 2
box=$report.d
mkdir -p "$box" || exit 1

pwd >"$box/folder"
cargo locate-project --workspace --message-format plain >"$box/root" 2>/dev/null

finish() {
    pack "$box" >"$report"
    exit "$1"
}

cargo test --no-run --no-fail-fast --message-format=json "$@" </dev/null >"$box/build" || finish $?

host=$(rustc -vV | sed -n 's/^host: //p' | tr 'a-z.-' 'A-Z__')
runner=CARGO_TARGET_${host}_RUNNER
export "$runner=sh $kit/cargo_each.sh $box"
# Not the examples of the documentation, too: those are no programs of this kind.
if [ "$which" = all ]; then
    cargo test --no-fail-fast --tests "$@" </dev/null
else
    cargo test --no-fail-fast "$@" </dev/null
fi
code=$?
unset "$runner"
if [ "$which" = all ] && grep -q '"doctest":true' "$box/build"; then
    cargo test --no-fail-fast --doc "$@" </dev/null >"$box/doc"
    documented=$?
    echo "$documented" >"$box/doc.code"
    [ "$code" != 0 ] || code=$documented
fi
finish "$code"
