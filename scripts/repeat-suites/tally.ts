import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Reporter, SerializedError, TestCase, TestModule } from 'vitest/node'

interface Failed {
  count: number
  /** Where the output of the first failure is. */
  readonly file: string
}

/** Counts what the repetitions come to, and keeps the first failure of each test. */
export class Tally {
  readonly #folder: string
  readonly #failed = new Map<string, Failed>()
  repetitions = 0
  tests = 0
  failures = 0

  constructor(folder: string) {
    this.#folder = folder
  }

  /** Counts the tests of one Vitest that was started with this seed. */
  reporter(seed: number): Reporter {
    const consoles = new Map<string, string>()
    return {
      onUserConsoleLog: ({ taskId = '', content }) => {
        consoles.set(taskId, (consoles.get(taskId) ?? '') + content)
      },
      onTestRunStart: () => consoles.clear(),
      onTestCaseResult: (test) => {
        const { state, errors } = test.result()
        if (state === 'skipped') return
        this.tests++
        if (state === 'failed') this.#fail(nameOf(test), seed, errors ?? [], consoles.get(test.id))
      },
      onTestModuleEnd: (file) => {
        const errors = file.errors()
        if (errors.length > 0) this.#fail(fileOf(file), seed, errors, undefined)
      },
      onTestRunEnd: (_files, errors) => {
        if (errors.length > 0) this.#fail('outside of all tests', seed, errors, undefined)
      },
    }
  }

  repetitionEnded(files: number, milliseconds: number): void {
    this.repetitions++
    console.log(
      `repetition ${this.repetitions}: ${files} files in ${(milliseconds / 1000).toFixed(1)} s; ` +
        `${this.tests} tests so far, ${this.failures} failures`,
    )
  }

  summary({ wanted, busy }: { wanted: number; busy: number }): string {
    const each = [...this.#failed].map(([name, { count, file }]) => `  ${count} × ${name}: ${file}`)
    const load = busy === 0 ? '' : ` beside ${busy} busy loops`
    return [
      ...each,
      `${this.repetitions} of ${wanted} repetitions${load}, ${this.tests} tests run, ${this.failures} failures`,
    ].join('\n')
  }

  #fail(name: string, seed: number, errors: readonly SerializedError[], output: string | undefined): void {
    this.failures++
    const known = this.#failed.get(name)
    if (known !== undefined) {
      known.count++
      return
    }
    mkdirSync(this.#folder, { recursive: true })
    const file = join(this.#folder, `failure-${this.#failed.size + 1}.txt`)
    const head = `${name}\nin repetition ${this.repetitions + 1}, with --seed ${seed}, on ${new Date().toISOString()}`
    const parts = [head, ...errors.map(textOf), ...(output === undefined ? [] : [output])]
    writeFileSync(file, `${parts.join('\n\n')}\n`)
    this.#failed.set(name, { count: 1, file })
    console.log(`failed: ${name} (${file})`)
  }
}

function nameOf(test: TestCase): string {
  return `${fileOf(test.module)} > ${test.fullName}`
}

function fileOf(file: TestModule): string {
  return file.relativeModuleId
}

function textOf({ stack, message, diff }: SerializedError): string {
  return [stack ?? message, ...(typeof diff === 'string' ? [diff] : [])].join('\n')
}
