#!/usr/bin/env bash
# Measures the relay, and prints tables: requests per second beside the bare backend, nginx, HAProxy with jwt_verify and
# Apache with mod_auth_openidc, each alone on the first core, on JDK 17 and on the newest JDK that is installed. Then 1,000
# calls of 30 s each beside another user's fast ones, and 10,000 event streams. --quick takes two minutes and leaves most
# of that out. Needs Linux as root, and the packages haproxy, nginx, apache2, libapache2-mod-auth-openidc and wrk.
set -euo pipefail
cd "$(dirname "$0")/.."

missing=()
for command in haproxy nginx apache2 wrk taskset; do
    PATH="$PATH:/usr/sbin" command -v "$command" >/dev/null || missing+=("$command")
done
[ -e /usr/lib/apache2/modules/mod_auth_openidc.so ] || missing+=(libapache2-mod-auth-openidc)
if [ ${#missing[@]} -gt 0 ]; then
    apt-get install -y -q "${missing[@]/taskset/util-linux}"
fi
export PATH="$PATH:/usr/sbin"
ulimit -n 65536 2>/dev/null || ulimit -n "$(ulimit -Hn)"

# The JDKs: JAVA_17 and JAVA_NEWEST, or what lies in /usr/lib/jvm.
jdk() {
    for home in /usr/lib/jvm/*/; do
        [ ! -L "${home%/}" ] && [ -x "$home/bin/java" ] && printf '%s %s\n' \
            "$("$home/bin/java" -version 2>&1 | sed -n 's/^.*version "\([0-9]*\).*/\1/p')" "${home%/}"
    done | sort -n
}
jdk17=${JAVA_17:-$(jdk | awk '$1 == 17 { print $2; exit }')}
newest=${JAVA_NEWEST:-$(jdk | awk 'END { print $2 }')}
[ -n "$jdk17" ] || { echo "bench/relay.sh needs a JDK 17: set JAVA_17." >&2; exit 1; }
[ "$newest" != "$jdk17" ] || newest=

if [ -z "${BUILT:-}" ]; then
    echo "Building" >&2
    ./mvnw -q -B -ntp -DskipTests pre-integration-test
fi
classpath=target/bench-classpath
./mvnw -q -B -ntp dependency:build-classpath -DincludeScope=test "-Dmdep.outputFile=$classpath" >/dev/null
run() {
    local main=$1
    shift
    "$jdk17/bin/java" "-Dbasedir=$PWD" -cp "target/test-classes:target/classes:$(cat "$classpath")" "org.mcpproxy.bench.$main" "$@"
}

quick=
[ "${1:-}" != --quick ] || quick=--quick
echo "Measuring" >&2
tables=$(mktemp)
failed=0
trap 'rm -f "$tables"' EXIT
# shellcheck disable=SC2086
run RelaySpeed $quick "$jdk17" $newest | tee >(grep '^|' >"$tables") >&2 || failed=1
run RelayStreams $quick "$jdk17" | tee >(grep '^|' >>"$tables") >&2 || failed=1

cpu=$(sed -n 's/^model name[[:space:]]*: //p' /proc/cpuinfo | head -n 1)
echo
echo "Measured on $(nproc) cores ($cpu), load average at the end $(cut -d' ' -f1 /proc/loadavg)"
echo
cat "$tables"
exit "$failed"
