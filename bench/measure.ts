import { writeFile } from 'node:fs/promises'
import { cpus, totalmem } from 'node:os'
import { parseArgs } from 'node:util'

export interface Figure {
  readonly bench: string
  /** What the numbers are, for people. */
  readonly title: string
  readonly unit: 'ms' | 'runs/s' | 'rows/s' | 'transactions/s'
  readonly better: 'lower' | 'higher'
  /** The peer's exact command or code. */
  readonly peer: string
  readonly oursSamples: readonly number[]
  readonly peerSamples: readonly number[]
  /** Percentiles to show; the first one gives the ratio. */
  readonly percentiles?: readonly number[]
  /** What the ratio must reach. */
  readonly target: number
}

/** Exact percentile: the smallest sample that is at least as large as p percent of them. */
function percentile(samples: readonly number[], p: number): number {
  const sorted = samples.toSorted((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil((p / 100) * sorted.length) - 1)] ?? Number.NaN
}

/** Runs ours and the peer's in turn, `pairs` times; milliseconds of each. */
export async function alternate(
  pairs: number,
  ours: () => Promise<number>,
  peer: () => Promise<number>,
): Promise<{ ours: number[]; peer: number[] }> {
  const samples = { ours: [] as number[], peer: [] as number[] }
  for (let pair = 0; pair < pairs; pair++) {
    const order = pair % 2 === 0 ? (['ours', 'peer'] as const) : (['peer', 'ours'] as const)
    for (const side of order) samples[side].push(await (side === 'ours' ? ours() : peer()))
    process.stderr.write(
      `  pair ${pair + 1} of ${pairs}: ours ${samples.ours.at(-1)?.toFixed(1)}, peer ${samples.peer.at(-1)?.toFixed(1)}\n`,
    )
  }
  return samples
}

export async function timed(body: () => Promise<unknown>): Promise<number> {
  const begun = performance.now()
  await body()
  return performance.now() - begun
}

/** Prints a table for people for each figure, and the first figure's JSON as the last line. */
export async function publish(figures: readonly Figure[]): Promise<void> {
  const { values } = parseArgs({ options: { samples: { type: 'string' } }, allowPositionals: true })
  if (values.samples !== undefined) await writeFile(values.samples, JSON.stringify(figures, undefined, 2))
  const cpu = cpus()
  console.log(
    `\n${cpu.length} × ${cpu[0]?.model ?? 'unknown CPU'}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}, ${new Date().toISOString().slice(0, 10)}`,
  )
  for (const figure of figures) console.log(tableOf(figure))
  const [main] = figures
  if (main !== undefined) console.log(JSON.stringify(summaryOf(main)))
}

function summaryOf(figure: Figure) {
  const p = figure.percentiles?.[0] ?? 50
  const ours = percentile(figure.oursSamples, p)
  const peer = percentile(figure.peerSamples, p)
  const { bench, unit, better } = figure
  const round = (value: number): number => Number(value.toPrecision(4))
  return {
    bench,
    ours: round(ours),
    peer: round(peer),
    ratio: round(ours / peer),
    unit,
    better,
    samples: figure.oursSamples.length,
  }
}

function tableOf(figure: Figure): string {
  const rows = (figure.percentiles ?? [50]).map((p) => {
    const ours = percentile(figure.oursSamples, p)
    const peer = percentile(figure.peerSamples, p)
    return `  p${String(p).padEnd(4)} ours ${ours.toFixed(2).padStart(9)} ${figure.unit}   peer ${peer.toFixed(2).padStart(9)} ${figure.unit}   ratio ${(ours / peer).toFixed(4)}`
  })
  const bound = figure.better === 'lower' ? 'at most' : 'at least'
  return [
    `\n${figure.title}`,
    `  peer: ${figure.peer}`,
    `  samples: ours ${figure.oursSamples.length}, peer ${figure.peerSamples.length}; wanted: ratio ${bound} ${figure.target}`,
    ...rows,
  ].join('\n')
}
