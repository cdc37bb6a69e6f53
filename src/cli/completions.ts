import type { Command } from 'commander'
import { suiteNames } from './suites.ts'

/** A command with what may follow it. */
interface Completable {
  /** `config show`; empty for the program itself. */
  readonly path: string
  /** Sub-commands, or words that may be arguments. */
  readonly words: readonly Described[]
  readonly options: readonly Described[]
}

interface Described {
  readonly text: string
  readonly about: string
}

export function completionsFor(shell: 'bash' | 'zsh' | 'fish', program: Command): string {
  const commands = completables(program, '')
  return shell === 'bash' ? bash(commands) : shell === 'zsh' ? zsh(commands) : fish(commands)
}

function completables(command: Command, path: string): Completable[] {
  const visible = command.commands.filter((child) => child.name() !== 'help')
  const words = visible.map((child) => ({ text: child.name(), about: child.description() }))
  const help = command.createHelp()
  const options = help.visibleOptions(command).flatMap((option) => {
    const names = [option.long, option.short].filter((name) => name !== undefined)
    return names.map((text) => ({ text, about: option.description }))
  })
  const choices = command.registeredArguments.flatMap((argument) => argument.argChoices ?? [])
  const named = path === 'run' ? suiteNames() : choices
  const own = { path, words: [...words, ...named.map((text) => ({ text, about: '' }))], options }
  return [own, ...visible.flatMap((child) => completables(child, `${path} ${child.name()}`.trim()))]
}

/** The command is what stands before the first option; files complete where nothing else does. */
function bash(commands: readonly Completable[]): string {
  const cases = commands.map(
    ({ path, words, options }) =>
      `    ${quoted(path)}) words=${quoted(texts(words))}; options=${quoted(texts(options))} ;;`,
  )
  return `# bash completion of tidb-test
_tidb_test() {
  local current=\${COMP_WORDS[COMP_CWORD]} path='' word words='' options=''
  local known=${quoted(`|${commands.map(({ path }) => path).join('|')}|`)}
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    [[ $word == -* ]] && break
    [[ $known == *"|\${path:+$path }$word|"* ]] && path="\${path:+$path }$word"
  done
  case $path in
${cases.join('\n')}
  esac
  if [[ $current == -* ]]; then COMPREPLY=($(compgen -W "$options" -- "$current"))
  else COMPREPLY=($(compgen -W "$words" -- "$current")); fi
}
complete -o default -F _tidb_test tidb-test vitest-tidb
`
}

function zsh(commands: readonly Completable[]): string {
  const cases = commands.map(
    ({ path, words, options }) =>
      `    ${quoted(path)}) words_=(${described(words, ':')}); options_=(${described(options, ':')}) ;;`,
  )
  return `#compdef tidb-test vitest-tidb
_tidb_test() {
  local -a words_ options_
  local known=${quoted(`|${commands.map(({ path }) => path).join('|')}|`)} path_='' word
  for word in "\${(@)words[2,CURRENT-1]}"; do
    [[ $word == -* ]] && break
    [[ $known == *"|\${path_:+$path_ }$word|"* ]] && path_="\${path_:+$path_ }$word"
  done
  case $path_ in
${cases.join('\n')}
  esac
  if [[ $PREFIX == -* ]]; then _describe option options_
  else _describe command words_; _files; fi
}
compdef _tidb_test tidb-test vitest-tidb
`
}

function fish(commands: readonly Completable[]): string {
  const lines = commands.flatMap(({ path, words, options }) => {
    const condition = `-n ${quoted(`__tidb_test_at ${quotedInside(path)}`)}`
    return [
      ...words.map(({ text, about }) => `complete -c tidb-test ${condition} -a ${quoted(text)} -d ${quoted(about)}`),
      ...options.map(({ text, about }) => {
        const name = text.startsWith('--') ? `-l ${text.slice(2)}` : `-s ${text.slice(1)}`
        return `complete -c tidb-test ${condition} ${name} -d ${quoted(about)}`
      }),
    ]
  })
  const known = commands.map(({ path }) => quoted(path)).join(' ')
  return `# fish completion of tidb-test
function __tidb_test_at
  set -l path ''
  for word in (commandline -opc)[2..]
    string match -q -- '-*' $word; and break
    set -l longer (string trim -- "$path $word")
    contains -- "$longer" ${known}; and set path $longer
  end
  test "$path" = "$argv[1]"
end
${lines.join('\n')}
complete -c vitest-tidb -w tidb-test
`
}

function texts(list: readonly Described[]): string {
  return list.map(({ text }) => text).join(' ')
}

function described(list: readonly Described[], mark: string): string {
  return list
    .map(({ text, about }) => quoted(about === '' ? text : `${text}${mark}${about.replaceAll(':', ' ')}`))
    .join(' ')
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}

/** Inside single quotes of fish, a word that may be empty or hold a space. */
function quotedInside(text: string): string {
  return `"${text}"`
}
