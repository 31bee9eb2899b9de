# Runs a command that writes JUnit files, and packs those that it left: junit.sh REPORT PATTERN COMMAND...
set -u
. "${0%/*}/pack.sh"
report=$1 pattern=$2
shift 2
box=$report.d
mkdir -p "$box" || exit 1

pwd >"$box/folder"
find . -type f \( -name '*.java' -o -name '*.kt' -o -name '*.groovy' -o -name '*.scala' \) >"$box/sources"
# What was there before says nothing about this run, and may be a part of the project: it is made old.
find . -type f -path "$pattern" -exec touch -t 200001010000 {} +
touch -t 200101010000 "$box/since"

"$@" </dev/null
code=$?

find . -type f -path "$pattern" -newer "$box/since" | sort >"$box/names"
count=0
while IFS= read -r file; do
    count=$((count + 1))
    cp "$file" "$box/$count.xml"
done <"$box/names"
pack "$box" >"$report"
exit "$code"
