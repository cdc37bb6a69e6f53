import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** JavaScript that stands for a file in another language, with its source map. */
export interface TestModule {
  readonly code: string
  readonly map: SourceMap
}

/** https://tc39.es/ecma426/ */
interface SourceMap {
  readonly version: 3
  readonly sources: string[]
  readonly sourcesContent: string[]
  readonly names: string[]
  readonly mappings: string
}

/** Builds such a module: what is added to a line of it comes from the same line of the source. */
export class TestModuleLines {
  readonly #source: string
  readonly #path: string
  readonly #lines: string[]

  constructor(source: string, path: string) {
    this.#source = source
    this.#path = path
    this.#lines = source.split('\n').map(() => '')
  }

  /** `line` counts from 1; what lies behind the last one is added to that. */
  add(line: number, code: string): void {
    const at = Math.min(line, this.#lines.length) - 1
    this.#lines[at] += code
  }

  finish(): TestModule {
    const mappings = this.#lines.map((_, line) => (line === 0 ? 'AAAA' : 'AACA')).join(';')
    return {
      code: this.#lines.join('\n'),
      map: { version: 3, sources: [this.#path], sourcesContent: [this.#source], names: [], mappings },
    }
  }
}

/** What such modules import: in the package a sibling of this file's bundle, in the sources among the fixtures. */
export function runtimePath(name: 'spec-file' | 'python-file'): string {
  const names = [`./${name}.js`, `../../fixtures/${name}.ts`]
  const paths = names.map((each) => fileURLToPath(new URL(each, import.meta.url)))
  const found = paths.find((path) => existsSync(path))
  if (found === undefined)
    throw new Error(`the package vitest-tidb is incomplete: ${paths[0]} is missing; install it again`)
  return found
}
