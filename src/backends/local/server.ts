import type { Endpoint } from '../../connections/endpoint.ts'
import type { RunningServer, ServerDeath, ServerNotes } from '../backend.ts'
import type { ServerControl } from '../server-control.ts'
import { localLogin } from './first-answer.ts'
import type { ServerProcess } from './server-process.ts'

export interface LocalServerOptions {
  readonly server: ServerProcess
  /** What it was ended with on purpose does not count as its death. */
  readonly control?: ServerControl
  readonly readyDatabases: readonly string[]
  readonly notes?: ServerNotes
  readonly dataDirectory: string
  /** Ends the process and puts away its folder; gives where the data is from now on. Called once. */
  readonly end: (keepData: boolean) => Promise<string>
}

/** A tidb-server on this machine, from its first answer to its end. */
export class LocalServer implements RunningServer {
  readonly endpoint: Endpoint
  readonly readyDatabases: readonly string[]
  readonly notes?: ServerNotes
  readonly died: Promise<ServerDeath>
  readonly control?: ServerControl
  readonly #end: (keepData: boolean) => Promise<string>
  #dataDirectory: string
  #endedOnPurpose = false
  #stopped: Promise<void> | undefined

  constructor(options: LocalServerOptions) {
    const { port, statusPort, ended } = options.server
    this.endpoint = { ...localLogin(port), statusPort }
    this.readyDatabases = options.readyDatabases
    if (options.notes !== undefined) this.notes = options.notes
    this.#dataDirectory = options.dataDirectory
    this.#end = options.end
    if (options.control !== undefined) this.control = this.#noting(options.control)
    this.died = new Promise((resolve) => {
      void ended.then((death) => {
        if (this.#stopped === undefined && !this.#endedOnPurpose) resolve(death)
      })
    })
  }

  /** After `stop({ keepData: true })`: where the data was moved to. */
  get dataDirectory(): string {
    return this.#dataDirectory
  }

  stop(options: { keepData?: boolean } = {}): Promise<void> {
    this.#stopped ??= this.#end(options.keepData ?? false).then((directory) => {
      this.#dataDirectory = directory
    })
    return this.#stopped
  }

  #noting(control: ServerControl): ServerControl {
    return {
      kill: () => {
        this.#endedOnPurpose = true
        return control.kill()
      },
      pause: () => control.pause(),
      resume: () => control.resume(),
      restart: (how) => {
        this.#endedOnPurpose = true
        return control.restart(how)
      },
    }
  }
}
