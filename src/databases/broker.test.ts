import { once } from 'node:events'
import { connect } from 'node:net'
import { expect, test } from 'vitest'
import { startBroker } from './broker.ts'

test('a run that only looks whether the broker is there does not keep it from stopping', async () => {
  const broker = await startBroker({
    backend: () => Promise.reject(new Error('nobody asks for a server')),
    keepDatabase: 'never',
  })
  // At once, while the broker's own code is still being read.
  const probes = Array.from({ length: 5 }, () => connect(broker.address))
  await Promise.all(
    probes.map(async (probe) => {
      await once(probe, 'connect')
      probe.destroy()
      await once(probe, 'close')
    }),
  )
  expect(await broker.stop()).toEqual([])
})
