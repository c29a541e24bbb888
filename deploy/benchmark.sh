#!/usr/bin/env bash
# Measures training beside PyTorch: the same networks, batches and threads, by turns, and the ratio of the medians.
#
#   deploy/benchmark.sh training [network …]
#
# Networks are named as in configs/: tdnn, ecapa_tdnn, cam++ (the default), res2net, resnet_se, eres2net, eres2netv2.
# PyTorch is taken from the Python that PEER_PYTHON names, or installed from PyPI (gigabytes) into .build/peer-python;
# mvector 1.0.5, whose networks it runs, is downloaded there and not installed. BATCH, FRAMES, STEPS, THREADS and ROUNDS
# say how much (32, 298, 3, all cores, 3). The machine should have nothing else to do.
set -euo pipefail
source "$(dirname "$0")/lib.sh"

case ${1:-} in
  training) shift ;;
  -h | --help) sed -n '2,9s/^# \{0,1\}//p' "$0"; exit 0 ;;
  *) say "benchmark.sh: what is measured? training (see --help)"; exit 2 ;;
esac
networks=("$@")
[ ${#networks[@]} -gt 0 ] || networks=(tdnn ecapa_tdnn cam++)
for network in "${networks[@]}"; do
  [ -f "$root/configs/$network.yml" ] || fail "there is no configs/$network.yml"
done

need_swift
cd "$root"
batch=${BATCH:-32} frames=${FRAMES:-298} steps=${STEPS:-3} threads=${THREADS:-$(nproc)} rounds=${ROUNDS:-3}
swift build -c release --product voiceprint >&2
voiceprint=$(swift build -c release --show-bin-path)/voiceprint

peer=$root/.build/peer-python
python=${PEER_PYTHON:-$peer/bin/python}
if ! "$python" -c 'import torch' 2>/dev/null; then
  [ -z "${PEER_PYTHON:-}" ] || fail "PEER_PYTHON=$python cannot import torch"
  say "installing PyTorch into .build/peer-python"
  rm -rf "$peer"
  python3 -m venv "$peer"
  "$peer/bin/pip" install --quiet --disable-pip-version-check torch numpy >&2
fi
mvector=$root/.build/peer-mvector
if [ ! -d "$mvector/mvector" ]; then
  mkdir -p "$mvector"
  "$python" -m pip download --quiet --disable-pip-version-check --no-deps --dest "$mvector" mvector==1.0.5 >&2
  "$python" -m zipfile -e "$mvector"/mvector-1.0.5-*.whl "$mvector"
fi

amount=("$batch" "$frames" "$steps" "$threads" "$rounds")
exec python3 - "$voiceprint" "$python" "$mvector" "${amount[@]}" "${networks[@]}" <<'PYTHON'
import json, statistics, subprocess, sys

voiceprint, python, mvector = sys.argv[1:4]
batch, frames, steps, threads, rounds = sys.argv[4:9]


def answer(*command):
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()[-1])


print(f"batch {batch} x {frames} frames, {threads} threads: medians of {rounds} rounds, utterances a second")
print(f"{'network':12} {'ours':>8} {'PyTorch':>8} {'ratio':>6}")
for network in sys.argv[9:]:
    ours, theirs = [], []
    for _ in range(int(rounds)):
        own = answer(
            voiceprint, "benchmark", "training", "--configs", f"configs/{network}.yml", "--batch", batch,
            "--frames", frames, "--steps", steps, "--threads", threads, "--json")
        ours.append(own["utterancesPerSecond"])
        peer = answer(
            python, "deploy/benchmark/training_peer.py", mvector, own["network"], batch, frames, steps, threads)
        theirs.append(peer["utterances_per_second"])
    own, peer = statistics.median(ours), statistics.median(theirs)
    print(f"{network:12} {own:8.1f} {peer:8.1f} {own / peer:6.2f}", flush=True)
PYTHON
