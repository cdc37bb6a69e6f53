/** A server that Go builds from one of this package's modules. */
export interface Program {
  /** Of the binary. */
  readonly name: 'tidb-server' | 'pd-server' | 'unistore-server'
  /** For people. */
  readonly title: string
  /** Of its module, in `embedded/`. */
  readonly folder: string
  /** What is built; `.` when the module has Go files of its own. */
  readonly package: string
  /** The module in go.mod whose commit it is. */
  readonly module: string
  /** Shared by listing and building: Go tells what is compiled already only for the same flags. */
  readonly compileFlags: readonly string[]
  /** What the linker writes into it, so that it knows its own name: a module's source does not. */
  readonly stamps: (built: { readonly release: string; readonly commit: string }) => readonly string[]
  /** What to expect of a build, for people. */
  readonly expectation: string
  /** Bytes that a build writes at most. */
  readonly space: BuildSpace
}

export interface BuildSpace {
  readonly sources: number
  readonly packages: number
  readonly binary: number
}

// The time zones are compiled in: neither a scratch image nor every machine has them.
const FLAGS = ['-mod=readonly', '-trimpath', '-gcflags=all=-dwarf=false']

/** Space seen with Go 1.26: sources 1.9 GB, compiled packages 1.5 GB, a third more for both. */
const TIDB_SPACE = { sources: 2.6e9, packages: 3.4e9, binary: 0.6e9 }

export const TIDB_SERVER: Program = {
  name: 'tidb-server',
  title: 'TiDB',
  folder: 'tidb',
  package: 'github.com/pingcap/tidb/cmd/tidb-server',
  module: 'github.com/pingcap/tidb',
  compileFlags: [...FLAGS, '-tags=timetzdata'],
  stamps: ({ release, commit }) => [
    `github.com/pingcap/tidb/pkg/parser/mysql.TiDBReleaseVersion=${release}`,
    `github.com/pingcap/tidb/pkg/util/versioninfo.TiDBGitHash=${commit}`,
  ],
  expectation: '4 to 10 minutes on 2 cores and about 5 GB of disk',
  space: TIDB_SPACE,
}

export const PD_SERVER: Program = {
  name: 'pd-server',
  title: 'PD',
  folder: 'pd',
  package: 'github.com/tikv/pd/cmd/pd-server',
  module: 'github.com/tikv/pd',
  // The dashboard is a web site that no test looks at.
  compileFlags: [...FLAGS, '-tags=timetzdata,without_dashboard'],
  stamps: ({ release, commit }) => [
    `github.com/tikv/pd/pkg/versioninfo.PDReleaseVersion=${release}`,
    `github.com/tikv/pd/pkg/versioninfo.PDGitHash=${commit}`,
  ],
  expectation: '1 to 3 minutes on 2 cores and about 1.5 GB of disk',
  space: { sources: 0.9e9, packages: 1.2e9, binary: 0.2e9 },
}

/** TiDB's own unistore behind TiKV's protocol. It shares TiDB's packages, so after TiDB it takes seconds. */
export const UNISTORE_SERVER: Program = {
  name: 'unistore-server',
  title: 'the store',
  folder: 'store',
  package: '.',
  module: 'github.com/pingcap/tidb',
  compileFlags: [...FLAGS, '-tags=timetzdata'],
  stamps: ({ release }) => [`main.release=${release}`],
  expectation: '3 to 8 minutes on 2 cores and about 4 GB of disk',
  space: { ...TIDB_SPACE, binary: 0.3e9 },
}
