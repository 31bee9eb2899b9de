# Has a judge of ours run Maven or Gradle where there is a JDK to build it with, and else runs it as it is:
# watched.sh REPORT PATTERN WATCHED COMMAND...; WATCHED is what makes the JVMs of tests say that they are there.
set -u
kit=${0%/*}
report=$1 pattern=$2 watched=$3
shift 3
java=${JAVA_HOME:+$JAVA_HOME/bin/}
own=$report.judge

build() {
    "${java}javac" -J-XX:TieredStopAtLevel=1 -J-Xshare:auto -proc:none -d "$own" "$kit"/*.java
}
if build </dev/null >/dev/null 2>&1; then
    exec "${java}java" -XX:TieredStopAtLevel=1 -Xshare:auto -Xmx256m -cp "$own" JvmJudge "$report" \
        sh "$kit/junit.sh" "$report" "$pattern" "$@" "$watched"
fi
# Who was told the key says that nobody watched: to leave the seal out is no way around it.
read -r key
open=$(printf %s "$key" | sha256sum)
sh "$kit/junit.sh" "$report.open" "$pattern" "$@"
code=$?
{ printf '64 open\n%.64s' "$open" && cat "$report.open"; } >"$report"
exit "$code"
