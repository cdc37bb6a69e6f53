import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { PythonError } from '../errors/python-error.ts'

/** A Python that can run handlers. */
export interface FoundInterpreter {
  /** The executable itself, past wrappers such as those of pyenv. */
  readonly executable: string
  /** Such as `3.12.1`. */
  readonly version: string
}

export interface InterpreterSearch {
  /** What the configuration names: a command or a path. Nothing else is tried then. */
  readonly setting?: string | undefined
  readonly environment?: NodeJS.ProcessEnv
}

interface Candidate {
  readonly command: string
  /** For messages. */
  readonly source: string
}

const OLDEST = [3, 9] as const
const PROBE_TIMEOUT = 20_000
// Printed on one line and understood by every Python since 2.6.
const PROBE = "import sys; print('%d.%d.%d %s' % (sys.version_info[:3] + (sys.executable,)))"

/**
 * The Python of the setting; else of the active virtual environment, else `python3`, else `python`.
 *
 * @throws PythonError `PYTHON_NOT_FOUND` that names what was tried and what each was
 */
export async function findInterpreter(search: InterpreterSearch = {}): Promise<FoundInterpreter> {
  const { setting, environment = process.env } = search
  const tried: string[] = []
  for (const { command, source } of candidates(setting, environment)) {
    const outcome = await probe(command, environment)
    if ('executable' in outcome && isRecent(outcome.version)) return outcome
    const what = 'executable' in outcome ? `is Python ${outcome.version}` : outcome.problem
    tried.push(`${command} (${source}): ${what}`)
  }
  const [major, minor] = OLDEST
  throw new PythonError(
    'PYTHON_NOT_FOUND',
    `no Python from ${major}.${minor} on was found. Tried:\n  ${tried.join('\n  ')}`,
    {
      remedy:
        setting === undefined
          ? `Install Python ${major}.${minor} or newer, or name one: python.interpreter (TIDB_PYTHON_INTERPRETER).`
          : 'Name another one in python.interpreter (TIDB_PYTHON_INTERPRETER), or nothing: then it is looked for.',
    },
  )
}

function candidates(setting: string | undefined, environment: NodeJS.ProcessEnv): Candidate[] {
  if (setting !== undefined && setting !== '') return [{ command: setting, source: 'the setting python.interpreter' }]
  const virtual = environment['VIRTUAL_ENV'] ?? ''
  return [
    ...(virtual === '' ? [] : [{ command: join(virtual, 'bin', 'python'), source: 'the active virtual environment' }]),
    { command: 'python3', source: 'PATH' },
    { command: 'python', source: 'PATH' },
  ]
}

function probe(
  command: string,
  environment: NodeJS.ProcessEnv,
): Promise<FoundInterpreter | { readonly problem: string }> {
  return new Promise((resolve) => {
    // Without site packages and user settings: it is asked who it is, nothing more.
    const options = { env: environment, timeout: PROBE_TIMEOUT, killSignal: 'SIGKILL' } as const
    execFile(command, ['-E', '-S', '-c', PROBE], options, (error, stdout, stderr) => {
      const [, version, executable] = /^(\d+\.\d+\.\d+) (.+)$/m.exec(stdout) ?? []
      if (error === null && version !== undefined && executable !== undefined) resolve({ version, executable })
      else resolve({ problem: problemOf(error, stderr) })
    })
  })
}

function problemOf(error: Error | null, stderr: string): string {
  if (error !== null && 'code' in error && error.code === 'ENOENT') return 'not found'
  if (error !== null && 'killed' in error && error.killed === true) return `did not answer within ${PROBE_TIMEOUT} ms`
  const [said] = stderr.trim().split('\n')
  return said === undefined || said === '' ? `cannot be run (${error?.message ?? 'it said nothing'})` : said
}

function isRecent(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])
}
