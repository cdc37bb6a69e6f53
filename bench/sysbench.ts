import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Endpoint } from '../src/connections/endpoint.ts'

const run = promisify(execFile)

export interface SysbenchRun {
  /** Transactions a second. */
  readonly throughput: number
  /** Milliseconds. */
  readonly p95: number
  /** Microseconds of CPU a statement. */
  readonly cpuPerStatement: number
}

export function sysbenchArguments(
  { host, port, user }: Endpoint,
  options: { script: string; database: string; rows: number; threads: number; seconds?: number },
): string[] {
  const { script, database, rows, threads, seconds } = options
  return [
    script,
    `--mysql-host=${host}`,
    `--mysql-port=${port}`,
    `--mysql-user=${user}`,
    `--mysql-db=${database}`,
    `--table-size=${rows}`,
    `--threads=${threads}`,
    ...(seconds === undefined ? [] : [`--time=${seconds}`]),
  ]
}

/** @throws Error when sysbench is not installed, or fails */
export async function sysbench(args: readonly string[]): Promise<{ stdout: string; cpuSeconds: number }> {
  // The shell's own `time` knows what its child has used.
  const script = `TIMEFORMAT='%U %S'; time sysbench "$@"`
  try {
    const { stdout, stderr } = await run('bash', ['-c', script, 'sysbench', ...args], {
      env: { ...process.env, LC_ALL: 'C' },
      maxBuffer: 1 << 24,
    })
    const [user = 0, system = 0] = (stderr.trim().split('\n').at(-1) ?? '').split(' ').map(Number)
    return { stdout, cpuSeconds: user + system }
  } catch (error) {
    throw new Error(`sysbench 1.0 is needed (apt-get install sysbench), and must run: sysbench ${args.join(' ')}`, {
      cause: error,
    })
  }
}

export async function sysbenchRun(args: readonly string[]): Promise<SysbenchRun> {
  const { stdout, cpuSeconds } = await sysbench([...args, 'run'])
  const number = (pattern: RegExp): number => {
    const found = pattern.exec(stdout)?.[1]
    if (found === undefined) throw new Error(`sysbench printed no ${pattern}:\n${stdout}`)
    return Number(found)
  }
  return {
    throughput: number(/transactions:\s+\d+\s+\(([\d.]+) per sec/),
    p95: number(/95th percentile:\s+([\d.]+)/),
    cpuPerStatement: (cpuSeconds * 1e6) / number(/\btotal:\s+(\d+)/),
  }
}
