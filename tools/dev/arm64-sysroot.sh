#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# arm64-sysroot.sh FOLDER: downloads Debian's arm64 libraries with lists of its own and unpacks them
# in FOLDER. Changes nothing else on the machine.
set -euo pipefail
root=$1
packages="libsodium-dev libsodium23 libsqlite3-dev libsqlite3-0 libssl-dev libssl3
  libzstd-dev libzstd1 libutf8proc-dev libutf8proc2 libqrencode-dev libqrencode4 libpng-dev libpng16-16
  zlib1g-dev zlib1g
  libboost1.81-dev nlohmann-json3-dev libcli11-dev doctest-dev"

rm -rf "$root"
mkdir -p "$root/.apt/lists/partial" "$root/.apt/debs"
apt=(apt-get -q -y -o APT::Architecture=arm64 -o APT::Architectures=arm64
  -o Dir::State::Lists="$root/.apt/lists" -o Dir::State::status=/dev/null
  -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= -o APT::Sandbox::User=root
  -o DPkg::Lock::Timeout=400 -o Acquire::Retries=3)
"${apt[@]}" update
cd "$root/.apt/debs"
# shellcheck disable=SC2086
"${apt[@]}" download $packages
for package in *.deb; do
  dpkg-deb --extract "$package" "$root"
done
rm -rf "$root/.apt"
touch "$root/.complete"
