import type { Session } from '../../connections/session.ts'
import { TidbTestError } from '../../errors/tidb-test-error.ts'
import type { ProgramSource } from '../program.ts'
import type { MixedWorkload, OwnWorkload, PrepareOptions, ProgramWorkload, Workload } from '../workload.ts'
import { checkBank, prepareBank, type BankOptions } from './bank-transfer.ts'
import { checkWorkloadOptions } from './check-options.ts'
import type { BuiltInProgram } from './programs.ts'
import type { SysbenchTransactionOptions } from './sysbench-programs.ts'
import { prepareSysbench, type SysbenchOptions } from './sysbench-table.ts'
import { checkTpcc } from './tpcc-check.ts'
import type { TpccProgramOptions } from './tpcc-programs.ts'
import { prepareTpcc } from './tpcc-tables.ts'
import { prepareYcsb, ycsbNames, type YcsbName, type YcsbOptions } from './ycsb.ts'

function builtIn<Options extends object>(
  name: string,
  program: BuiltInProgram,
  options: Options,
  prepare: (session: Session, own: Options, options?: PrepareOptions) => Promise<void>,
  check?: (session: Session, own: Options) => Promise<readonly string[]>,
): ProgramWorkload {
  checkWorkloadOptions(name, options)
  return {
    name,
    source: { builtIn: program, options },
    prepare: (session, given) => prepare(session, options, given),
    ...(check === undefined ? {} : { check: (session: Session) => check(session, options) }),
  }
}

const sysbench = <Options extends SysbenchOptions>(program: BuiltInProgram, options: Options): ProgramWorkload =>
  builtIn(program.replaceAll('-', '_'), program, options, prepareSysbench)

export interface ModuleWorkloadOptions extends Pick<OwnWorkload, 'prepare' | 'check'> {
  readonly name: string
  /** Handed to the module's default export, where that is a function: plain data. */
  readonly options?: unknown
}

/** Workloads that the toolkit knows, and what they can be combined to. Options that make no sense throw `LOAD_WORKLOAD`. */
export const workloads = {
  /** sysbench's oltp_point_select. Tables and statements of the five are those of sysbench 1.0.20. */
  pointSelect: (options: SysbenchOptions = {}): ProgramWorkload => sysbench('oltp-point-select', options),
  /** sysbench's oltp_read_only. */
  readOnly: (options: SysbenchTransactionOptions = {}): ProgramWorkload => sysbench('oltp-read-only', options),
  /** sysbench's oltp_read_write. */
  readWrite: (options: SysbenchTransactionOptions = {}): ProgramWorkload => sysbench('oltp-read-write', options),
  /** sysbench's oltp_update_index. */
  updateIndex: (options: SysbenchTransactionOptions = {}): ProgramWorkload => sysbench('oltp-update-index', options),
  /** sysbench's oltp_insert. */
  insert: (options: SysbenchOptions = {}): ProgramWorkload => sysbench('oltp-insert', options),

  /** YCSB's core workloads A to F. @throws TidbTestError `LOAD_WORKLOAD` for another letter */
  ycsb(name: YcsbName, options: YcsbOptions = {}): ProgramWorkload {
    if (!ycsbNames.includes(name)) {
      throw new TidbTestError('LOAD_WORKLOAD', `YCSB has no workload ${String(name)}`, {
        remedy: `There are ${ycsbNames.join(', ')}.`,
      })
    }
    return builtIn(`ycsb_${name.toLowerCase()}`, 'ycsb', { ...options, name }, prepareYcsb)
  },

  /** Money is moved between accounts, and none may be made or lost. */
  bankTransfer: (options: BankOptions = {}): ProgramWorkload =>
    builtIn('bank_transfer', 'bank-transfer', options, prepareBank, checkBank),

  /** TPC-C's New-Order and Payment, with its consistency conditions. */
  tpcc: (options: TpccProgramOptions = {}): ProgramWorkload =>
    builtIn('tpcc', 'tpcc', options, prepareTpcc, (session) => checkTpcc(session)),

  /** One's own function; it runs in the test's thread. The same as the object itself, with its types checked. */
  own: (workload: OwnWorkload): OwnWorkload => workload,

  /** A program of a module, which threads load by themselves: `fromModule(new URL('./orders.ts', import.meta.url), …)`. */
  fromModule(module: string | URL, { name, options, prepare, check }: ModuleWorkloadOptions): ProgramWorkload {
    return {
      name,
      source: { module: String(module), options },
      prepare: async (session, given) => prepare?.(session, given),
      ...(check === undefined ? {} : { check }),
    }
  },

  /**
   * Draws each transaction from several workloads, by their weights: `mixture([[95, reads], [5, writes]])`.
   *
   * @throws TidbTestError `LOAD_MIXTURE` for weights that are no numbers above 0
   */
  mixture(parts: readonly (readonly [weight: number, workload: Workload])[]): ProgramWorkload | MixedWorkload {
    if (parts.length === 0 || parts.some(([weight]) => !(weight > 0 && Number.isFinite(weight)))) {
      throw new TidbTestError('LOAD_MIXTURE', 'each workload of a mixture needs a weight above 0', {
        remedy: 'Write: workloads.mixture([[95, reads], [5, writes]])',
      })
    }
    const total = parts.reduce((sum, [weight]) => sum + weight, 0)
    const share = (weight: number): string => `${Number(((weight / total) * 100).toFixed(1))} %`
    const checks = parts.flatMap(([, { check }]) => check ?? [])
    const shared = {
      name: parts.map(([weight, { name }]) => `${name} ${share(weight)}`).join(' + '),
      prepare: (session: Session, options?: PrepareOptions) => prepareAll(parts, session, options),
      ...(checks.length === 0
        ? {}
        : {
            check: async (session: Session) =>
              (await Promise.all(checks.map((check) => check(session)))).flat() as readonly string[],
          }),
    }
    const sources = parts.flatMap(([weight, workload]) =>
      'source' in workload ? [{ weight, source: workload.source as ProgramSource }] : [],
    )
    return sources.length === parts.length
      ? { ...shared, source: { mixture: sources } }
      : { ...shared, mixture: parts.map(([weight, workload]) => ({ weight, workload })) }
  },
} as const

/** Workloads that share their tables, as those of sysbench do, are prepared once. */
async function prepareAll(
  parts: readonly (readonly [number, Workload])[],
  session: Session,
  options?: PrepareOptions,
): Promise<void> {
  const done = new Set<string>()
  for (const [, workload] of parts) {
    const family = /^(?:oltp|ycsb)_/.exec(workload.name)?.[0]
    if (family !== undefined && done.has(family)) continue
    if (family !== undefined) done.add(family)
    await workload.prepare?.(session, options)
  }
}
