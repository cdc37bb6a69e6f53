import { randomUUID } from 'node:crypto'
import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import type { ServerNotes } from '../backend.ts'

/** Beside a template. What was noted is lost together with it. */
export function notesFileOf(template: string): string {
  return `${template}.notes.json`
}

/** What was found out about servers that have just started from a template, for later runs. */
export class TemplateNotes implements ServerNotes {
  readonly #file: string

  constructor(template: string) {
    this.#file = notesFileOf(template)
  }

  async read(): Promise<unknown> {
    try {
      return JSON.parse(await readFile(this.#file, 'utf8')) as unknown
    } catch (error) {
      // Whatever is not there, or no JSON, is found out again.
      if (error instanceof SyntaxError || 'code' in (error as object)) return undefined
      throw error
    }
  }

  async write(notes: object): Promise<void> {
    const draft = `${this.#file}.${randomUUID()}.draft`
    try {
      await writeFile(draft, JSON.stringify(notes), { mode: 0o600 })
      await rename(draft, this.#file)
    } catch (error) {
      // Only time is lost: a cache that is read-only, or full, may still hold the template.
      if (!('code' in (error as object))) throw error
      await rm(draft, { force: true }).catch(() => undefined)
    }
  }
}
