# Runs one program of tests, as cargo does, and keeps what it says: cargo_each.sh BOX PROGRAM ARGUMENTS...
set -u
box=$1
shift
kept=$box/${1##*/}
for name in $(env | sed -n 's/^\(CARGO_TARGET_[A-Z0-9_]*_RUNNER\)=.*/\1/p'); do unset "$name"; done

pwd >"$kept.at"
# In the log no line is mixed up with what tests print.
"$@" --logfile "$kept.log" >"$kept.out"
code=$?
if [ "$code" != 0 ] && [ ! -e "$kept.log" ]; then
    # A harness of the project's own, which knows no such option.
    "$@" >"$kept.out"
    code=$?
fi
echo "$code" >"$kept.code"
exit "$code"
