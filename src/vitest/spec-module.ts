import { basename } from 'node:path'
import { unusedSteps } from '../isolation/isolationtester/check-spec.ts'
import { SpecFileError } from '../isolation/isolationtester/spec-file-error.ts'
import { readSpecTests } from '../isolation/isolationtester/spec-tests.ts'
import { runtimePath, TestModuleLines, type TestModule } from './test-module.ts'

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
  const lines = new TestModuleLines(source, path)
  const file = basename(path)
  lines.add(1, `${IMPORT}${JSON.stringify(runtimePath('spec-file'))};`)
  lines.add(1, `const spec = specFile(${JSON.stringify(source)}, import.meta.filename);`)
  try {
    const { spec, tests } = readSpecTests(source, file)
    for (const { name, at } of tests) {
      const literal = JSON.stringify(name)
      lines.add(
        at.line,
        `test(${literal}, async ({ expect, run }) => { expect(await run(spec, ${literal})).toMatchSnapshot() });`,
      )
    }
    const unused = unusedSteps(spec).map(({ name, at }) => `${name} (line ${at.line})`)
    if (unused.length > 0) warn(`in no permutation of ${file}: ${unused.join(', ')}`)
  } catch (error) {
    if (!(error instanceof SpecFileError)) throw error
    lines.add(error.at.line, `test(${JSON.stringify(`${file} can be read`)}, () => { spec.read() });`)
  }
  return lines.finish()
}
