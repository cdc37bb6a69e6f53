import type { CreatedProxy } from '@testcontainers/toxiproxy'
import { FaultError } from '../../errors/fault-error.ts'
import { messageOf } from '../../errors/tidb-test-error.ts'
import { checkOption } from '../check-option.ts'
import type { DirectionOption } from '../which-direction.ts'

type Attributes = Readonly<Record<string, number>>
type ToxicType = Parameters<CreatedProxy['instance']['addToxic']>[0]['type']

/** Toxiproxy's words for what the server answers, and for what the client sends. */
const STREAMS = { replies: ['downstream'], requests: ['upstream'], both: ['downstream', 'upstream'] } as const

/**
 * Faults between containers, by toxiproxy in one of them: for clients that run in a container too and can't reach a
 * proxy in this process. It knows faults of bytes only. Each is in force while a body runs, and throws beside what the
 * body throws FaultError `FAULT_OPTION`, or `FAULT_TOXIPROXY` when toxiproxy does not do as it is told.
 */
export class ContainerFaults {
  readonly #created: CreatedProxy
  #toxics = 0

  /** Use `startToxiproxy`. */
  constructor(created: CreatedProxy) {
    this.#created = created
  }

  /** Where clients outside of the network connect. */
  get address(): { readonly host: string; readonly port: number } {
    const { host, port } = this.#created
    return { host, port }
  }

  /** Where containers of the network connect: the port at the aliases of toxiproxy's container. */
  get portInNetwork(): number {
    const { listen } = this.#created.instance
    return Number(listen.slice(listen.lastIndexOf(':') + 1))
  }

  latency<R>(options: DirectionOption & { milliseconds: number; jitter?: number }, body: () => Promise<R>): Promise<R> {
    const { milliseconds, jitter = 0, direction } = options
    checkOption('latency', 'milliseconds', milliseconds, 0)
    checkOption('latency', 'jitter', jitter, 0)
    return this.#during('latency', { latency: milliseconds, jitter }, direction, body)
  }

  /** Toxiproxy counts in units of 1,000 bytes. */
  bandwidth<R>(options: DirectionOption & { bytesPerSecond: number }, body: () => Promise<R>): Promise<R> {
    const { bytesPerSecond, direction } = options
    checkOption('bandwidth', 'bytesPerSecond', bytesPerSecond, 1_000)
    return this.#during('bandwidth', { rate: Math.round(bytesPerSecond / 1_000) }, direction, body)
  }

  slicing<R>(options: DirectionOption & { bytes: number; pause?: number }, body: () => Promise<R>): Promise<R> {
    const { bytes, pause = 0, direction } = options
    checkOption('slicing', 'bytes', bytes, 1, true)
    checkOption('slicing', 'pause', pause, 0)
    const attributes = { average_size: bytes, size_variation: 0, delay: Math.round(pause * 1_000) }
    return this.#during('slicer', attributes, direction, body)
  }

  /** Nothing arrives; toxiproxy drops what was held when the fault is over, and closes the connection. */
  stall<R>({ direction }: DirectionOption, body: () => Promise<R>): Promise<R> {
    return this.#during('timeout', { timeout: 0 }, direction, body)
  }

  /** After so many bytes each way the connection is closed. */
  byteLimit<R>({ bytes, direction }: DirectionOption & { bytes: number }, body: () => Promise<R>): Promise<R> {
    checkOption('byteLimit', 'bytes', bytes, 0, true)
    return this.#during('limit_data', { bytes }, direction, body)
  }

  /** Breaks open connections, and new ones. */
  reset<R>(body: () => Promise<R>): Promise<R> {
    return this.#during('reset_peer', { timeout: 0 }, 'both', body)
  }

  /** Open connections end, and new ones are refused. */
  refuse<R>(body: () => Promise<R>): Promise<R> {
    return this.#scope(
      () => asked('refuse connections', () => this.#created.setEnabled(false)),
      () => asked('take connections again', () => this.#created.setEnabled(true)),
      body,
    )
  }

  #during<R>(
    type: ToxicType,
    attributes: Attributes,
    direction: DirectionOption['direction'],
    body: () => Promise<R>,
  ): Promise<R> {
    const number = ++this.#toxics
    const toxics: { remove(): Promise<void> }[] = []
    const begin = async (): Promise<void> => {
      for (const stream of STREAMS[direction ?? 'both']) {
        const name = `${type}-${stream}-${number}`
        const toxic = { attributes, name, stream, toxicity: 1, type }
        toxics.push(await asked(`add ${name}`, () => this.#created.instance.addToxic(toxic)))
      }
    }
    const undo = async (): Promise<void> => {
      await asked(`remove ${type}`, () => Promise.all(toxics.map((toxic) => toxic.remove())))
    }
    return this.#scope(begin, undo, body)
  }

  async #scope<R>(begin: () => Promise<unknown>, undo: () => Promise<unknown>, body: () => Promise<R>): Promise<R> {
    let result: R
    try {
      await begin()
      result = await body()
    } catch (error) {
      try {
        await undo()
      } catch (second) {
        throw new FaultError('FAULT_TOXIPROXY', `${messageOf(second)}\n  The body failed before: ${messageOf(error)}`, {
          cause: error,
        })
      }
      throw error
    }
    await undo()
    return result
  }
}

async function asked<R>(what: string, work: () => Promise<R>): Promise<R> {
  try {
    return await work()
  } catch (error) {
    throw new FaultError('FAULT_TOXIPROXY', `toxiproxy could not ${what}: ${messageOf(error)}`, {
      cause: error,
      remedy: 'Check that its container runs, and that nobody else changes its proxies.',
    })
  }
}
