import { spawn, type ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { z } from 'zod'
import { PythonError } from '../errors/python-error.ts'
import { messageOf } from '../errors/tidb-test-error.ts'
import { findInterpreter, type InterpreterSearch } from './find-interpreter.ts'
import { pythonFolder } from './package-folder.ts'
import { wrongMessage } from './wrong-message.ts'

const line = z.int().positive()

const collected = z.object({
  /** In the order of the file. */
  handlers: z.array(
    z.object({
      name: z.string(),
      line,
      doc: z.string().nullable(),
      tags: z.array(z.string()),
      /** Why the names of its cases can't be known. */
      problem: z.string().nullable(),
    }),
  ),
  /** Files of the user that the file imports, directly or not. */
  imports: z.array(z.string()),
  /** Why it can't be read. */
  problem: z.object({ line, column: line, message: z.string() }).optional(),
})

/** What a file of Python holds, as far as its text tells. */
export type CollectedFile = z.infer<typeof collected>

const answer = z.looseObject({ id: z.int() })

interface Waiting {
  resolve(answer: unknown): void
  reject(error: PythonError): void
}

/**
 * Asks Python for the handlers in files, none of which is run. Its process starts when it is first needed, stays, keeps
 * nobody from ending, and ends with this process.
 */
export class Collector {
  readonly #search: InterpreterSearch
  readonly #waiting = new Map<number, Waiting>()
  #child: Promise<ChildProcess> | undefined
  #last = 0

  constructor(search: InterpreterSearch = {}) {
    this.#search = search
  }

  /** `file` is absolute. @throws PythonError `PYTHON_NOT_FOUND`, `PYTHON_COLLECT`, `PYTHON_PROTOCOL` */
  async collect(file: string): Promise<CollectedFile> {
    const child = await this.#running()
    const id = ++this.#last
    const answered = new Promise<unknown>((resolve, reject) => this.#waiting.set(id, { resolve, reject }))
    this.#hold(child)
    child.stdin?.write(`${JSON.stringify({ id, file })}\n`)
    const checked = collected.safeParse(await answered)
    if (!checked.success) throw wrongMessage(`what Python collected from ${file}`, checked.error)
    return checked.data
  }

  /** Idempotent. */
  async close(): Promise<void> {
    const child = await this.#child?.catch(() => undefined)
    this.#child = undefined
    child?.kill('SIGKILL')
  }

  #running(): Promise<ChildProcess> {
    const started = (this.#child ??= this.#start())
    // Who asks the next time may have installed what was missing.
    started.catch(() => (this.#child = undefined))
    return started
  }

  async #start(): Promise<ChildProcess> {
    const { executable } = await findInterpreter(this.#search)
    const script = join(pythonFolder(), 'vitest_tidb', '_collect.py')
    // Isolated: what lies in the user's folders or variables is looked at, never run.
    const child = spawn(executable, ['-I', '-S', '-B', '-W', 'ignore', script], { stdio: ['pipe', 'pipe', 'pipe'] })
    let said = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-2_000)))
    child.stdin.on('error', () => undefined)
    createInterface(child.stdout).on('line', (text) => this.#read(text, child))
    const gone = (why: string): void => {
      this.#child = undefined
      for (const { reject } of this.#waiting.values()) {
        reject(new PythonError('PYTHON_COLLECT', `${executable} did not tell what test files hold: ${why}\n${said}`))
      }
      this.#waiting.clear()
    }
    child.once('error', (error) => gone(error.message))
    child.once('close', (code, signal) => gone(`it ended with ${signal ?? `exit code ${code}`}`))
    this.#release(child)
    return child
  }

  #read(text: string, child: ChildProcess): void {
    try {
      const { id, ...rest } = answer.parse(JSON.parse(text))
      this.#waiting.get(id)?.resolve(rest)
      this.#waiting.delete(id)
    } catch (error) {
      for (const { reject } of this.#waiting.values()) {
        reject(
          new PythonError('PYTHON_PROTOCOL', `the collector said something else than an answer: ${messageOf(error)}`),
        )
      }
      this.#waiting.clear()
    }
    if (this.#waiting.size === 0) this.#release(child)
  }

  /** While an answer is awaited this process must not end; otherwise it may. */
  #hold(child: ChildProcess): void {
    for (const handle of handlesOf(child)) handle.ref()
  }

  #release(child: ChildProcess): void {
    for (const handle of handlesOf(child)) handle.unref()
  }
}

interface Handle {
  ref(): unknown
  unref(): unknown
}

function handlesOf(child: ChildProcess): Handle[] {
  // Pipes are sockets, which the declared types hide.
  return [child, child.stdin, child.stdout, child.stderr] as unknown as Handle[]
}
