import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { describe, expect, test } from 'vitest'
import { SimulatedClock } from '../clock/simulated-clock.ts'
import type { Fault, Parcel } from './fault.ts'
import { bandwidth } from './faults/bandwidth.ts'
import { latency } from './faults/latency.ts'
import { slicing } from './faults/slicing.ts'
import { stall } from './faults/stall.ts'
import { Lane } from './lane.ts'

/** What a fault makes of bytes that come at these times, as [bytes, when they are due]. */
function shaped(fault: Fault, sent: readonly (readonly [bytes: number, at: number])[]): (readonly [number, number])[] {
  let time = 0
  const shape = fault.shape?.({ connection: undefined as never, direction: 'replies', now: () => time })
  if (shape === undefined) throw new Error('the fault has no shape')
  return sent.flatMap(([bytes, at]) => {
    time = at
    return [...shape({ bytes: Buffer.alloc(bytes), due: 0 })].map(
      (each: Parcel) => [each.bytes.length, each.due] as const,
    )
  })
}

describe('what bytes become', () => {
  test('with latency: the same ones later, by a jitter that the seed decides', () => {
    const sent = [1, 2, 3, 4].map((n) => [n, n * 100] as const)
    expect(shaped(latency({ milliseconds: 50 }), sent)).toEqual(sent.map(([bytes, at]) => [bytes, at + 50]))
    const jittered = (seed: number) => shaped(latency({ milliseconds: 50, jitter: 20, seed }), sent)
    expect(jittered(1)).toEqual(jittered(1))
    expect(jittered(1)).not.toEqual(jittered(2))
    for (const [index, [, due]] of jittered(1).entries())
      expect(Math.abs(due - (index + 1) * 100 - 50)).toBeLessThanOrEqual(20)
  })

  test('with a bandwidth: pieces, the last of which comes when all of them can have come', () => {
    const pieces = shaped(bandwidth({ bytesPerSecond: 1_000 }), [[500, 0]])
    expect(pieces.reduce((sum, [bytes]) => sum + bytes, 0)).toBe(500)
    expect(pieces.at(-1)).toEqual([10, 500])
    const later = shaped(bandwidth({ bytesPerSecond: 1_000 }), [
      [10, 0],
      [10, 1_000],
    ])
    expect(later).toEqual([
      [10, 10],
      [10, 1_010],
    ])
  })

  test('with slicing: pieces of a size, with a pause between them', () => {
    expect(shaped(slicing({ bytes: 4, pause: 5 }), [[10, 100]])).toEqual([
      [4, 100],
      [4, 105],
      [2, 110],
    ])
  })

  test('in the other direction: nothing', () => {
    expect(shaped(latency({ milliseconds: 50, direction: 'requests' }), [[3, 10]])).toEqual([[3, 0]])
    expect(shaped(stall({ direction: 'requests' }), [[3, 10]])).toEqual([[3, 0]])
  })
})

/** Two ends of a connection. */
async function pair(): Promise<[Socket, Socket]> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const accepted = new Promise<Socket>((resolve) => server.once('connection', resolve))
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1')
  const other = await accepted
  server.close()
  return [client, other]
}

describe('a lane', () => {
  test('keeps the order of bytes when a fault ends, and lets go of what waited', async () => {
    const clock = new SimulatedClock()
    const [from, far] = await pair()
    const [to, reader] = await pair()
    const lane = new Lane(from, to, clock)
    const flow = { connection: undefined as never, direction: 'replies', now: () => clock.now() } as const
    const received: Buffer[] = []
    reader.on('data', (bytes: Buffer) => received.push(bytes))
    const text = () => Buffer.concat(received).toString()

    lane.reshape([latency({ milliseconds: 100 }).shape?.(flow) ?? ((parcel) => [parcel])])
    lane.send(Buffer.from('a'))
    await clock.advance(50)
    lane.send(Buffer.from('b'))
    await clock.advance(50)
    await expect.poll(text).toBe('a')
    lane.reshape([])
    lane.send(Buffer.from('c'))
    await expect.poll(text).toBe('abc')
    expect(clock.pending).toBe(0)

    lane.reshape([stall().shape?.(flow) ?? ((parcel) => [parcel])])
    lane.send(Buffer.from('d'))
    await clock.advance(1_000_000)
    expect(text()).toBe('abc')
    lane.reshape([])
    await expect.poll(text).toBe('abcd')
    for (const socket of [from, far, to, reader]) socket.destroy()
  })

  test('reads no more while much waits', async () => {
    const clock = new SimulatedClock()
    const [from, far] = await pair()
    const [to, reader] = await pair()
    const lane = new Lane(from, to, clock)
    lane.reshape([
      stall().shape?.({ connection: undefined as never, direction: 'replies', now: () => 0 }) ?? ((parcel) => [parcel]),
    ])
    from.on('data', (bytes: Buffer) => lane.send(bytes))
    reader.resume()
    for (let chunk = 0; chunk < 20; chunk++) far.write(Buffer.alloc(100_000))
    await expect.poll(() => from.isPaused()).toBe(true)
    lane.reshape([])
    await expect.poll(() => from.isPaused()).toBe(false)
    for (const socket of [from, far, to, reader]) socket.destroy()
  })
})
