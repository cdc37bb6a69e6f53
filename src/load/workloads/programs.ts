import { pathToFileURL } from 'node:url'
import { messageOf, TidbTestError } from '../../errors/tidb-test-error.ts'
import type { LoadProgram, ProgramSource } from '../program.ts'
import { bankTransfer } from './bank-transfer.ts'
import { oltpInsert, oltpPointSelect, oltpReadOnly, oltpReadWrite, oltpUpdateIndex } from './sysbench-programs.ts'
import { tpcc } from './tpcc-programs.ts'
import { ycsb } from './ycsb.ts'

const builtIn = {
  'bank-transfer': bankTransfer,
  'oltp-insert': oltpInsert,
  'oltp-point-select': oltpPointSelect,
  'oltp-read-only': oltpReadOnly,
  'oltp-read-write': oltpReadWrite,
  'oltp-update-index': oltpUpdateIndex,
  tpcc,
  ycsb,
} as const

export type BuiltInProgram = keyof typeof builtIn

/**
 * Makes a program, on the thread that is to run it.
 *
 * @throws TidbTestError `LOAD_MODULE` when a module can't be loaded or exports no program
 */
export async function createProgram(source: ProgramSource): Promise<LoadProgram> {
  if ('mixture' in source) return mixed(source.mixture)
  if ('module' in source) return fromModule(source)
  const create = builtIn[source.builtIn as BuiltInProgram] as (options: never) => LoadProgram
  return create(source.options as never)
}

async function mixed(parts: readonly { weight: number; source: ProgramSource }[]): Promise<LoadProgram> {
  const programs = await Promise.all(parts.map(({ source }) => createProgram(source)))
  const total = parts.reduce((sum, { weight }) => sum + weight, 0)
  return {
    async begin(connection) {
      for (const program of programs) await program.begin?.(connection)
    },
    step(connection, random, place) {
      let rest = random() * total
      const chosen = parts.findIndex(({ weight }) => (rest -= weight) < 0)
      return (programs[Math.max(0, chosen)] as LoadProgram).step(connection, random, place)
    },
  }
}

async function fromModule({ module, options }: { module: string; options: unknown }): Promise<LoadProgram> {
  const remedy =
    'Its default export is a program, { step: async (connection, random) => … }, or a function of the options that gives one. Node runs .js and, without Vite, .ts files.'
  let exported: unknown
  try {
    const url = module.startsWith('file:') ? module : pathToFileURL(module).href
    exported = ((await import(/* @vite-ignore */ url)) as { default?: unknown }).default
  } catch (error) {
    throw new TidbTestError('LOAD_MODULE', `the workload ${module} can't be loaded: ${messageOf(error)}`, {
      cause: error,
      remedy,
    })
  }
  const program = typeof exported === 'function' ? ((await exported(options)) as unknown) : exported
  if (typeof program !== 'object' || program === null || !('step' in program) || typeof program.step !== 'function') {
    throw new TidbTestError('LOAD_MODULE', `the default export of ${module} is no program: it has no step`, { remedy })
  }
  return program as LoadProgram
}
