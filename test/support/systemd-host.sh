#!/bin/sh
# A host of its own for tests of `install --engine`: systemd as process 1 in namespaces of its own, over the folders of
# this machine, none of which it can change. Run as: unshare --pid --fork --kill-child --mount --mount-proc --cgroup --net
# --ipc --uts sh systemd-host.sh REPOSITORY. Debian's docker.service is there and starts only when told to.
set -e
repository=$1
mount --make-rprivate /
mount -t tmpfs tmpfs /mnt
mkdir -p /mnt/repository /mnt/etc /mnt/etc.work /mnt/var /mnt/var.work
mount --bind "$repository" /mnt/repository
mount -t overlay overlay -o lowerdir=/etc,upperdir=/mnt/etc,workdir=/mnt/etc.work /etc
mount -t overlay overlay -o lowerdir=/var,upperdir=/mnt/var,workdir=/mnt/var.work /var
for folder in /run /tmp; do mount -t tmpfs tmpfs "$folder"; done
for folder in /var/lib/docker /var/lib/containerd /var/lib/docker-id; do
  mkdir -p "$folder"
  mount -t tmpfs tmpfs "$folder"
done
# The repository may lie in a folder that was just covered
mkdir -p "$repository"
mount --bind /mnt/repository "$repository"
ip link set lo up 2>/dev/null || true
rm -rf /etc/docker-id /etc/systemd/system/docker-id.service
mkdir -p /etc/docker
echo '{"iptables": false, "ip6tables": false, "bridge": "none", "storage-driver": "vfs", "labels": ["kept=yes"]}' \
  > /etc/docker/daemon.json
# It would empty /tmp, and the network is not its business
ln -sf /dev/null /etc/systemd/system/systemd-tmpfiles-setup.service
export container=other
exec /lib/systemd/systemd --system --unit=basic.target --log-target=console --log-level=warning
