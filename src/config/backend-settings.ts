import { z } from 'zod'
import type { SettingDefinition } from './setting-definition.ts'
import { durationFrom, flag, path, text, whole } from './setting-schemas.ts'

/** What provides the TiDB. */
export const backendSettings = {
  'backend.kind': {
    schema: z.enum(['auto', 'external', 'binary', 'embedded', 'container']),
    allowed: 'auto, external, binary, embedded or container',
    variable: 'TIDB_BACKEND',
    option: 'backend <kind>',
    about: 'what provides the TiDB: auto, external, binary, embedded or container',
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
    unset: '60 s',
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
} satisfies Record<string, SettingDefinition>
