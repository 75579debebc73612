#!/bin/sh
# reaper.sh DIR: waits until its standard input ends (whoever opened the workspace closed it, or died, however), then
# ends what was started in DIR, unmounts what is left there, and removes it. DIR is a fresh temporary folder whose
# random name stands in the arguments of everything that was started in it: a reused process number is never hit.
dir=$1
case $dir in */docker-id-??????) ;; *) echo "reaper: not a workspace: $dir" >&2; exit 2 ;; esac
trap '' INT TERM HUP
cat >/dev/null

ours() { { tr "\0" "\n" <"/proc/$1/cmdline" | grep -qF -- "$dir"; } 2>/dev/null; }
living() { for pid in $pids; do ours "$pid" && return 0; done; return 1; }
signal() { for pid in $pids; do ours "$pid" && kill "-$1" "$pid" 2>/dev/null; done; }

# Containers first: dockerd would wait ten seconds for a process that ignores SIGTERM.
for root in "$dir"/*/exec/runtime-runc/moby; do
  [ -d "$root" ] || continue
  for id in $(runc --root "$root" list -q 2>/dev/null); do runc --root "$root" kill "$id" KILL 2>/dev/null; done
done

pids=$(cat "$dir/.pids" 2>/dev/null)
signal TERM
tries=0
while living && [ $tries -lt 100 ]; do tries=$((tries + 1)); sleep 0.1; done
signal KILL

# What a killed dockerd leaves: its containerd and the shims.
for status in /proc/[0-9]*; do
  pid=${status#/proc/}
  case $(cat "$status/comm" 2>/dev/null) in containerd*) ours "$pid" && kill -KILL "$pid" 2>/dev/null ;; esac
done

# Its bridges outlive it, and each holds one of the few address pools that the next engine would take.
for store in "$dir"/*/data/network/files/local-kv.db; do
  [ -e "$store" ] || continue
  for bridge in $(grep -aoE 'br-[0-9a-f]{12}' "$store" | sort -u); do ip link delete "$bridge" 2>/dev/null; done
done

for round in 1 2 3; do
  awk -v dir="$dir/" 'index($2, dir) == 1 { print $2 }' /proc/self/mounts | sort -r | while read -r mount; do
    umount "$mount" 2>/dev/null || umount -l "$mount" 2>/dev/null
  done
  rm -rf -- "$dir" 2>/dev/null && break
  sleep 0.2
done
[ -z "$2" ] || rm -f -- "/run/docker/plugins/$2.sock"
[ ! -e "$dir" ]
