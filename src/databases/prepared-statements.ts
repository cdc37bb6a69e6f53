import { setAssignments, type ClassifiedStatement } from './statement-kind.ts'

/** Remembers what a session prepared by SQL, so that EXECUTE can be judged by what it would run. */
export class PreparedStatements {
  readonly #prepared = new Map<string, string>()
  readonly #variables = new Map<string, string>()

  /** Takes note of PREPARE, DEALLOCATE and of user variables that get a string: `SET @sql = '…'`. */
  observe({ kind, tokens }: ClassifiedStatement): void {
    if (kind === 'set') {
      for (const { scope, name, value } of setAssignments(tokens)) {
        if (scope !== 'user') continue
        if (value.length === 1 && value[0]?.type === 'string') this.#variables.set(name, value[0].value)
        else this.#variables.delete(name)
      }
    } else if (kind === 'prepare') {
      const name = tokens[1]?.value.toUpperCase()
      const source = tokens[3]
      if (name === undefined || source === undefined) return
      const sql = source.type === 'variable' ? this.#variables.get(source.value.toLowerCase()) : source.value
      if (sql === undefined) this.#prepared.delete(name)
      else this.#prepared.set(name, sql)
    } else if (kind === 'deallocate') {
      const name = tokens[2]?.value.toUpperCase()
      if (name !== undefined) this.#prepared.delete(name)
    }
  }

  /** The SQL that an EXECUTE runs; undefined for other statements and where it can't be known. */
  executedBy({ kind, tokens }: ClassifiedStatement): string | undefined {
    return kind === 'execute' ? this.#prepared.get(tokens[1]?.value.toUpperCase() ?? '') : undefined
  }
}
