#!/usr/bin/env bash
# Makes a container image that holds nothing but toxiproxy, built by Go from its module: nothing has to be pulled.
#
#   embedded/image/build-toxiproxy.sh [TAG]
set -euo pipefail

module=github.com/Shopify/toxiproxy/v2/cmd/server@v2.5.0
tag=${1:-vitest-tidb/toxiproxy:local}

root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
# The flags of the embedded TiDB, whose build has compiled Go's own packages with them.
GOBIN=$root CGO_ENABLED=0 go install -trimpath -gcflags=all=-dwarf=false -ldflags='-s -w' "$module"
chmod 755 "$root" "$root/server"
tar -C "$root" --owner=0 --group=0 -c server |
  docker import \
    --change 'ENTRYPOINT ["/server"]' \
    --change 'CMD ["-host", "0.0.0.0"]' \
    --change 'EXPOSE 8474' \
    - "$tag" >/dev/null
docker image inspect --format '{{index .RepoTags 0}} {{.Id}}' "$tag"
