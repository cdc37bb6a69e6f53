import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { inject, onTestFinished } from 'vitest'
import { noTidb } from './bare-machine.ts'
import type { Finished, Running, UserProject } from './user-project.ts'

/** The binary as it is installed. */
export function binary(): string {
  return join(inject('installed'), 'node_modules', 'vitest-tidb', 'dist', 'cli.js')
}

/** Starts `tidb-test` in the project's folder; nothing is configured but what `env` says. */
export function startTidbTest(project: UserProject, args: readonly string[], env: NodeJS.ProcessEnv = {}): Running {
  return project.node([binary(), ...args], { ...noTidb, ...env })
}

export function tidbTest(
  project: UserProject,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<Finished> {
  return startTidbTest(project, args, env).finished
}

const TYPE = `
import os, pty, sys
answer = sys.argv[1].encode().decode('unicode_escape').encode()
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(sys.argv[2], sys.argv[2:])
seen = b''
while True:
    try:
        chunk = os.read(terminal, 4096)
    except OSError:
        break
    if not chunk:
        break
    seen += chunk
    sys.stdout.buffer.write(chunk)
    sys.stdout.flush()
    if answer and b'Password' in seen:
        os.write(terminal, answer)
        answer = b''
_, status = os.waitpid(pid, 0)
sys.exit(os.waitstatus_to_exitcode(status))
`

/** Runs `tidb-test` on a pseudo-terminal and types the answer when it is asked for a password. */
export function onTerminal(project: UserProject, typed: string, args: readonly string[]): Promise<Ended> {
  return run(project, 'python3', ['-c', TYPE, typed, process.execPath, binary(), ...args], '')
}

/** Runs `tidb-test` with this text as its standard input. */
export function piped(project: UserProject, input: string, args: readonly string[]): Promise<Ended> {
  return run(project, process.execPath, [binary(), ...args], input)
}

interface Ended {
  readonly exitCode: number | null
  /** Standard output and standard error, as they came, without colours. */
  readonly output: string
}

function run(project: UserProject, command: string, args: readonly string[], input: string): Promise<Ended> {
  const { PATH = '' } = process.env
  const child = spawn(command, args, {
    cwd: project.folder,
    env: { PATH, HOME: project.folder, TMPDIR: project.temporary, TERM: 'xterm' },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  child.stdin.end(input)
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => (output += chunk))
  }
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (exitCode) => resolve({ exitCode, output: stripVTControlCharacters(output) }))
  })
}

/** Runs `tidb-test` on this machine's TiDB; standard output and standard error apart from each other, without colours. */
export async function separately(
  project: UserProject,
  args: readonly string[],
): Promise<{ readonly exitCode: number | null; readonly stdout: string; readonly stderr: string }> {
  const { child, finished } = project.node([binary(), ...args])
  const heard = { stdout: '', stderr: '' }
  child.stdout?.on('data', (chunk: Buffer) => (heard.stdout += chunk.toString()))
  child.stderr?.on('data', (chunk: Buffer) => (heard.stderr += chunk.toString()))
  const { exitCode } = await finished
  return { exitCode, stdout: heard.stdout, stderr: stripVTControlCharacters(heard.stderr) }
}
