import { PythonError } from '../errors/python-error.ts'
import type { PythonFailure, PythonThread } from './protocol.ts'

/** The standard library and what is installed: their frames would hide the line of the test. */
const LIBRARY = /[\\/]lib[\\/]python\d|[\\/](?:site|dist)-packages[\\/]/

type Frames = PythonFailure['traceback']

/** What a handler raised, as an error of JavaScript: Python's class as its name, the frames of Python as its stack. */
export function raisedError(failure: PythonFailure, handler: string): PythonError {
  const cause = failure.cause == null ? undefined : raisedError(failure.cause, handler)
  const text = failure.assertion ?? failure.message
  const error = new PythonError('PYTHON_RAISED', text === '' ? `${failure.type} was raised` : text, {
    ...(cause === undefined ? {} : { cause }),
    context: { handler, type: failure.type },
  })
  error.name = failure.type
  return withFrames(error, failure.traceback)
}

/** Gives an error the stack of Python, for reporters that show the line of the file. */
export function withFrames<E extends Error>(error: E, frames: Frames): E {
  const own = frames.filter(({ file }) => !LIBRARY.test(file))
  const lines = (own.length === 0 ? frames : own)
    .toReversed()
    .map(({ function: name, file, line }) => `    at ${name} (${file}:${line}:1)`)
  error.stack = [`${error.name}: ${error.message}`, ...lines].join('\n')
  return error
}

/** Stacks of threads for people, innermost call first. */
export function threadLines(threads: readonly PythonThread[]): string[] {
  return threads.flatMap(({ name, traceback }) => [
    `thread ${name}:`,
    ...traceback.toReversed().map(frameLine),
    ...(traceback.length === 0 ? ['  (not in the code of the tests)'] : []),
  ])
}

function frameLine({ function: name, file, line, text }: Frames[number]): string {
  return `  ${name} (${file}:${line})${text === '' ? '' : `  ${text}`}`
}

/**
 * The frames of the current thread in what `faulthandler` has written, innermost last: after a crash, and of an
 * interpreter whose lock is held. https://docs.python.org/3/library/faulthandler.html
 */
export function dumpedFrames(output: string): Frames {
  const at = output.search(/^Current thread 0x/m)
  if (at === -1) return []
  const [section = ''] = output.slice(at).split('\n\n', 1)
  const found = [...section.matchAll(/^ {2}File "(.+)", line (\d+) in (.+)$/gm)]
  return found
    .map(([, file = '', line = '1', name = '']) => ({ file, line: Number(line), function: name, text: '' }))
    .filter(({ file }) => !/[\\/]vitest_tidb[\\/]/.test(file) && !file.startsWith('<frozen'))
    .toReversed()
}
