import type { LoadProgram, SessionPlace } from '../program.ts'
import type { Random } from '../random/random.ts'
import { LoadConnection, type LoadConnectionOptions } from '../wire/load-connection.ts'
import type { LoadSession } from './load-session.ts'

/** Runs a program on a connection of its own. */
export class ProgramSession implements LoadSession {
  readonly #program: LoadProgram
  readonly #place: SessionPlace
  readonly #options: LoadConnectionOptions
  #connection: LoadConnection
  /** Statements of connections that were lost. */
  #before = 0

  private constructor(
    program: LoadProgram,
    place: SessionPlace,
    options: LoadConnectionOptions,
    connection: LoadConnection,
  ) {
    this.#program = program
    this.#place = place
    this.#options = options
    this.#connection = connection
  }

  /** @throws ConnectError */
  static async open(
    program: LoadProgram,
    place: SessionPlace,
    options: LoadConnectionOptions,
  ): Promise<ProgramSession> {
    return new ProgramSession(program, place, options, await LoadConnection.open(options))
  }

  get statements(): number {
    return this.#before + this.#connection.statements
  }

  begin(): Promise<void> | undefined {
    return this.#program.begin?.(this.#connection)
  }

  step(random: Random): Promise<unknown> {
    return this.#program.step(this.#connection, random, this.#place)
  }

  async recover(): Promise<void> {
    if (this.#connection.lost === undefined) {
      // The server has rolled back after some errors, and not after others.
      if (this.#connection.inTransaction) await this.#connection.query('ROLLBACK')
      return
    }
    const connection = await LoadConnection.open(this.#options)
    this.#before += this.#connection.statements
    this.#connection = connection
  }

  cutAfter(milliseconds: number): void {
    this.#connection.cutAfter(milliseconds)
  }

  close(): void {
    this.#connection.close()
  }
}
