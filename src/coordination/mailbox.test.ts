import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Mailbox, type WithReply } from './mailbox.ts'
import { coordinatorOf, unconnected } from './testing/coordinator.ts'

interface Messages {
  number: number
  text: string
  double: WithReply<number, { doubled: number }>
}

const withMailbox = () => ({ ...unconnected, mailbox: new Mailbox<Messages>() })

describe('messages', () => {
  test('are received by kind and sender, each once, oldest first', async () => {
    const done = await coordinatorOf().run(withMailbox(), {
      a: async ({ mailbox, barrier }) => {
        mailbox.send('c', 'number', 1)
        mailbox.send('c', 'text', 'one')
        mailbox.send('c', 'number', 2)
        await barrier('sent')
      },
      b: async ({ mailbox, barrier }) => {
        mailbox.send('c', 'number', 3)
        await barrier('sent')
      },
      c: async ({ mailbox, barrier }) => {
        await barrier('sent')
        const received = [
          await mailbox.receive('text'),
          await mailbox.receive('number', { from: 'b' }),
          await mailbox.receive('number'),
        ]
        return { received, unread: mailbox.unread }
      },
    })
    expect(done.c).toEqual({ received: ['one', 3, 1], unread: [{ from: 'a', kind: 'number' }] })
  })

  test('of one sender arrive in the order in which they were sent, whoever else sends', async () => {
    const sent = fc.array(fc.array(fc.integer(), { maxLength: 6 }), { minLength: 1, maxLength: 4 })
    await fc.assert(
      fc.asyncProperty(sent, async (senders) => {
        const tasks = Object.fromEntries(
          senders.map((numbers, index) => [
            `sender${index}`,
            async ({ mailbox }: { mailbox: Mailbox<Messages> }) => {
              for (const number of numbers) {
                mailbox.send('receiver', 'number', number)
                if (number % 2 === 0) await undefined
              }
            },
          ]),
        )
        const done = await coordinatorOf().run(withMailbox(), {
          ...tasks,
          receiver: async ({ mailbox }: { mailbox: Mailbox<Messages> }) => {
            const received = senders.map((): number[] => [])
            for (const [index, numbers] of senders.entries()) {
              for (let count = 0; count < numbers.length; count++) {
                received[index]?.push(await mailbox.receive('number', { from: `sender${index}` }))
              }
            }
            return received
          },
        })
        expect((done as { receiver: number[][] }).receiver).toEqual(senders)
      }),
      { numRuns: 50 },
    )
  })

  test('to several who wait go to the one that has waited longest', async () => {
    const done = await coordinatorOf().run(withMailbox(), {
      a: async ({ mailbox }) => Promise.all([mailbox.receive('number'), mailbox.receive('number')]),
      b: async ({ mailbox, events }) => {
        await events.waitFor('testCompleted', { from: 'c' })
        mailbox.send('a', 'number', 1)
        mailbox.send('a', 'number', 2)
      },
      c: () => undefined,
    })
    expect(done.a).toEqual([1, 2])
  })

  test('are broadcast to all but the sender', async () => {
    const receive = ({ mailbox }: { mailbox: Mailbox<Messages> }) => mailbox.receive('text')
    const done = await coordinatorOf().run(withMailbox(), {
      a: ({ mailbox }) => {
        mailbox.broadcast('text', 'all')
        return mailbox.unread
      },
      b: receive,
      c: receive,
    })
    expect(done).toEqual({ a: [], b: 'all', c: 'all' })
  })

  test('go to and come from the test, too', async () => {
    const mailbox = new Mailbox<Messages>()
    const run = coordinatorOf().run(
      { ...unconnected, mailbox },
      {
        a: async (connection) => {
          connection.mailbox.send(
            'the test',
            'number',
            (await connection.mailbox.receive('number', { from: 'the test' })) + 1,
          )
        },
      },
    )
    mailbox.send('a', 'number', 41)
    expect(await mailbox.receive('number', { from: 'a' })).toBe(42)
    await run
  })

  test('may be there before the run begins, but not from an earlier run', async () => {
    const mailbox = new Mailbox<Messages>()
    const options = { ...unconnected, mailbox }
    await coordinatorOf().run(options, { a: (c) => c.mailbox.send('b', 'text', 'of an earlier run'), b: () => 1 })
    mailbox.send('b', 'text', 'of the test')
    const done = await coordinatorOf().run(options, { b: (c) => c.mailbox.receive('text') })
    expect(done.b).toBe('of the test')
  })

  test('to nobody are refused with who was meant', async () => {
    const run = coordinatorOf().run(withMailbox(), {
      a: ({ mailbox }) => mailbox.send('folower', 'number', 1),
      follower: () => 1,
    })
    await expect(run).rejects.toThrow(
      /'a' sent 'number' to 'folower', which is no connection.*\n +Did you mean 'follower'\?/,
    )
  })

  test('that came instead are named when the awaited one cannot come', async () => {
    const run = coordinatorOf().run(withMailbox(), {
      a: ({ mailbox }) => mailbox.receive('number'),
      b: ({ mailbox }) => mailbox.send('a', 'text', 'x'),
    })
    await expect(run).rejects.toThrow(/a waits for the message 'number' \(for \d+ ms; unread: 'text' of b\)/)
  })
})

describe('requests', () => {
  test('are replied to with what the answer returns', async () => {
    const ask = ({ mailbox, index }: { mailbox: Mailbox<Messages>; index: number }) =>
      mailbox.request('server', 'double', index * 10)
    const done = await coordinatorOf().run(withMailbox(), {
      server: async ({ mailbox }) => {
        const asked: string[] = []
        for (let count = 0; count < 2; count++) {
          await mailbox.answer('double', async (number, from) => {
            asked.push(from)
            return { doubled: number * 2 }
          })
        }
        return asked.toSorted()
      },
      b: ask,
      c: ask,
    })
    expect(done).toEqual({ server: ['b', 'c'], b: { doubled: 20 }, c: { doubled: 40 } })
  })

  test('fail where answering fails, on both sides', async () => {
    const run = coordinatorOf().run(
      { ...withMailbox(), require: 'any' },
      {
        server: ({ mailbox }) => mailbox.answer('double', () => Promise.reject(new Error('too big'))),
        client: ({ mailbox }) => mailbox.request('server', 'double', 1),
        other: () => 1,
      },
    )
    const { server, client } = await run.outcomes
    expect(server.error?.message).toBe('too big')
    expect(client.error).toMatchObject({
      code: 'COORDINATION_REQUEST',
      message: "the request 'double' of 'client' failed at 'server': too big",
      cause: server.error,
    })
  })

  test('fail at once where whoever is asked ends without an answer', async () => {
    const run = coordinatorOf().run(
      { ...withMailbox(), require: 1 },
      { server: () => 'not at home', client: ({ mailbox }) => mailbox.request('server', 'double', 1) },
    )
    expect((await run.outcomes).client.error?.message).toContain(
      "'client' waited for the reply of server to 'double', and nobody is left who could end it",
    )
  })
})
