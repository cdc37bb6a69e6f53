import { spawnSync } from 'node:child_process'
import { stripVTControlCharacters } from 'node:util'

/** Reads a JSON of the shell's command line, what it is told first, and lines; prints what each line came to. */
const TYPE = `
import json, os, pty, re, select, sys, time
given = json.load(sys.stdin)
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(given['shell'][0], given['shell'])
seen = ''
def until(pattern):
    global seen
    end = time.monotonic() + 30
    while True:
        found = re.search(pattern, seen)
        if found:
            seen = seen[found.end():]
            return found
        ready, _, _ = select.select([terminal], [], [], max(0, end - time.monotonic()))
        if not ready:
            sys.exit('waited in vain for ' + pattern + ' in ' + seen)
        seen += os.read(terminal, 4096).decode(errors='replace')
results = []
os.write(terminal, (given['setup'] + "\\nprintf '%s-%s\\\\n' set up\\n").encode())
until('set-up')
for line in given['lines']:
    os.write(terminal, (line + '\\n').encode())
    results.append(until('called<(.*?)>').group(1))
os.write(terminal, b'exit\\n')
os.close(terminal)
os.waitpid(pid, 0)
print(json.dumps(results))
`

/**
 * Types lines into an interactive shell, in which `tidb-test` is a function that tells its arguments: `\t` in a line asks
 * for completion.
 */
export function typedInShell(
  shell: readonly string[],
  options: { readonly setup: string; readonly lines: readonly string[]; readonly cwd: string },
): string[] {
  const { setup, lines, cwd } = options
  const { PATH } = process.env
  const { status, stdout, stderr } = spawnSync('python3', ['-c', TYPE], {
    input: JSON.stringify({ shell, setup, lines }),
    encoding: 'utf8',
    cwd,
    env: { PATH, TERM: 'xterm', HOME: cwd },
    timeout: 120_000,
  })
  if (status !== 0) throw new Error(stripVTControlCharacters(stderr))
  return JSON.parse(stdout) as string[]
}
