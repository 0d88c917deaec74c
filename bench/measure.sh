#!/usr/bin/env bash
# Measures, and prints as a table: the time from ./mvnw -Pdemo on a built tree to ready, the proxy's resident memory when
# idle, and requests per second through /mcp beside the bare backend. Needs Linux, curl and wrk. Takes about four minutes.
set -euo pipefail
cd "$(dirname "$0")/.."

port=${PORT:-3901}
idle_seconds=${IDLE_SECONDS:-30}
log=$(mktemp)
demo=

cleanup() {
    [ -z "$demo" ] || kill "$demo" 2>/dev/null || true
    [ -z "$demo" ] || wait "$demo" 2>/dev/null || true
    rm -f "$log"
}
trap cleanup EXIT

need() {
    command -v "$1" >/dev/null || { echo "bench/measure.sh needs $1 on the PATH." >&2; exit 1; }
}

machine() {
    local cpu java
    cpu=$(sed -n 's/^model name[[:space:]]*: //p' /proc/cpuinfo | head -n 1)
    java=$("${JAVA_HOME:+$JAVA_HOME/bin/}java" -version 2>&1 | sed -n 's/^.*version "\([^"]*\)".*/\1/p')
    echo "$(nproc) cores ($cpu), $(awk '/^MemTotal/ { printf "%d GB", $2 / 1048576 + 0.5 }' /proc/meminfo), $(uname -s), JDK $java"
}

# The servers among a process's descendants: the one whose command line names Liberty's launcher.
liberty_of() {
    local child found
    for child in $(cat /proc/"$1"/task/*/children 2>/dev/null); do
        if tr '\0' ' ' </proc/"$child"/cmdline 2>/dev/null | grep -q 'ws-server.jar'; then
            echo "$child"
            return
        fi
        found=$(liberty_of "$child")
        [ -z "$found" ] || { echo "$found"; return; }
    done
}

now() { date +%s%3N; }

need curl
need wrk
echo "Building"
./mvnw -q -B -ntp -DskipTests pre-integration-test

echo "Starting the demo"
begin=$(now)
./mvnw -B -ntp -Pdemo "-Dproxy.port=$port" >"$log" 2>&1 </dev/null &
demo=$!
until curl -fs -o /dev/null "http://localhost:$port/health/ready"; do
    kill -0 "$demo" 2>/dev/null || { cat "$log" >&2; exit 1; }
    sleep 0.1
done
ready=$(($(now) - begin))
sleep "$idle_seconds"
server=$(liberty_of "$demo")
idle=$(($(sed -n 's/^VmRSS:[^0-9]*\([0-9]*\) kB/\1/p' "/proc/$server/status") / 1024))
kill "$demo"
wait "$demo" || true
demo=

echo "Measuring requests per second, in turns"
throughput=$(./mvnw -q -B -ntp org.codehaus.mojo:exec-maven-plugin:3.6.2:java \
    -Dexec.mainClass=org.mcpproxy.bench.Throughput -Dexec.classpathScope=test "-Dbasedir=$PWD")

echo
echo "Measured on $(machine), load average at the end $(cut -d' ' -f1 /proc/loadavg)"
echo
echo "| what | measured |"
echo "| --- | --- |"
awk -v ms="$ready" 'BEGIN { printf "| ./mvnw -Pdemo on a built tree to ready | %.1f s |\n", ms / 1000 }'
echo "| resident memory of the proxy, idle for $idle_seconds s | $idle MB |"
echo "$throughput" | grep '^|'
