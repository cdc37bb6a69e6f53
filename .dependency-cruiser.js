// The ranks of the house, written once: a room of src imports only from rooms of a lower rank.
const ranks = {
  errors: 0,
  clock: 0,
  logging: 0,
  config: 1,
  resilience: 1,
  'state-machine': 1,
  'child-process': 1,
  report: 1,
  connections: 2,
  backends: 3,
  blocking: 3,
  'report-page': 3,
  databases: 4,
  faults: 4,
  workflows: 4,
  coordination: 4,
  import: 4,
  reference: 4,
  load: 5,
  isolation: 5,
  python: 5,
  vitest: 6,
  cli: 7,
}

const rooms = Object.keys(ranks)
const anyOf = (names) => `^src/(${names.join('|')})/`

const upward = rooms.map((room) => ({
  name: `rank-of-${room}`,
  comment: `src/${room} may import only from rooms of a rank below ${ranks[room]}`,
  severity: 'error',
  from: { path: `^src/${room}/`, pathNot: '\\.test\\.ts$' },
  to: { path: anyOf(rooms.filter((other) => other !== room && ranks[other] >= ranks[room])) },
}))

export default {
  forbidden: [
    ...upward,
    {
      name: 'room-without-rank',
      comment: 'every folder of src is a room and has its rank in .dependency-cruiser.js',
      severity: 'error',
      from: { path: '^src/', pathNot: anyOf(rooms) },
      to: {},
    },
    {
      name: 'src-is-the-lowest-storey',
      severity: 'error',
      from: { path: '^src/', pathNot: '\\.test\\.ts$' },
      to: { path: '^(fixtures|public|suites|e2e|bench)/' },
    },
    {
      name: 'fixtures-stay-in-the-worker',
      severity: 'error',
      from: { path: '^fixtures/' },
      to: { path: '^(src/(vitest|cli)|public|suites)/' },
    },
    {
      name: 'suites-use-the-public-door',
      severity: 'error',
      from: { path: '^suites/' },
      to: { path: '^(src|fixtures)/' },
    },
    {
      name: 'vitest-node-in-the-main-process',
      severity: 'error',
      from: { pathNot: '^(src/(vitest|cli)/|e2e/|scripts/|.*\\.test\\.ts$)' },
      to: { path: 'vitest/(dist/)?node' },
    },
    {
      name: 'no-cycle',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'node', 'default'],
      extensions: ['.ts', '.tsx', '.js', '.json', '.d.ts'],
    },
  },
}
