#!/usr/bin/env bash
# Runs the tests: all stages, or those that are named. Installs what they need and builds once.
#
#   deploy/test.sh [stage …] [--full]
#
#   unit         the modules, one test target each
#   parity       the same numbers as the toolkit that this re-creates
#   integration  a Python client against real processes and a real PostgreSQL; the protocol against its last release;
#                the kernels on ARM64
#   promotion    a network is trained from afar and swapped in while everybody goes on calling
#   console      the web console in a headless browser with a microphone; screenshots in .build/test-logs/console
#   faults       processes are killed at every step of a promotion: a sample of the scenarios, all of them with --full;
#                and what deploy/FAULTS.md promises of hanging processes, networks, disks, databases and clocks
#   tidy         the style
#
# The last line is `N passed, N failed, N skipped`; the exit status is 0 if nothing failed. Where only `faults` runs,
# `scenarios N, calls N, violations N` follows it.
set -euo pipefail
source "$(dirname "$0")/lib.sh"

all=(unit parity integration promotion console faults tidy)
stages=()
fault_options=()
for argument in "$@"; do
  case $argument in
    -h | --help) usage; exit 0 ;;
    --full) fault_options=(--full) ;;
    *)
      [[ " ${all[*]} " == *" $argument "* ]] || { say "test.sh: no stage '$argument': ${all[*]}"; exit 2; }
      stages+=("$argument")
      ;;
  esac
done
[ ${#stages[@]} -gt 0 ] || stages=("${all[@]}")

need_swift
cd "$root"
mkdir -p .build
logs=$root/.build/test-logs
rm -rf "$logs"
mkdir -p "$logs"
passed=0 failed=0 skipped=0

# Adds the results of a stage to the totals: count STAGE EXIT-STATUS RESULTS.xml
#
# A stage that failed without a failed test (it crashed, say), or that ran none, counts as one failure.
count() {
  local ok=0 bad=0 out=0
  if [ -f "$3" ]; then
    read -r ok bad out < <(python3 - "$3" <<'PYTHON'
import sys, xml.etree.ElementTree
try:
    cases = list(xml.etree.ElementTree.parse(sys.argv[1]).iter("testcase"))
except xml.etree.ElementTree.ParseError:  # the run ended before it was written
    cases = []
bad = sum(any(case.find(tag) is not None for tag in ("failure", "error")) for case in cases)
out = sum(case.find("skipped") is not None for case in cases)
print(len(cases) - bad - out, bad, out)
PYTHON
    )
  fi
  if [ "$bad" -eq 0 ] && { [ "$2" -ne 0 ] || [ "$ok" -eq 0 ]; }; then
    say "stage $1 ended with status $2 and $ok passed tests: see .build/test-logs/$1.log"
    bad=1
  fi
  say "== $1: $ok passed, $bad failed, $out skipped"
  passed=$((passed + ok)) failed=$((failed + bad)) skipped=$((skipped + out))
}

# Runs the Swift tests that match: swift_stage STAGE OPTION…
swift_stage() {
  local name=$1 log=$logs/$1.log status=0
  shift
  swift test "${build_options[@]}" --skip-build --xunit-output "$logs/$name.xml" "$@" </dev/null >"$log" 2>&1 ||
    status=$?
  # What went wrong or was left out; all of it if there is nothing of the kind.
  grep -vE '^(✔|◇) |^\[|^Test Suite|^\t? Executed|^↳ (Testing Library|Target Platform)' "$log" || true
  count "$name" "$status" "$logs/$name-swift-testing.xml"
}

# Runs tests in Python against real processes: python_stage STAGE FOLDER [OPTION…]
python_stage() {
  local name=$1 folder=$2 log=$logs/$1.log status=0
  shift 2
  "$root/deploy/fetch-model.sh" >/dev/null
  python_environment
  VOICEPRINT_BIN=$root/.build/release "$python" -m pytest "$folder" "$@" -q -rfEs -p no:cacheprovider \
    --junit-xml="$logs/$name.xml" </dev/null >"$log" 2>&1 || status=$?
  cat "$log"
  count "$name" "$status" "$logs/$name.xml"
}

"$root/deploy/install-deps.sh" test demo

say "building everything in release, with the tests"
build_options=(-c release --traits MPI -Xswiftc -enable-testing --explicit-target-dependency-import-check error)
swift build "${build_options[@]}" --build-tests </dev/null >"$logs/build.log" 2>&1 || {
  grep -E 'error|warning' "$logs/build.log" | head -n 40 >&2 || tail -n 40 "$logs/build.log" >&2
  say "the build failed; all of it is in .build/test-logs/build.log"
  echo "0 passed, 1 failed, 0 skipped"
  exit 1
}
say "built after $(seconds)"

for stage in "${stages[@]}"; do
  begin=$SECONDS
  say "== $stage"
  case $stage in
    unit) swift_stage unit --skip ParityTests --skip TidyTests ;;
    parity) swift_stage parity --filter ParityTests ;;
    tidy) swift_stage tidy --filter TidyTests ;;
    integration) python_stage integration Tests/Integration Tests/Protos Tests/Kernels ;;
    promotion) python_stage promotion Tests/Promotion ;;
    console) python_stage console Tests/Console ;;
    faults) VOICEPRINT_FAULTS_SUMMARY=$logs/faults.txt python_stage faults Tests/Faults "${fault_options[@]}" ;;
  esac
  say "== $stage took $((SECONDS - begin)) s"
done

echo "$passed passed, $failed failed, $skipped skipped"
if [ "${stages[*]}" = faults ]; then
  cat "$logs/faults.txt"
fi
[ "$failed" -eq 0 ]
