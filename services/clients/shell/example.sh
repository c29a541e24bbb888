#!/usr/bin/env bash
# Enrols a person and says who speaks in another recording, with no generated code:
#
#   example.sh HOST:PORT COLLECTION PERSON ENROLMENT.wav… RECORDING.wav
#
# Prints the person recognised, or "a stranger", with score and threshold, parted by tabs. Needs jq (Debian) and a
# Python with grpcio and grpcio-reflection (PyPI), which PYTHON may name.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
if [ $# -lt 5 ]; then
  echo "usage: example.sh HOST:PORT COLLECTION PERSON ENROLMENT.wav… RECORDING.wav" >&2
  exit 2
fi
address=$1 collection=$2 person=$3
shift 3
enrolments=("${@:1:$#-1}") recording=${!#}

# Calls a method of the gateway: a request's JSON in, the answer's out.
gateway() { "${PYTHON:-python3}" "$here/call.py" "$address" "voiceprint.gateway.v1.GatewayService/$1"; }

# The message of a whole audio file, whatever its format: the service reads the header.
audio() { base64 --wrap=0 -- "$1" | jq --raw-input '{content: .}'; }

for file in "${enrolments[@]}"; do audio "$file"; done |
  jq --slurp --arg collection "$collection" --arg person "$person" \
    '{collection: $collection, speaker_id: $person, audios: .}' |
  gateway Enroll >/dev/null

audio "$recording" |
  jq --arg collection "$collection" '{collection: $collection, audio: .}' |
  gateway Identify |
  jq --raw-output \
    '[if .decision == "DECISION_ACCEPTED" then .speakerId else "a stranger" end, .score, .threshold] | @tsv'
