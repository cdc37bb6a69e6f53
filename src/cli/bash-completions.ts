import type { Completable } from './completable.ts'
import { shellQuoted } from './shell-quote.ts'

/** The command is what stands before the first option. Runs in bash 3.2 too, where no completion can ask for files alone. */
export function bashCompletions(commands: readonly Completable[]): string {
  const cases = commands.map(({ path, words, files, options }) => {
    const names = options.flatMap((option) => option.names)
    const own = words.map(({ text }) => text)
    return `    ${shellQuoted(path)}) words=${shellQuoted(own.join(' '))} files=${files ? '1' : "''"} options=${shellQuoted(names.join(' '))} ;;`
  })
  const values = commands.flatMap(({ path, options }) =>
    options.flatMap(({ names, value }) => {
      if (value === undefined) return []
      const pattern = names.map((name) => shellQuoted(`${path} ${name}`)).join('|')
      const offered = typeof value === 'string' ? '' : value.join(' ')
      const files = value === 'file' ? '1' : "''"
      return [`    ${pattern}) options='' words=${shellQuoted(offered)} files=${files} ;;`]
    }),
  )
  return `# bash completion of tidb-test
_tidb_test() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]}
  local path='' at_options='' word words='' files='' options=''
  local known=${shellQuoted(`|${commands.map(({ path }) => path).join('|')}|`)}
  # In --option=value the = is a word of its own.
  if [[ $current == = ]]; then current=''
  elif [[ $previous == = ]]; then previous=\${COMP_WORDS[COMP_CWORD-2]}; fi
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    # What follows belongs to another program.
    [[ $word == -- ]] && return
    [[ $word == -* ]] && at_options=1
    [[ -z $at_options && $known == *"|\${path:+$path }$word|"* ]] && path="\${path:+$path }$word"
  done
  case $path in
${cases.join('\n')}
  esac
  case "$path $previous" in
${values.join('\n')}
  esac
  [[ $current == -* ]] && words=$options files=''
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  # -o default goes on to files when there is no reply.
  [[ -z $files ]] && compopt +o default 2>/dev/null
  return 0
}
complete -o default -F _tidb_test tidb-test vitest-tidb
`
}
