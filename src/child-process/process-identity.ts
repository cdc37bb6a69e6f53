import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'

/** One process for good: process ids are used again, a pair of id and start time is not. */
export interface ProcessIdentity {
  readonly pid: number
  /** Clock ticks since boot on Linux, `ps` text elsewhere; compared, never parsed. */
  readonly startTime: string
}

/**
 * When the process started; undefined when it does not exist or is a zombie.
 *
 * Linux reads field 22 of `/proc/PID/stat` (proc_pid_stat(5)); elsewhere `ps -o lstart=` is asked.
 */
export function startTimeOf(pid: number): string | undefined {
  if (process.platform === 'linux') {
    let stat: string
    try {
      stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    } catch {
      return undefined
    }
    // The command name, in parentheses, may itself hold spaces and parentheses.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields[0] === 'Z' ? undefined : fields[19]
  }
  if (process.platform === 'win32') return exists(pid) ? 'unknown' : undefined
  try {
    const text = execFileSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim()
    return text === '' || text.startsWith('Z') ? undefined : text.replace(/^\S+\s+/, '')
  } catch {
    return undefined
  }
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

export function ownIdentity(): ProcessIdentity {
  return { pid: process.pid, startTime: startTimeOf(process.pid) ?? 'unknown' }
}

export function isAlive(identity: ProcessIdentity): boolean {
  return startTimeOf(identity.pid) === identity.startTime
}

/** Process ids whose command line holds all of `parts`. Processes of other users may be left out. */
export function processesWhoseCommandHolds(...parts: readonly string[]): number[] {
  if (process.platform === 'win32') return []
  const commands = process.platform === 'linux' ? commandsOfProc() : commandsOfPs()
  return commands.filter(([, command]) => parts.every((part) => command.includes(part))).map(([pid]) => pid)
}

function commandsOfProc(): [number, string][] {
  const commands: [number, string][] = []
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    try {
      commands.push([Number(name), readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ')])
    } catch (error) {
      // A process may end, or belong to somebody else, while the list is read.
      if (!['ENOENT', 'ESRCH', 'EACCES', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
    }
  }
  return commands
}

function commandsOfPs(): [number, string][] {
  const text = execFileSync('ps', ['-A', '-ww', '-o', 'pid=,command='], { encoding: 'utf8', maxBuffer: 64 * 2 ** 20 })
  return text
    .split('\n')
    .map((line) => /^\s*(\d+)\s+(.*)$/.exec(line))
    .filter((match) => match !== null)
    .map((match) => [Number(match[1]), match[2] ?? ''])
}

/** SIGKILL, or another signal, to a process (or, with a negative id, its group) that may be gone already. */
export function signalIfAlive(pid: number, signal: NodeJS.Signals = 'SIGKILL'): void {
  try {
    process.kill(pid, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
