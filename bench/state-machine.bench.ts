// The seven states of the connection flow with asynchronous handlers that do nothing: our machine with history,
// timeouts and hooks on, against XState's with one invoked promise a state.
import { createActor, fromPromise, setup, toPromise } from 'xstate'
import { runMachine } from '../src/state-machine/run-machine.ts'
import { TypedMachine } from '../src/state-machine/typed-machine.ts'
import { alternate, publish } from './measure.ts'

const PAIRS = 15
const RUNS = 2_000

let transitions = 0
let visits = 0

const ours = new TypedMachine(
  {
    Initial: async () => 'ParsingConfig',
    ParsingConfig: async () => 'Connecting',
    Connecting: async () => 'TestingConnection',
    TestingConnection: async () => 'VerifyingDatabase',
    VerifyingDatabase: async () => 'GettingVersion',
    GettingVersion: async () => 'Completed',
  },
  {
    timeout: 30_000,
    stateTimeout: 10_000,
    beforeTransition: async () => {
      transitions++
    },
    afterTransition: async () => {
      transitions++
    },
  },
)

const invoke = (target: string) => ({ invoke: { src: 'step' as const, onDone: target } })

const theirs = setup({ actors: { step: fromPromise(async () => undefined) } }).createMachine({
  initial: 'Initial',
  states: {
    Initial: invoke('ParsingConfig'),
    ParsingConfig: invoke('Connecting'),
    Connecting: invoke('TestingConnection'),
    TestingConnection: invoke('VerifyingDatabase'),
    VerifyingDatabase: invoke('GettingVersion'),
    GettingVersion: invoke('Completed'),
    Completed: { type: 'final' },
  },
})

async function runOurs(): Promise<void> {
  const run = await runMachine(ours, { context: {} })
  visits += run.history.length
}

async function runTheirs(): Promise<void> {
  const actor = createActor(theirs).start()
  await toPromise(actor)
  if (actor.getSnapshot().value !== 'Completed') throw new Error('XState did not complete')
}

async function runsPerSecond(run: () => Promise<void>): Promise<number> {
  const begun = performance.now()
  for (let n = 0; n < RUNS; n++) await run()
  return (RUNS / (performance.now() - begun)) * 1_000
}

// Both sides are compiled before anything is measured.
await runsPerSecond(runOurs)
await runsPerSecond(runTheirs)
const samples = await alternate(
  PAIRS,
  () => runsPerSecond(runOurs),
  () => runsPerSecond(runTheirs),
)

const runs = RUNS * (PAIRS + 1)
if (visits !== runs * 7 || transitions !== runs * 6 * 2) {
  throw new Error(`${runs} runs kept ${visits} visits and called ${transitions} hooks: history or hooks were off`)
}

await publish([
  {
    bench: 'state-machine',
    title: `Runs of a machine with 7 states, ${RUNS} in each sample; ours with history, timeouts and two hooks a transition`,
    unit: 'runs/s',
    better: 'higher',
    peer: 'XState 5: setup({ actors: { step: fromPromise(async () => undefined) } }).createMachine(…) with invoke: { src: "step", onDone } in each state; createActor(machine).start(), await toPromise(actor)',
    oursSamples: samples.ours,
    peerSamples: samples.peer,
    percentiles: [50, 5],
    target: 3,
  },
])
