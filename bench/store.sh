#!/usr/bin/env bash
# Measures the store on a PostgreSQL, and prints a table: sign-ons and refreshes per second with one node and with two, in
# turns; then time to ready, memory and refreshes per second of a node with 10,000 and with 1,000,000 live grants. Needs Linux.
# Takes about ten minutes.
set -euo pipefail
cd "$(dirname "$0")/.."

echo "Building"
./mvnw -q -B -ntp -DskipTests pre-integration-test
echo "Measuring"
rows=$(./mvnw -q -B -ntp org.codehaus.mojo:exec-maven-plugin:3.6.2:java \
    -Dexec.mainClass=org.mcpproxy.bench.StoreThroughput -Dexec.classpathScope=test "-Dbasedir=$PWD" | grep '^|')

cpu=$(sed -n 's/^model name[[:space:]]*: //p' /proc/cpuinfo | head -n 1)
echo
echo "Measured on $(nproc) cores ($cpu), load average at the end $(cut -d' ' -f1 /proc/loadavg)"
echo
echo "| what | measured |"
echo "| --- | --- |"
echo "$rows"
