#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Downloads the public data sets from where they are published, checks each file and lays them out
# as the readers of halo expect them.
#
#   scripts/fetch-data.sh FOLDER [mnist] [cifar10] [gas] [har] [thyroid]      default: all five
#
# About 320 MB to download, 430 MB unpacked. Sets that are there and right are left alone, and a set
# of which a file is wrong is not installed at all. scripts/data-files.txt says what is checked:
# checksums, and for HAR and four of the gas files only the number of lines. Each set has its own
# licence and asks to be cited; see its page. Needs curl, tar, gzip, python3.
#
# $HALO_DATA_FROM stands for all the addresses (a mirror that holds the archives under their names),
# $HALO_DATA_FILES for the list of files.
set -euo pipefail

say() { printf '%s\n' "$*" >&2; }
die() {
  say "halo: fetch-data: $*"
  exit 1
}

list=${HALO_DATA_FILES:-$(dirname "$0")/data-files.txt}
uci=https://archive.ics.uci.edu/static/public

# files SET: its lines of the list, "check value path"
files() {
  local folder
  case $1 in
    cifar10) folder=cifar-10-batches-bin ;;
    har) folder='UCI HAR Dataset' ;;
    *) folder=$1 ;;
  esac
  grep -E "^[a-z0-9]+ [a-z0-9]+ $folder/" "$list"
}

# wrong CHECK VALUE FILE: what is wrong with a file; nothing if it is right
wrong() {
  local found
  [ -f "$3" ] || {
    echo "expected a file, found none"
    return
  }
  case $1 in
    sha256) found=$(sha256sum < "$3" | cut -d' ' -f1) ;;
    lines) found=$(grep -c '' < "$3" || true) ;;
    *) found="no check of that name" ;;
  esac
  [ "$found" = "$2" ] || echo "expected $1 $2, found $found"
}

# download ADDRESS...: the first that answers, to $work under its last name
download() {
  local address name
  for address in "$@"; do
    name=${address##*/}
    [ -z "${HALO_DATA_FROM:-}" ] || address=$HALO_DATA_FROM/$name
    say "$address"
    if curl -fL --retry 2 --progress-bar -o "$work/$name" "$address"; then return; fi
  done
  die "$name: no address answers"
}

# unzip ARCHIVE: it, and the archives inside it, to $work/files
unzip() {
  local inner
  python3 -m zipfile -e "$1" "$work/files"
  rm "$1"
  find "$work/files" -name '*.zip' -print | while IFS= read -r inner; do unzip "$inner"; done
}

# unpacked SET: downloads it; its files are then somewhere below $work/files
unpacked() {
  local part name
  case $1 in
    mnist) # the original address often refuses; the sums below hold for both
      for part in train-images-idx3 train-labels-idx1 t10k-images-idx3 t10k-labels-idx1; do
        name=$part-ubyte
        download "http://yann.lecun.com/exdb/mnist/$name.gz" \
          "https://ossci-datasets.s3.amazonaws.com/mnist/$name.gz"
        gzip -dc "$work/$name.gz" > "$work/files/$name"
      done
      ;;
    cifar10)
      download https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz
      tar -xzf "$work/cifar-10-binary.tar.gz" -C "$work/files"
      ;;
    *)
      case $1 in
        gas) name=gas+sensor+array+drift+dataset+at+different+concentrations part=270 ;;
        har) name=human+activity+recognition+using+smartphones part=240 ;;
        thyroid) name=thyroid+disease part=102 ;;
      esac
      download "$uci/$part/$name.zip"
      unzip "$work/$name.zip"
      ;;
  esac
}

# fetch SET
fetch() {
  local check value path file bad=''
  while read -r check value path; do
    bad+=$(wrong "$check" "$value" "$folder/$path")
  done < <(files "$1")
  if [ -z "$bad" ]; then
    say "$1: there already"
    return
  fi
  rm -rf "$work/files"
  mkdir "$work/files"
  unpacked "$1"
  while read -r check value path; do
    file=$(find "$work/files" -type f -name "${path##*/}" -print | head -n 1)
    bad=$(wrong "$check" "$value" "${file:-/}")
    [ -z "$bad" ] || die "$path: $bad"
  done < <(files "$1")
  while read -r check value path; do
    mkdir -p "$folder/$(dirname "$path")"
    find "$work/files" -type f -name "${path##*/}" -exec mv {} "$folder/$path" \;
  done < <(files "$1")
  say "$1: ready"
}

[ $# -ge 1 ] || die "expected a folder, found no argument"
folder=$1
shift
[ $# -gt 0 ] || set -- mnist cifar10 gas har thyroid
for set in "$@"; do
  case $set in
    mnist | cifar10 | gas | har | thyroid) ;;
    *) die "expected mnist, cifar10, gas, har or thyroid, found '$set'" ;;
  esac
done
for tool in curl tar gzip python3 sha256sum; do
  command -v "$tool" > /dev/null 2>&1 || die "expected the command $tool, found none"
done
mkdir -p "$folder"
work=$(mktemp -d "$folder/.fetch-XXXXXX") # beside the target: what is right is moved, not copied
trap 'rm -rf "$work"' EXIT
for set in "$@"; do fetch "$set"; done
