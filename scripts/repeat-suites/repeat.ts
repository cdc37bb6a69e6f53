import { readFile } from 'node:fs/promises'
import { createVitest, type TestSpecification, type Vitest } from 'vitest/node'
import config from '../../vitest.config.ts'
import type { Tally } from './tally.ts'

/** Repetitions for which one Vitest is kept. Each Vitest has a seed of its own, for all that is chosen at random. */
const BATCH = 10

/** What only tests with several sessions ask for. */
const SEVERAL_SESSIONS = /\b(?:sessions|coordinator|connectionPool|isolation)\b/

export interface RepeatOptions {
  readonly times: number
  /** Of the first batch; each further batch adds one. */
  readonly seed: number
  /** Folders of suites. */
  readonly suites: readonly string[]
  readonly tally: Tally
}

/** Runs all files of the suites that open several sessions, so many times. */
export async function repeat(options: RepeatOptions): Promise<void> {
  const { times, seed } = options
  for (let done = 0; done < times && !interrupted(); done += BATCH) {
    await repeatBatch({ ...options, times: Math.min(BATCH, times - done), seed: seed + done / BATCH })
  }
}

async function repeatBatch({ times, seed, suites, tally }: RepeatOptions): Promise<void> {
  const { plugins = [], resolve = {} } = config
  // One project for all, in which a worker reads the toolkit once and then runs one file after the other.
  const vitest = await createVitest(
    {
      config: false,
      watch: false,
      include: suites.map((suite) => `suites/${suite}/**/{*.test.ts,*.spec}`),
      isolate: false,
      maxWorkers: 2,
      testTimeout: 60_000,
      sequence: { seed, shuffle: { files: true, tests: false } },
      reporters: [tally.reporter(seed)],
      update: false,
    },
    { plugins, resolve },
  )
  try {
    const files = await filesWithSeveralSessions(vitest)
    for (let repetition = 0; repetition < times && !interrupted(); repetition++) {
      const begun = performance.now()
      await vitest.runTestSpecifications(files, false)

      if (!interrupted()) tally.repetitionEnded(files.length, performance.now() - begun)
    }
  } finally {
    await vitest.close()
  }
}

/** The toolkit takes signals over; it ends the Vitest of the moment, and says by the exit code that there was one. */
function interrupted(): boolean {
  return Number(process.exitCode ?? 0) > 128
}

async function filesWithSeveralSessions(vitest: Vitest): Promise<TestSpecification[]> {
  const all = await vitest.globTestSpecifications()
  const texts = await Promise.all(all.map(({ moduleId }) => readFile(moduleId, 'utf8')))
  return all.filter(({ moduleId }, index) => moduleId.endsWith('.spec') || SEVERAL_SESSIONS.test(texts[index] ?? ''))
}
