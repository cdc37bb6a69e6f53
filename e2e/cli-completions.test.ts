import { spawnSync } from 'node:child_process'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { tidbTest } from './support/tidb-test.ts'
import { typedInShell } from './support/typed-in-shell.ts'
import { UserProject } from './support/user-project.ts'

const POSIX = `tidb-test() { printf 'called<%s>\\n' "$*"; }; vitest-tidb() { tidb-test "$@"; }`

const shells = [
  {
    shell: 'bash',
    command: ['bash', '--norc', '--noprofile', '-i'],
    setup: `source completions/tidb-test.bash; ${POSIX}`,
  },
  {
    shell: 'zsh',
    command: ['zsh', '-f', '-i'],
    setup: `autoload -Uz compinit && compinit -u -D; source completions/tidb-test.zsh; ${POSIX}`,
  },
  {
    shell: 'fish',
    command: ['fish', '--no-config', '-i'],
    setup: `source completions/tidb-test.fish
      function tidb-test; printf 'called<%s>\\n' "$argv"; end
      function vitest-tidb; tidb-test $argv; end`,
  },
] as const

/** What is typed, with a tab where it is to be completed, and what the command is then called with. */
const lines = {
  'tidb-test conf\tsho\t': 'config show',
  'tidb-test up --det\t': 'up --detach',
  'tidb-test run tx\t dd\t --show-s\t': 'run txn ddl --show-sql',
  'tidb-test run --log-level de\t --keep-database=on\t': 'run --log-level debug --keep-database=on-failure',
  'vitest-tidb completions fi\t': 'completions fish',
  'tidb-test check --config shop.t\t': 'check --config shop.toml',
  // No file can be an argument of this command.
  'tidb-test check shop.t\t': 'check shop.t',
  'tidb-test run shop.t\t -- shop.t\t': 'run shop.toml -- shop.toml',
}

test.for(shells)('$shell completes commands, options, their values and files', async (entry, { skip }) => {
  const { shell, command, setup } = entry
  skip(spawnSync(shell, ['-c', 'true']).status !== 0, `${shell} is not installed`)
  const project = await UserProject.create({ 'shop.toml': '' })
  const { exitCode, output } = await tidbTest(project, ['completions', shell])
  expect(exitCode).toBe(0)
  await mkdir(join(project.folder, 'completions'))
  await project.write(`completions/tidb-test.${shell}`, output)
  const typed = Object.keys(lines)
  const called = typedInShell(command, { setup, lines: typed, cwd: project.folder })
  expect(Object.fromEntries(typed.map((line, index) => [line, called[index]]))).toEqual(lines)
})

test('zsh finds the completions in a folder of fpath, too', async ({ skip }) => {
  skip(spawnSync('zsh', ['-c', 'true']).status !== 0, 'zsh is not installed')
  const project = await UserProject.create({})
  const { output } = await tidbTest(project, ['completions', 'zsh'])
  await project.write('functions/_tidb_test', output)
  const setup = `fpath=($PWD/functions $fpath); autoload -Uz compinit && compinit -u -D; ${POSIX}`
  const called = typedInShell(['zsh', '-f', '-i'], { setup, lines: ['tidb-test doct\t'], cwd: project.folder })
  expect(called).toEqual(['doctor'])
})
