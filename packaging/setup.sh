# Sourced by ./demo and ./check: what they need from Debian 12, installed when missing and allowed.
# shellcheck shell=bash

kenko_packages_run=(postgresql-15 libpq5 libcurl4 libcyaml1 libyaml-0-2 libjansson4 libgsl27
  libopenblas0-pthread libmicrohttpd12 libglib2.0-0 libsodium23 libssl3 libzstd1 zlib1g libpsl5 libgmp10
  gnuplot-nox fonts-noto-cjk tzdata)
kenko_packages_build=(gcc libc6-dev cmake ninja-build pkg-config libpq-dev libcurl4-openssl-dev
  libcyaml-dev libyaml-dev libjansson-dev libgsl-dev libopenblas-dev libmicrohttpd-dev libglib2.0-dev
  libsodium-dev libssl-dev libzstd-dev zlib1g-dev libpsl-dev libgmp-dev)
kenko_packages_test=(libcmocka-dev clang-format jq libxml2-utils zstd gzip procps netcat-openbsd curl
  openssl haproxy)
kenko_packages_long=(clang clang-tidy libclang-rt-14-dev chromium debootstrap slowhttptest sqlmap testssl.sh
  python3-numpy python3-scipy python3-pandas python3-sklearn python3-xgboost r-base-core r-cran-mgcv
  r-cran-glmnet)
# nginx is not among them: its package starts a server on port 80. Its example is tested where it is.

# Run as root: directly, or by sudo without asking for a password in the middle of a build.
kenko_as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif command -v sudo >/dev/null 2>&1; then
    sudo "$@"
  else
    return 1
  fi
}

# Install those of the named packages that are missing; says so, and what to type if it may not.
kenko_install() {
  local missing=() package
  for package in "$@"; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' ||
      missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return 0
  echo "installing: ${missing[*]}" >&2
  # Installing PostgreSQL must not leave a default cluster running: kenko makes its own.
  if printf '%s\n' "${missing[@]}" | grep -q '^postgresql-15$' &&
    [ ! -e /etc/postgresql-common/createcluster.conf ]; then
    kenko_as_root mkdir -p /etc/postgresql-common
    echo 'create_main_cluster = false' |
      kenko_as_root tee /etc/postgresql-common/createcluster.conf >/dev/null
  fi
  if ! { kenko_as_root apt-get update -qq &&
    kenko_as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq \
      --no-install-recommends "${missing[@]}" >/dev/null; }; then
    echo "cannot install packages; as root: apt-get install --no-install-recommends ${missing[*]}" >&2
    return 1
  fi
}

# Configure and build one preset; prints only what goes wrong.
kenko_build() {
  local preset=$1 log
  shift
  mkdir -p "$kenko_root/build"
  log=$kenko_root/build/$preset.log
  if ! (cd "$kenko_root" && cmake --preset "$preset" "$@" && cmake --build "build/$preset") >"$log" 2>&1; then
    grep -E 'error|warning|FAILED|CMake Error' "$log" | head -40 >&2
    echo "the build of preset $preset failed; its log is $log" >&2
    return 1
  fi
}
