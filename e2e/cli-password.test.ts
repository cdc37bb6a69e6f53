import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { externalServer, type ExternalServer } from './support/external-server.ts'
import { onTerminal, piped, startTidbTest, tidbTest } from './support/tidb-test.ts'
import { UserProject } from './support/user-project.ts'

async function serverAndProject(): Promise<{ server: ExternalServer; project: UserProject; login: readonly string[] }> {
  const project = await UserProject.create({})
  const server = await externalServer(project)
  return { server, project, login: ['-H', `127.0.0.1:${server.port}`, '-u', 'shop'] }
}

test('a password comes from a prompt without echo, standard input, a flag with a warning, or a variable', async () => {
  const { server, project, login } = await serverAndProject()
  const secret = server.password
  const outputs: string[] = []

  const prompted = await onTerminal(project, `${secret}\\r`, ['check', ...login, '-p'])
  expect(prompted.output).toContain(`Password of shop at 127.0.0.1:${server.port}`)
  expect(prompted.output).toContain('Completed: TiDB')
  expect(prompted.exitCode).toBe(0)
  outputs.push(prompted.output)

  const wrong = await onTerminal(project, 'wrong-one\\r', ['check', ...login, '-p'])
  expect(wrong.output).toContain('Failed in Connecting')
  expect(wrong.output).not.toContain('wrong-one')
  expect(wrong.exitCode).toBe(1)

  const cancelled = await onTerminal(project, '\\x03', ['check', ...login, '-p'])
  expect(cancelled.output).not.toContain('Completed')
  expect(cancelled.exitCode).toBe(130)

  const read = await piped(project, `${secret}\n`, ['check', ...login, '--password-stdin'])
  expect(read.output).toContain('Completed: TiDB')
  outputs.push(read.output)

  const given = await tidbTest(project, ['check', ...login, `-p${secret}`, '--show-sql'])
  expect(given.output).toContain('Safer: -p alone, which asks; --password-stdin; the variable TIDB_PASSWORD')
  expect(given.output).toContain('Completed: TiDB')
  outputs.push(given.output)

  const fromVariable = await tidbTest(project, ['check', ...login, '--no-password-prompt', '-p'], {
    TIDB_PASSWORD: secret,
  })
  expect(fromVariable.output).toContain('Completed: TiDB')
  outputs.push(fromVariable.output)

  for (const output of outputs) expect(output).not.toContain(secret)
})

test('no password is in the process list, the log, errors or usage messages', async () => {
  const { server, project, login } = await serverAndProject()
  const secret = server.password
  const log = ['--log-file', 'log.txt', '--log-level', 'debug']
  const watching = startTidbTest(project, ['jobs', ...login, `--password=${secret}`, '--interval', '50ms', ...log])
  await watching.until(/Import jobs/)
  const commandLine = await readFile(`/proc/${watching.child.pid}/cmdline`, 'utf8')
  expect(commandLine).toContain('--password=***')
  expect(commandLine).not.toContain(secret)
  watching.child.kill('SIGTERM')
  expect((await watching.finished).exitCode).toBe(143)

  const refused = await tidbTest(project, [
    'check',
    '-H',
    `127.0.0.1:${server.port}`,
    '-u',
    'nobody',
    `-p${secret}`,
    '-v',
    ...log,
  ])
  expect(refused.exitCode).toBe(1)
  const misspelt = await tidbTest(project, ['check', `--pasword=${secret}`])
  expect(misspelt.output).toContain('Did you mean --password?')
  expect(misspelt.exitCode).toBe(2)
  const separate = await tidbTest(project, ['run', '-p', secret])
  expect(separate.exitCode).toBe(2)
  const twice = await tidbTest(project, ['check', `-p${secret}`, '--password-stdin'])
  expect(twice.output).toContain('The password is given twice')
  expect(twice.exitCode).toBe(2)

  const logged = await readFile(join(project.folder, 'log.txt'), 'utf8')
  expect(logged).toContain('ADMIN SHOW DDL JOBS')
  for (const text of [refused.output, misspelt.output, separate.output, twice.output, logged, watching.output()]) {
    expect(text).not.toContain(secret)
  }
})

test('where there is no terminal, -p alone says so and asks nobody', async () => {
  const project = await UserProject.create({})
  const { exitCode, output } = await tidbTest(project, ['check', '-H', '127.0.0.1:1', '-p'])
  expect(output).toContain('there is no terminal to ask on')
  expect(output).toContain('--password-stdin')
  expect(exitCode).toBe(2)
})
