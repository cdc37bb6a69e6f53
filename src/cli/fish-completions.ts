import type { Completable, CompletableOption } from './completable.ts'

/** To be a file `tidb-test.fish` of fish's completions. */
export function fishCompletions(commands: readonly Completable[]): string {
  const lines = commands.flatMap(({ path, words, files, options }) => {
    const begin = `complete -c tidb-test -n ${quoted(`__tidb_test_at "${path}"`)}`
    return [
      ...(files ? [`${begin} -F`] : []),
      ...words.map(({ text, about }) => `${begin} -a ${quoted(text)}${about === '' ? '' : ` -d ${quoted(about)}`}`),
      ...options.map((option) => `${begin} ${namesOf(option)}${valueOf(option)} -d ${quoted(option.about)}`),
    ]
  })
  const known = commands.map(({ path }) => quoted(path)).join(' ')
  return `# fish completion of tidb-test
function __tidb_test_at
  set -l path ''
  set -l at_options 0
  for word in (commandline -opc)[2..]
    # What follows belongs to another program.
    test "$word" = --; and return 1
    string match -q -- '-*' $word; and set at_options 1
    set -l longer (string trim -- "$path $word")
    test $at_options = 0; and contains -- "$longer" ${known}; and set path $longer
  end
  test "$path" = "$argv[1]"
end
complete -c tidb-test -f
complete -c tidb-test -n 'contains -- -- (commandline -opc)' -F
${lines.join('\n')}
complete -c vitest-tidb -w tidb-test
`
}

function namesOf({ names }: CompletableOption): string {
  return names.map((name) => (name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`)).join(' ')
}

function valueOf({ value }: CompletableOption): string {
  if (value === undefined) return ''
  if (typeof value === 'string') return value === 'file' ? ' -r -F' : ' -x'
  return ` -x -a ${quoted(value.join(' '))}`
}

/** In single quotes of fish a backslash escapes, too. */
function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}
