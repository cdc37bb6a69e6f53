import type { Argument, Command, Option } from 'commander'
import type { Catalog } from '../config/catalog.ts'
import { nameOfOption } from '../config/setting-definition.ts'
import { suiteNames } from './suites.ts'

/** A command with what may follow it. */
export interface Completable {
  /** `config show`; empty for the program itself. */
  readonly path: string
  /** Sub-commands, or words that may be arguments. */
  readonly words: readonly Described[]
  /** Whether files may be arguments. */
  readonly files: boolean
  readonly options: readonly CompletableOption[]
}

export interface Described {
  readonly text: string
  readonly about: string
}

export interface CompletableOption {
  /** `--host`, `-H` */
  readonly names: readonly string[]
  readonly about: string
  /** The value that must follow: one of these, a file, or something that only the user knows. Undefined for switches. */
  readonly value?: readonly string[] | 'file' | 'free'
}

/** Every command of the program, itself first. */
export function completables(command: Command, catalog: Catalog, path = ''): readonly Completable[] {
  const visible = command.commands.filter((child) => child.name() !== 'help')
  const own = {
    path,
    words: [
      ...visible.map((child) => ({ text: child.name(), about: child.description() })),
      ...command.registeredArguments.flatMap(wordsOf).map((text) => ({ text, about: '' })),
    ],
    files: command.registeredArguments.some((argument) => isFile(argument.name())),
    options: command
      .createHelp()
      .visibleOptions(command)
      .map((option) => completableOption(option, catalog)),
  }
  return [own, ...visible.flatMap((child) => completables(child, catalog, `${path} ${child.name()}`.trim()))]
}

function wordsOf(argument: Argument): readonly string[] {
  return argument.argChoices ?? (argument.name().startsWith('suite') ? suiteNames() : [])
}

function completableOption(option: Option, catalog: Catalog): CompletableOption {
  const names = [option.long, option.short].filter((name) => name !== undefined)
  const about = option.description
  // What may stand alone completes as a switch: its value is attached.
  if (!option.required) return { names, about }
  const choices = option.argChoices ?? choicesOf(option.long?.slice(2) ?? '', catalog)
  if (choices.length > 0) return { names, about, value: choices }
  return { names, about, value: isFile(/<(.*)>/.exec(option.flags)?.[1] ?? '') ? 'file' : 'free' }
}

function isFile(argument: string): boolean {
  return /file|path|directory/.test(argument)
}

/** The words that the setting of a flag allows; none when it allows more than words. */
function choicesOf(flag: string, { keys, extensions, definition }: Catalog): readonly string[] {
  const key = keys.find((candidate) => nameOfOption(definition(candidate)?.option ?? '') === flag)
  if (key === undefined) return []
  const [section, name = ''] = key.split('.')
  return choicesIn(
    extensions.find((extension) => extension.name === section)?.schema.shape[name] ?? definition(key)?.schema,
  )
}

/** Of a schema of zod: an enumeration, a union with one, or one that may be left out. By their parts, as extensions have their own zod. */
function choicesIn(schema: unknown): readonly string[] {
  if (typeof schema !== 'object' || schema === null) return []
  const { options, def } = schema as { options?: unknown; def?: { innerType?: unknown } }
  if (!Array.isArray(options)) return choicesIn(def?.innerType)
  return options.flatMap((option: unknown) => (typeof option === 'string' ? [option] : choicesIn(option)))
}
