// Repeats the suites with several sessions until a failure that is rare would have shown:
//   npm run repeat -- --times 200 [--busy 2] [--suite txn …] [--seed N] [--output FOLDER]
// One Vitest runs the files again and again, so that its start is paid once for many repetitions.
import { parseArgs } from 'node:util'
import { isMainThread, Worker } from 'node:worker_threads'
import { Tally } from './repeat-suites/tally.ts'
import { repeat } from './repeat-suites/repeat.ts'

const SUITES = ['coordination', 'isolation', 'txn', 'ddl']

if (isMainThread) await main()
else for (;;);

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      times: { type: 'string', default: '200' },
      busy: { type: 'string', default: '0' },
      seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
      suite: { type: 'string', multiple: true, default: SUITES },
      output: { type: 'string', default: 'repeat-failures' },
    },
  })
  const times = wholeNumber('--times', values.times, 1)
  const busy = wholeNumber('--busy', values.busy, 0)
  const seed = wholeNumber('--seed', values.seed, 0)
  const tally = new Tally(values.output)
  // They end with this process, whatever ends it.
  for (let loop = 0; loop < busy; loop++) new Worker(import.meta.filename).unref()
  await repeat({ times, seed, suites: values.suite, tally })
  console.log(tally.summary({ wanted: times, busy }))
  // A failed test, or a signal, has set it already.
  if (tally.repetitions < times || tally.failures > 0) process.exitCode ||= 1
}

function wholeNumber(name: string, text: string, least: number): number {
  const value = Number(text)
  if (Number.isSafeInteger(value) && value >= least) return value
  throw new Error(`${name} must be a whole number from ${least}, not '${text}'`)
}
