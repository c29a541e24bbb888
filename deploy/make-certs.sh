#!/usr/bin/env bash
# Makes a private certificate authority and a certificate for each service:
#
#   deploy/make-certs.sh DIR [NAME[=HOST,…] …]
#
# DIR gets ca.pem, ca.key (keep that one apart: whoever has it passes for everybody) and for each NAME a NAME.pem with
# its certificate and key in one file, so that a new one takes the place of the old one at once. Without names: all
# services, and "operator" for the commands of people. The certificate says spiffe://voiceprint/NAME
# ($TRUST_DOMAIN), and is good for the names NAME, localhost and each HOST. Run again it makes new certificates of
# the same authority, which running services take up by themselves. Days: $DAYS (90), for a new authority $CA_DAYS.
set -euo pipefail

if [ $# -lt 1 ]; then
  echo "usage: deploy/make-certs.sh DIR [NAME[=HOST,...] ...]" >&2
  exit 64
fi
command -v openssl >/dev/null || { echo "there is no openssl: apt-get install openssl" >&2; exit 69; }
dir=$1
shift
[ $# -gt 0 ] || set -- gateway feature embedding registry trainer console operator
domain=${TRUST_DOMAIN:-voiceprint}
umask 077
mkdir -p "$dir"
draft=$(mktemp -d "$dir/.draft.XXXXXX")
trap 'rm -rf "$draft"' EXIT

key() { openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1" 2>/dev/null; }

if [ ! -f "$dir/ca.key" ]; then
  key "$draft/ca.key"
  openssl req -new -x509 -key "$draft/ca.key" -subj "/CN=Voiceprint private CA" -days "${CA_DAYS:-3650}" \
    -addext "basicConstraints=critical,CA:TRUE,pathlen:0" -addext "keyUsage=critical,keyCertSign,cRLSign" \
    -out "$draft/ca.pem"
  mv "$draft/ca.pem" "$dir/ca.pem"
  mv "$draft/ca.key" "$dir/ca.key"
fi

for entry in "$@"; do
  name=${entry%%=*}
  case $name in
    '' | ca | *[!a-z0-9-]*)
      echo "'$name' cannot be the name of a service: small letters, digits and '-', and not ca" >&2
      exit 64 ;;
  esac
  names="URI:spiffe://$domain/$name,DNS:$name,DNS:localhost,IP:127.0.0.1"
  if [ "$name" != "$entry" ]; then
    for host in $(echo "${entry#*=}" | tr ',' ' '); do
      case $host in
        *[!0-9.]*) names="$names,DNS:$host" ;;
        *) names="$names,IP:$host" ;;
      esac
    done
  fi
  key "$draft/$name.key"
  openssl req -new -key "$draft/$name.key" -subj "/CN=$name" -out "$draft/$name.csr"
  cat >"$draft/$name.ext" <<EXTENSIONS
basicConstraints=critical,CA:FALSE
keyUsage=critical,digitalSignature
extendedKeyUsage=serverAuth,clientAuth
subjectAltName=$names
EXTENSIONS
  openssl x509 -req -in "$draft/$name.csr" -CA "$dir/ca.pem" -CAkey "$dir/ca.key" \
    -set_serial "0x$(openssl rand -hex 16)" -days "${DAYS:-90}" -extfile "$draft/$name.ext" \
    -out "$draft/$name.crt" 2>/dev/null
  cat "$draft/$name.crt" "$draft/$name.key" >"$draft/$name.pem"
  mv "$draft/$name.pem" "$dir/$name.pem"
done
