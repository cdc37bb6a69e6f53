import { availableParallelism } from 'node:os'
import { sleep } from '../clock/sleep.ts'
import { systemClock } from '../clock/system-clock.ts'
import type { Endpoint } from '../connections/endpoint.ts'
import type { Session } from '../connections/session.ts'
import type { Lane } from './driver/lane.ts'
import type { LoadSession } from './driver/load-session.ts'
import { MixedSession } from './driver/mixed-session.ts'
import { OwnLane } from './driver/own-lane.ts'
import { OwnSession, type OpenOwnSession } from './driver/own-session.ts'
import { ProgramSession } from './driver/program-session.ts'
import { ThreadLane } from './driver/thread-lane.ts'
import { checkPace, type LoadPace } from './load-options.ts'
import { loadResult, type LoadResult, type LoadSetting } from './results/load-result.ts'
import { createProgram } from './workloads/programs.ts'
import type { Workload } from './workload.ts'

/** Where a load goes to, and what it takes from its surroundings. */
export interface LoadSurroundings {
  readonly endpoint: Endpoint
  readonly database: string | undefined
  readonly openSession: OpenOwnSession
  /** On which a workload's check runs when the load is over. */
  readonly session: Session
  /** Milliseconds. */
  readonly timeout: number
  readonly seed: number
  /** Ends the load at once. */
  readonly signal?: AbortSignal
}

/** One part of a load that several machines drive together. */
export interface LoadShard {
  /** From 0 on. */
  readonly index: number
  readonly count: number
  /** Resolves to the common beginning, in milliseconds since the epoch by this machine's clock. */
  readonly begin: () => Promise<number>
}

type RunPace = LoadPace & { readonly duration?: number }

const PATIENCE = 10_000
/** Until all threads know when to begin. */
const LEAD = 20

/** A load that was begun and ends when its time is over, or when it is told to. */
export interface RunningLoad {
  /** Resolves when the warm-up is over. */
  readonly warm: Promise<void>
  readonly result: Promise<LoadResult>
  stop(): void
}

/**
 * Opens the sessions of a load and begins it. A load without duration goes on until `stop()`.
 *
 * @throws TidbTestError `LOAD_OPTIONS`; ConnectError
 */
export async function startLoad(
  workload: Workload,
  pace: RunPace,
  surroundings: LoadSurroundings,
  shard?: LoadShard,
): Promise<RunningLoad> {
  checkPace(pace)
  const setting = settingOf(workload, pace, surroundings)
  const lanes = lanesOf(workload, setting, surroundings, shard)
  const { signal } = surroundings
  const aborted = Promise.withResolvers<never>()
  aborted.promise.catch(() => undefined)
  const abort = (): void => aborted.reject(signal?.reason)
  if (signal?.aborted === true) abort()
  signal?.addEventListener('abort', abort, { once: true })
  const close = async (): Promise<void> => {
    signal?.removeEventListener('abort', abort)
    await Promise.all(lanes.map((lane) => lane.close()))
  }
  try {
    await Promise.race([Promise.all(lanes.map((lane) => lane.ready)), aborted.promise])
    const beginAt =
      shard === undefined ? systemClock.now() + LEAD : await Promise.race([shard.begin(), aborted.promise])
    const measured = lanes.map((lane, index) =>
      lane.begin({
        beginAt,
        warmup: setting.warmup,
        ...(pace.duration === undefined ? {} : { duration: pace.duration }),
        ...arrivalsOf(pace.rate, lanes.length, index, shard),
        timeout: pace.timeout ?? surroundings.timeout,
        patience: pace.patience ?? PATIENCE,
      }),
    )
    const parts = Promise.race([Promise.all(measured), aborted.promise]).finally(close)
    const result = parts.then(async (found) => loadResult(setting, found, await workload.check?.(surroundings.session)))
    // Whoever asked for the load awaits it; until then its failure is not unhandled.
    result.catch(() => undefined)
    return {
      warm: sleep(systemClock, Math.max(0, beginAt + setting.warmup - systemClock.now())),
      result,
      stop: () => {
        for (const lane of lanes) lane.stop()
      },
    }
  } catch (error) {
    await close()
    throw error
  }
}

function settingOf(workload: Workload, pace: RunPace, { seed }: LoadSurroundings): LoadSetting {
  const { sessions, rate, duration } = pace
  const threads = 'source' in workload ? Math.min(sessions, pace.threads ?? Math.ceil(availableParallelism() / 2)) : 1
  return {
    workload: workload.name,
    sessions,
    threads,
    ...(rate === undefined ? {} : { rate }),
    seed: pace.seed ?? seed,
    warmup: pace.warmup ?? Math.min(1_000, (duration ?? 2_500) / 10),
  }
}

function lanesOf(
  workload: Workload,
  { sessions, threads, seed }: LoadSetting,
  surroundings: LoadSurroundings,
  shard: LoadShard | undefined,
): Lane[] {
  const first = (shard?.index ?? 0) * sessions
  const sessionCount = sessions * (shard?.count ?? 1)
  if (!('source' in workload)) {
    const opening = openInTurn(sessions, (index) => openSession(workload, first + index, sessionCount, surroundings))
    return [new OwnLane(opening, seed)]
  }
  const { endpoint, database, timeout } = surroundings
  const { host, port, user, password, tls } = endpoint
  return Array.from({ length: threads }, (_, thread) => {
    const numbers = Array.from({ length: sessions }, (_, index) => first + index)
    return new ThreadLane({
      endpoint: {
        host,
        port,
        user,
        ...(password === undefined ? {} : { password: password.reveal() }),
        ...(tls === undefined ? {} : { tls }),
      },
      database,
      source: workload.source,
      sessions: numbers.filter((_, index) => index % threads === thread),
      sessionCount,
      seed,
      connectTimeout: timeout,
    })
  })
}

async function openInTurn(count: number, open: (index: number) => Promise<LoadSession>): Promise<LoadSession[]> {
  const opened: LoadSession[] = []
  try {
    for (let index = 0; index < count; index++) opened.push(await open(index))
    return opened
  } catch (error) {
    await Promise.all(opened.map((session) => session.close()))
    throw error
  }
}

/** A session of a load in this thread, whose workload holds a function of the test. */
async function openSession(
  workload: Workload,
  index: number,
  count: number,
  surroundings: LoadSurroundings,
): Promise<LoadSession> {
  const name = `load-${index + 1}`
  if ('step' in workload) return OwnSession.open(workload, name, surroundings.openSession)
  if ('mixture' in workload) {
    const parts: { weight: number; session: LoadSession }[] = []
    for (const { weight, workload: part } of workload.mixture) {
      parts.push({ weight, session: await openSession(part, index, count, surroundings) })
    }
    return new MixedSession(parts)
  }
  const { endpoint, database, timeout } = surroundings
  const program = await createProgram(workload.source)
  const session = await ProgramSession.open(
    program,
    { index, count },
    {
      endpoint,
      ...(database === undefined ? {} : { database }),
      connectTimeout: timeout,
      name,
    },
  )
  await session.begin()
  return session
}

/** Starts of all threads, and shards, lie evenly between each other. `rate` is that of one shard. */
function arrivalsOf(
  rate: number | undefined,
  lanes: number,
  lane: number,
  shard: LoadShard | undefined,
): { arrivals?: { interval: number; offset: number } } {
  if (rate === undefined) return {}
  const { index, count } = shard ?? { index: 0, count: 1 }
  const interval = (1_000 / rate) * lanes
  return { arrivals: { interval, offset: (interval / (lanes * count)) * (lane * count + index) } }
}
