# Builds what judges the tests of a Cargo project, before anything of the project's runs, and lets it:
# cargo.sh REPORT WHICH OPTIONS...; WHICH is `all`, or `some` where the options name them.
set -u
kit=${0%/*}
report=$1
shift
# Where there is room, and programs may be run.
own=$PWD/target/.redfirst-$$
rm -rf "$own" && mkdir -p "$own" || exit 1

build() {
    rustc --edition 2018 "$@" </dev/null
}
# Without the seal results are believed as they are told, and that is said.
build --crate-type cdylib -C panic=abort -C opt-level=1 -o "$own/seal.so" "$kit/cargo_seal.rs" 2>/dev/null &
build -o "$own/judge" "$kit/cargo_judge.rs" || exit 1
wait
exec "$own/judge" "$report" "$own" "$@"
