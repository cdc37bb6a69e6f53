#!/usr/bin/env bash
# Makes a container image that holds nothing but a static tidb-server: no base image has to be pulled.
#
#   embedded/image/build.sh PATH_TO_TIDB_SERVER [TAG]
#
# `docker import` rather than a Dockerfile, so that it works without a builder, buildx or BuildKit.
set -euo pipefail

binary=${1:?"usage: build.sh PATH_TO_TIDB_SERVER [TAG]"}
tag=${2:-vitest-tidb/embedded:local}
[ -x "$binary" ] || { echo "build.sh: $binary is not an executable file" >&2; exit 1; }

root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
cp "$binary" "$root/tidb-server"
chmod 755 "$root" "$root/tidb-server"
# TiDB keeps its data, its socket and what it sorts under /tmp. -path has to be absolute: it is read as a URL.
mkdir -m 1777 "$root/tmp"
tar -C "$root" --owner=0 --group=0 -c tidb-server tmp |
  docker import \
    --change 'ENTRYPOINT ["/tidb-server"]' \
    --change 'CMD ["-store", "unistore", "-path", "/tmp/tidb"]' \
    --change 'EXPOSE 4000 10080' \
    - "$tag" >/dev/null
docker image inspect --format '{{index .RepoTags 0}} {{.Id}}' "$tag"
