#!/usr/bin/env bash
# Makes a container image that holds nothing but one static server: no base image has to be pulled.
#
#   embedded/image/build.sh PATH_TO_SERVER [TAG]
#
# The server is a tidb-server, which starts alone over unistore, or the pd-server or unistore-server of a cluster, which
# takes its flags from whoever starts it.
# `docker import` rather than a Dockerfile, so that it works without a builder, buildx or BuildKit.
set -euo pipefail

binary=${1:?"usage: build.sh PATH_TO_SERVER [TAG]"}
[ -x "$binary" ] || { echo "build.sh: $binary is not an executable file" >&2; exit 1; }
name=$(basename "$binary")
changes=("ENTRYPOINT [\"/$name\"]")
case $name in
  pd-server)
    tag=${2:-vitest-tidb/pd:local}
    changes+=('EXPOSE 2379 2380')
    ;;
  unistore-server)
    tag=${2:-vitest-tidb/unistore:local}
    changes+=('EXPOSE 20160 20180')
    ;;
  *)
    name=tidb-server
    tag=${2:-vitest-tidb/embedded:local}
    # -path has to be absolute: it is read as a URL.
    changes=('ENTRYPOINT ["/tidb-server"]' 'CMD ["-store", "unistore", "-path", "/tmp/tidb"]' 'EXPOSE 4000 10080')
    ;;
esac

root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
cp "$binary" "$root/$name"
chmod 755 "$root" "$root/$name"
# Data, sockets and what TiDB sorts are under /tmp.
mkdir -m 1777 "$root/tmp"
flags=()
for change in "${changes[@]}"; do flags+=(--change "$change"); done
tar -C "$root" --owner=0 --group=0 -c "$name" tmp | docker import "${flags[@]}" - "$tag" >/dev/null
docker image inspect --format '{{index .RepoTags 0}} {{.Id}}' "$tag"
