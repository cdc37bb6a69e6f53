import { existsSync } from 'node:fs'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { unusedSteps } from '../isolation/isolationtester/check-spec.ts'
import { SpecFileError } from '../isolation/isolationtester/spec-file-error.ts'
import { readSpecTests } from '../isolation/isolationtester/spec-tests.ts'

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

const IMPORT = 'import { specFile, test } from '

/** Whether a module is one that `specModule` has made; the plugin may stand in a configuration twice. */
export function isSpecModule(code: string): boolean {
  return code.startsWith(IMPORT)
}

/**
 * A spec file as a test module: one `test()` a permutation, on the line where that is written. Names are literals, so
 * that editors find them without running anything.
 *
 * A file that can't be read is one test that fails: a module that throws would fail all of `vitest list`.
 */
export function specModule(source: string, path: string, warn: (message: string) => void): TestModule {
  const lines = source.split('\n').map(() => '')
  const add = (line: number, code: string): void => {
    lines[line - 1] += code
  }
  const file = basename(path)
  add(1, `${IMPORT}${JSON.stringify(runtimePath())};`)
  add(1, `const spec = specFile(${JSON.stringify(source)}, import.meta.filename);`)
  try {
    const { spec, tests } = readSpecTests(source, file)
    for (const { name, at } of tests) {
      const literal = JSON.stringify(name)
      add(
        at.line,
        `test(${literal}, async ({ expect, run }) => { expect(await run(spec, ${literal})).toMatchSnapshot() });`,
      )
    }
    const unused = unusedSteps(spec).map(({ name, at }) => `${name} (line ${at.line})`)
    if (unused.length > 0) warn(`in no permutation of ${file}: ${unused.join(', ')}`)
  } catch (error) {
    if (!(error instanceof SpecFileError)) throw error
    add(error.at.line, `test(${JSON.stringify(`${file} can be read`)}, () => { spec.read() });`)
  }
  return { code: lines.join('\n'), map: lineByLine(source, path, lines.length) }
}

/** Each line of the code is the same line of the source. */
function lineByLine(source: string, path: string, lines: number): SourceMap {
  const mappings = Array.from({ length: lines }, (_, line) => (line === 0 ? 'AAAA' : 'AACA')).join(';')
  return { version: 3, sources: [path], sourcesContent: [source], names: [], mappings }
}

/** What such modules import: in the package a sibling of this file's bundle, in the sources among the fixtures. */
function runtimePath(): string {
  const names = ['./spec-file.js', '../../fixtures/spec-file.ts']
  const paths = names.map((name) => fileURLToPath(new URL(name, import.meta.url)))
  const found = paths.find((path) => existsSync(path))
  if (found === undefined)
    throw new Error(`the package vitest-tidb is incomplete: ${paths[0]} is missing; install it again`)
  return found
}
