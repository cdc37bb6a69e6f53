import { existsSync } from 'node:fs'
import { nearest } from '../config/nearest.ts'
import { ConfigError } from '../errors/config-error.ts'
import { suiteNames } from './suites.ts'

export type ChosenTests =
  | { readonly suites: readonly string[] }
  | { readonly files: readonly string[] }
  /** Absolute paths, each perhaps with `:LINE`; names of handlers, or none for all. */
  | { readonly python: readonly string[]; readonly handlers: readonly string[] }

/**
 * Suites of the package, or files of the user.
 *
 * @throws ConfigError `CONFIG_TESTS` when a word is neither, or both kinds are mixed
 */
export function chooseTests(words: readonly string[], options: { readonly asksForPassword: boolean }): ChosenTests {
  const known = suiteNames()
  const suites = words.filter((word) => known.includes(word))
  if (suites.length === words.length) return { suites: words.length === 0 ? known : suites }
  const files = words.filter((word) => !known.includes(word))
  const unknown = files.find((word) => !existsSync(word.replace(/:\d+$/, '')))
  if (unknown !== undefined) {
    const meant = nearest(unknown, known)
    const hint = meant === undefined ? '' : `Did you mean ${meant}? `
    // Behind -p stands what may be a password: it is not repeated.
    const { named, attach } = options.asksForPassword
      ? { named: 'A word of the command line', attach: ' A password is attached to its flag: -pVALUE.' }
      : { named: `'${unknown}'`, attach: '' }
    throw new ConfigError('CONFIG_TESTS', `${named} is neither a suite nor a file that exists.`, {
      remedy: `${hint}Suites: ${known.join(', ')}.${attach}`,
    })
  }
  if (suites.length > 0) {
    throw new ConfigError('CONFIG_TESTS', `${suites.join(', ')} and ${files.join(', ')} cannot run together.`, {
      remedy: 'Suites come with the package, files with a configuration of their own: run one after the other.',
    })
  }
  return { files }
}
