# SPDX-License-Identifier: Apache-2.0
# What each verb and preset needs from Debian 12, and how it gets there. docs/dependencies.md says
# why.

packages_build="g++ cmake ninja-build pkg-config ccache
  libsodium-dev libsqlite3-dev libssl-dev libboost1.81-dev nlohmann-json3-dev libzstd-dev libutf8proc-dev
  libcli11-dev doctest-dev libqrencode-dev libpng-dev openjdk-17-jdk-headless"
packages_clang="clang-14 llvm-14 libclang-rt-14-dev"

packages_of() {
  case $1 in
    build | demo | bench | crash) echo "$packages_build" ;;
    sqlite-tests) echo "$packages_build tcl-dev zlib1g-dev" ;;
    test) echo "$packages_build python3" ;;
    check) echo "$packages_build git clang-format-14 clang-tidy-14" ;;
    coverage) echo "$packages_build $packages_clang" ;;
    format) echo "git clang-format-14" ;;
  esac
  case ${2:-} in
    fuzz | coverage) echo "$packages_clang" ;;
    arm64) echo "g++-aarch64-linux-gnu qemu-user" ;;
  esac
}

# need VERB [PRESET]: installs what is missing. Costs a few milliseconds when nothing is.
need() {
  local wanted installed missing="" package
  wanted=$(packages_of "$@" | xargs)
  if ! command -v dpkg-query >/dev/null; then
    printf 'dev: not a Debian system; these must be there already: %s\n' "$wanted" >&2
    return 0
  fi
  # It reports the unknown ones by its exit status, and the known ones all the same.
  # shellcheck disable=SC2086
  installed=$(dpkg-query -W -f='${Package} ${db:Status-Status}\n' $wanted 2>/dev/null) || true
  installed=" $(awk '$2 == "installed" { print $1 }' <<<"$installed" | xargs) "
  for package in $wanted; do
    [[ $installed == *" $package "* ]] || missing+=" $package"
  done
  [ -z "$missing" ] || install_packages "$missing"
}

install_packages() {
  local as_root="" packages=$1
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null ||
      fail "these packages are missing and there is no sudo: run as root: apt-get install$packages"
    as_root="sudo"
    sudo -v || fail "sudo is needed to install:$packages"
  fi
  local -a apt=($as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y
    -o DPkg::Lock::Timeout=400 -o Acquire::Retries=3)
  if ! compgen -G '/var/lib/apt/lists/*_Packages*' >/dev/null; then
    run_logged "fetching package lists" build/logs/apt-update.log "${apt[@]}" update || exit 1
  fi
  printf 'installing:%s\n' "$packages"
  # shellcheck disable=SC2086
  run_logged "installing packages" build/logs/apt-install.log \
    "${apt[@]}" install --no-install-recommends $packages || {
    # Lists that have grown old name versions the mirror no longer holds.
    run_logged "fetching newer package lists" build/logs/apt-update.log "${apt[@]}" update || exit 1
    run_logged "installing packages again" build/logs/apt-install.log \
      "${apt[@]}" install --no-install-recommends $packages || exit 1
  }
}
