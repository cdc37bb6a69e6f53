import type { Completable, Described } from './completable.ts'
import { shellQuoted } from './shell-quote.ts'

/** To be sourced after compinit, or to be a file of fpath named `_tidb_test`. */
export function zshCompletions(commands: readonly Completable[]): string {
  const cases = commands.map(({ path, words, files, options }) => {
    const names = options.flatMap(({ names: each, about }) => each.map((text) => ({ text, about })))
    return `    ${shellQuoted(path)}) words_=(${described(words)}) files_=${files ? '1' : "''"} options_=(${described(names)}) ;;`
  })
  const values = commands.flatMap(({ path, options }) =>
    options.flatMap(({ names, value }) => {
      if (value === undefined) return []
      const pattern = names.map((name) => shellQuoted(`${path} ${name}`)).join('|')
      const words = typeof value === 'string' ? '' : value.map(shellQuoted).join(' ')
      return [`    ${pattern}) options_=() words_=(${words}) files_=${value === 'file' ? '1' : "''"} value_=1 ;;`]
    }),
  )
  return `#compdef tidb-test vitest-tidb
_tidb_test() {
  local -a words_ options_
  local known=${shellQuoted(`|${commands.map(({ path }) => path).join('|')}|`)} path_='' files_='' value_='' at_options='' word
  local previous=$words[CURRENT-1]
  for word in "\${(@)words[2,CURRENT-1]}"; do
    # What follows belongs to another program.
    [[ $word == -- ]] && { _files; return }
    [[ $word == -* ]] && at_options=1
    [[ -z $at_options && $known == *"|\${path_:+$path_ }$word|"* ]] && path_="\${path_:+$path_ }$word"
  done
  if [[ $PREFIX == --*=* ]]; then
    previous=\${PREFIX%%=*}
    compset -P '*='
  fi
  case $path_ in
${cases.join('\n')}
  esac
  case "$path_ $previous" in
${values.join('\n')}
  esac
  if [[ -z $value_ && $PREFIX == -* ]]; then
    _describe -o option options_
    return
  fi
  local found=1
  (( $#words_ )) && _describe word words_ && found=0
  [[ -n $files_ ]] && _files && found=0
  return found
}
if [[ $funcstack[1] == _tidb_test ]]; then _tidb_test "$@"
else compdef _tidb_test tidb-test vitest-tidb; fi
`
}

function described(list: readonly Described[]): string {
  return list
    .map(({ text, about }) => shellQuoted(about === '' ? text : `${text}:${about.replaceAll(':', ' ')}`))
    .join(' ')
}
