import { findInterpreter, type InterpreterSearch } from './find-interpreter.ts'
import { Interpreter } from './interpreter.ts'

export interface KeptInterpreterOptions extends InterpreterSearch {
  readonly showSql: boolean
}

/** The interpreter of a worker: started when it is first needed, kept, and replaced when a handler has spoiled it. */
export class KeptInterpreter {
  readonly #options: KeptInterpreterOptions
  #executable: Promise<string> | undefined
  #interpreter: Promise<Interpreter> | undefined
  #turn: Promise<unknown> = Promise.resolve()

  constructor(options: KeptInterpreterOptions) {
    this.#options = options
  }

  /**
   * Lends the interpreter for one handler at a time: they share its working directory, environment and output.
   *
   * @throws PythonError `PYTHON_NOT_FOUND`, `PYTHON_START`
   */
  use<R>(work: (interpreter: Interpreter) => Promise<R>): Promise<R> {
    const used = this.#turn.then(async () => work(await this.#healthy()))
    this.#turn = used.catch(() => undefined)
    return used
  }

  /** The next handler gets another one. */
  async retire(): Promise<void> {
    const retired = this.#interpreter
    this.#interpreter = undefined
    const [settled] = await Promise.allSettled([retired])
    if (settled.status === 'fulfilled') await settled.value?.end()
  }

  async close(): Promise<void> {
    await this.#turn
    await this.retire()
  }

  async #healthy(): Promise<Interpreter> {
    const kept = await this.#interpreter
    if (kept !== undefined && kept.death === undefined) return kept
    this.#interpreter = this.#start()
    try {
      return await this.#interpreter
    } catch (error) {
      this.#interpreter = undefined
      throw error
    }
  }

  async #start(): Promise<Interpreter> {
    const { showSql, environment } = this.#options
    this.#executable ??= findInterpreter(this.#options).then(({ executable }) => executable)
    return Interpreter.start({
      executable: await this.#executable,
      showSql,
      ...(environment === undefined ? {} : { environment }),
    })
  }
}
