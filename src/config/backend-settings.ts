import { z } from 'zod'
import { parseHost } from './host.ts'
import type { SettingDefinition } from './setting-definition.ts'
import { durationFrom, flag, path, text, whole } from './setting-schemas.ts'

const endpoint = z.string().refine((text) => {
  const parsed = parseHost(text)
  return !('problem' in parsed) && parsed.port !== undefined
}, 'host:port')

/** What provides the TiDB. */
export const backendSettings = {
  'backend.kind': {
    schema: z.enum(['auto', 'external', 'binary', 'embedded', 'container', 'cluster']),
    allowed: 'auto, external, binary, embedded, container or cluster',
    variable: 'TIDB_BACKEND',
    option: 'backend <kind>',
    about: 'what provides the TiDB: auto, external, binary, embedded, container or cluster',
  },
  'backend.binary': { ...path, variable: 'TIDB_BINARY', option: 'binary <path>', about: 'tidb-server to start' },
  'backend.image': {
    schema: text.regex(/^[^\s]+$/),
    allowed: 'the name of an image, such as pingcap/tidb:v8.5.0',
    variable: 'TIDB_IMAGE',
    option: 'image <name>',
    about: 'image of the container',
    unset: '`pingcap/tidb`',
  },
  'backend.version': {
    schema: text.regex(/^[\w.+-]+$/),
    allowed: 'a version, such as v8.5.0',
    variable: 'TIDB_VERSION',
    option: 'tidb-version <version>',
    about: 'version of the container',
    unset: '`v8.5.4`',
  },
  'backend.containerPer': {
    schema: z.enum(['run', 'worker']),
    allowed: 'run or worker',
    variable: 'TIDB_CONTAINER_PER',
    about: 'what has a container: the whole `run`, or each `worker`',
    unset: '`run`',
  },
  'backend.warmImage': {
    schema: flag,
    allowed: 'true or false',
    variable: 'TIDB_WARM_IMAGE',
    about: "whether a container's first start is kept as a local image; one that is there is used in any case",
    unset: 'true outside of CI',
  },
  'backend.startTimeout': {
    ...durationFrom(1),
    variable: 'TIDB_START_TIMEOUT',
    about: 'time in which TiDB in a container must answer',
    unset: '120 s',
  },
  'backend.cacheDirectory': {
    ...path,
    allowed: 'the path of a directory',
    variable: 'VITEST_TIDB_CACHE',
    option: 'cache-directory <path>',
    about: 'where builds and templates are kept',
    unset: '`vitest-tidb` in `$XDG_CACHE_HOME`, `~/.cache` or `~/Library/Caches`',
  },
  'backend.readyDatabases': {
    schema: whole(1, 10_000),
    allowed: 'a whole number from 1 to 10000',
    variable: 'TIDB_READY_DATABASES',
    about: 'clean databases that each server of its own holds ready',
    unset: '300, in a container 50; fewer with a long schema',
  },
  'backend.goBinary': {
    ...path,
    allowed: 'the path of a go command',
    variable: 'TIDB_GO',
    about: 'go command that builds the embedded TiDB',
    unset: 'the first `go` on PATH',
  },
  'backend.cluster.from': {
    schema: z.enum(['embedded', 'container', 'external']),
    allowed: 'embedded, container or external',
    variable: 'TIDB_CLUSTER_FROM',
    about: 'where the cluster comes from: embedded (built by Go), container or external',
    unset: '`external` when it has endpoints, else `embedded`',
  },
  'backend.cluster.tidb': {
    schema: whole(1, 16),
    allowed: 'a whole number from 1 to 16',
    variable: 'TIDB_CLUSTER_TIDB',
    option: 'cluster-tidb <count>',
    about: 'tidb-servers of the cluster',
    unset: '2',
  },
  'backend.cluster.pd': {
    schema: whole(1, 7),
    allowed: 'a whole number from 1 to 7',
    variable: 'TIDB_CLUSTER_PD',
    option: 'cluster-pd <count>',
    about: 'PDs of the cluster',
    unset: '1',
  },
  'backend.cluster.kv': {
    schema: whole(1, 16),
    allowed: 'a whole number from 1 to 16',
    variable: 'TIDB_CLUSTER_KV',
    option: 'cluster-kv <count>',
    about: 'stores of the cluster; an embedded one has one',
    unset: '1',
  },
  'backend.cluster.endpoints': {
    schema: z.union([
      z.array(endpoint).min(1),
      z
        .string()
        .transform((list) => list.split(',').map((one) => one.trim()))
        .pipe(z.array(endpoint).min(1)),
    ]),
    allowed: 'host:port of each TiDB, separated by commas',
    variable: 'TIDB_CLUSTER_ENDPOINTS',
    option: 'cluster-endpoints <list>',
    about: 'the TiDBs of an external cluster, each as host:port',
  },
  'backend.cluster.pdImage': {
    schema: text.regex(/^[^\s]+$/),
    allowed: 'the name of an image, such as pingcap/pd:v8.5.4',
    variable: 'TIDB_CLUSTER_PD_IMAGE',
    about: "image of a container cluster's PD",
    unset: '`pingcap/pd`',
  },
  'backend.cluster.kvImage': {
    schema: text.regex(/^[^\s]+$/),
    allowed: 'the name of an image, such as pingcap/tikv:v8.5.4',
    variable: 'TIDB_CLUSTER_KV_IMAGE',
    about: "image of a container cluster's stores",
    unset: '`pingcap/tikv`',
  },
} satisfies Record<string, SettingDefinition>
