#!/usr/bin/env bash
# Feeds what libFuzzer makes up to the doors through which bytes come in, and tells what trapped, hung or took memory.
#
#   deploy/fuzz.sh [target …] [--seconds N] [--runs N]
#
# Targets are checkpoint, safetensors, configuration, audio, stream, requests and mapping (Tests/FuzzTargets); all of
# them, one after the other, where none is named. Each runs for so long (1200 s) or so many executions, whichever ends
# first. The corpus grows in .build-fuzz/corpus from that of Tests/Fuzz/Corpus; what was found lies in
# .build-fuzz/found: put it into Tests/Fuzz/Corpus once it is mended, where the unit tests hold it.
set -euo pipefail
source "$(dirname "$0")/lib.sh"

all=()
for folder in "$root"/Tests/Fuzz/Corpus/*/; do all+=("$(basename "$folder")"); done
targets=() seconds=1200 runs=-1
while [ $# -gt 0 ]; do
  case $1 in
    -h | --help) usage; exit 0 ;;
    --seconds) seconds=${2:?--seconds N}; shift ;;
    --runs) runs=${2:?--runs N}; shift ;;
    *)
      [[ " ${all[*]} " == *" $1 "* ]] || { say "fuzz.sh: no target '$1': ${all[*]}"; exit 2; }
      targets+=("$1")
      ;;
  esac
  shift
done
[ ${#targets[@]} -gt 0 ] || targets=("${all[@]}")

"$root/deploy/install-deps.sh" build
need_swift
cd "$root"
# lld: gold fails on the tables of coverage.
VOICEPRINT_FUZZ=1 swift build -c release --scratch-path .build-fuzz --product voiceprint-fuzz \
  -Xswiftc -sanitize=fuzzer -Xswiftc -use-ld=lld >&2
mkdir -p .build-fuzz/found
failed=0
for target in "${targets[@]}"; do
  corpus=.build-fuzz/corpus/$target
  mkdir -p "$corpus"
  say "== $target"
  .build-fuzz/release/voiceprint-fuzz "$target" "$corpus" "Tests/Fuzz/Corpus/$target" -max_total_time="$seconds" \
    -runs="$runs" -timeout=10 -rss_limit_mb=2048 -malloc_limit_mb=1024 -print_final_stats=1 \
    -artifact_prefix=".build-fuzz/found/$target-" >".build-fuzz/$target.log" 2>&1 || failed=1
  grep -E '^(stat::number_of_executed_units|stat::peak_rss_mb|SUMMARY|==.*ERROR)|DONE' ".build-fuzz/$target.log" || true
done
exit "$failed"
