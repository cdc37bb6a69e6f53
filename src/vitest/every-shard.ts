import { basename } from 'node:path'
import type { TestSequencer, TestSpecification, Vitest } from 'vitest/node'

/** Such as `checkout.shards.test.ts`. */
const NAME = /\.shards\./

const done = new WeakSet<Vitest>()

/** Files whose loads all shards drive together run in each of them; all others are divided as Vitest, or the user, does. */
export function runInEveryShard(vitest: Vitest): void {
  // The plugin may stand in several projects.
  if (vitest.config.shard === undefined || done.has(vitest)) return
  done.add(vitest)
  const Sequencer = vitest.config.sequence.sequencer
  vitest.config.sequence.sequencer = class implements TestSequencer {
    readonly #usual: TestSequencer

    constructor(ofRun: Vitest) {
      this.#usual = new Sequencer(ofRun)
    }

    async shard(files: TestSpecification[]): Promise<TestSpecification[]> {
      const own = await this.#usual.shard(files.filter((file) => !isShared(file)))
      return [...own, ...files.filter(isShared)]
    }

    async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
      return this.#usual.sort(files)
    }
  }
}

function isShared({ moduleId }: TestSpecification): boolean {
  return NAME.test(basename(moduleId))
}
