#!/bin/sh
# setup.sh [build|test|demo|bench]: makes this clone ready for that, and says what it does. It needs a Node 20 or later
# and npm; what Debian packages are missing it installs when it runs as root on Debian. DOCKER_ID_SETUP=no forbids
# that, DOCKER_ID_SETUP=ask asks first.
set -eu
purpose=${1:-build}
cd "$(dirname "$0")/.."

say() { echo "setup: $*" >&2; }
have() { command -v "$1" >/dev/null 2>&1 || [ -x "/usr/sbin/$1" ] || [ -x "/sbin/$1" ]; }

# npm must not run on the Node that it is about to replace.
outer=$(printf %s "$PATH" | tr ':' '\n' | grep -v 'node_modules/.bin$' | paste -sd: -)

install_packages() {
  if ! PATH=$outer command -v npm >/dev/null; then
    say "this needs Node 20 or later with npm; see https://nodejs.org"
    exit 1
  fi
  installed=node_modules/.package-lock.json
  if [ -e "$installed" ] && [ -z "$(find package-lock.json -newer "$installed")" ]; then return; fi
  say "installing the npm packages of package-lock.json (npm ci)"
  PATH=$outer npm ci --no-audit --no-fund --loglevel=error >&2
  # Its time says when these packages were last made what the lock file asks for.
  touch "$installed"
}

missing_packages() {
  have dockerd || echo docker.io
  have docker || have dockerd || echo docker.io
  [ -x /bin/busybox ] && ! grep -aq '/ld-' /bin/busybox || echo busybox-static
  have ps || echo procps
  have ip || echo iproute2
  case $purpose in test)
    have gnome-keyring-daemon || echo gnome-keyring
    have dbus-run-session || echo dbus
    have secret-tool || echo libsecret-tools
    ls /usr/lib/*/libsecret-1.so.0 >/dev/null 2>&1 || echo libsecret-1-0
    have script || echo bsdutils
    have tmux || echo tmux
    have zsh || echo zsh
    have fish || echo fish
    have openssl || echo openssl
    have docker-compose || echo docker-compose
    /usr/bin/python3 -c 'import docker' 2>/dev/null || echo python3-docker
    have sshd || echo openssh-server
    have docker-registry || echo docker-registry
    have skopeo || echo skopeo
    have ctr || echo containerd
    have bao || python3 -m pip --version >/dev/null 2>&1 || echo python3-pip
    have curl || echo curl
    [ -x /lib/systemd/systemd ] || echo systemd ;;
  bench)
    have curl || echo curl
    have openssl || echo openssl
    have gnome-keyring-daemon || echo gnome-keyring
    have dbus-daemon || echo dbus
    ls /usr/lib/*/libsecret-1.so.0 >/dev/null 2>&1 || echo libsecret-1-0
    have haproxy || echo haproxy
    have wrk || echo wrk ;;
  esac
}

may_install() {
  if ! have apt-get || [ ! -e /etc/debian_version ]; then say "(this is no Debian: they are yours to install)"; return 1; fi
  if [ "$(id -u)" != 0 ]; then say "(not root: nothing is installed; as root: apt-get install $*)"; return 1; fi
  case ${DOCKER_ID_SETUP:-yes} in
    no) say "(DOCKER_ID_SETUP=no: nothing is installed; apt-get install $*)"; return 1 ;;
    ask)
      if [ ! -t 0 ]; then say "(DOCKER_ID_SETUP=ask and no terminal to ask on: nothing is installed)"; return 1; fi
      printf 'setup: install them with apt-get? [y/N] ' >&2
      read -r answer
      case $answer in y | Y | yes) ;; *) return 1 ;; esac ;;
  esac
}

install_debian() {
  missing=$(missing_packages | sort -u | paste -sd' ' -)
  [ -n "$missing" ] || return 0
  say "missing from this machine for '$purpose': $missing"
  # shellcheck disable=SC2086
  if may_install $missing; then
    say "installing them (apt-get install $missing)"
    # A test starts an sshd of its own; none is to listen on this machine for that
    case " $missing " in *" openssh-server "*) mkdir -p /etc/ssh && touch /etc/ssh/sshd_not_to_be_run ;; esac
    # The tests start registries of their own; Debian's would listen on all addresses, with no guard
    case " $missing " in *" docker-registry "*)
      own=/etc/systemd/system/docker-registry.service
      [ -e "$own" ] || { mkdir -p "${own%/*}" && ln -s /dev/null "$own"; } ;;
    esac
    export DEBIAN_FRONTEND=noninteractive
    # shellcheck disable=SC2086
    { apt-get update -q && apt-get install -yq --no-install-recommends $missing; } >&2 ||
      say "apt-get failed; what needs these packages will say so"
  else
    say "going on without; what needs these packages will say so"
  fi
}

fetch_openbao() {
  case ${DOCKER_ID_SETUP:-yes} in
    yes) sh packaging/openbao.sh >/dev/null || say "there is no OpenBao; what needs it will say so" ;;
    *) say "(DOCKER_ID_SETUP=$DOCKER_ID_SETUP: OpenBao is not fetched; sh packaging/openbao.sh)" ;;
  esac
}

install_packages
case $purpose in test | demo | bench) install_debian ;; esac
case $purpose in test) fetch_openbao ;; esac
say "building (npm run build)"
npm run --silent build >&2
