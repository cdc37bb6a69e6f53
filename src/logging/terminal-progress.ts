import { stripVTControlCharacters, styleText } from 'node:util'
import { shows, type Level } from './level.ts'

/** What progress is printed to: `process.stderr`, or anything like it. */
export interface ProgressStream {
  readonly isTTY?: boolean
  readonly columns?: number
  write(text: string): unknown
}

export interface TerminalProgress extends Disposable {
  update(message: string, done?: number, total?: number): void
  note(message: string): void
  /** Removes the line that is being replaced. Further updates may follow. */
  clear(): void
}

export interface TerminalProgressOptions {
  readonly env?: Readonly<Record<string, string | undefined>>
  /** Below `info` nothing is printed. Default `info`. */
  readonly level?: Level
  /** Milliseconds on a clock that never goes back. */
  readonly now?: () => number
}

const REDRAW_EVERY = 80
const PRINT_EVERY = 10_000
const CLEAR_LINE = '\r\u001b[2K'

/**
 * Shows how a long preparation goes: on a terminal one line that is replaced; elsewhere (CI, files) a plain line when
 * a step begins or ends, and between these when 10 s or a tenth of the steps have passed. Colours only on a terminal,
 * and none with NO_COLOR (no-color.org) or TERM=dumb.
 */
export function terminalProgress(stream: ProgressStream, options: TerminalProgressOptions = {}): TerminalProgress {
  const { env = process.env, level = 'info', now = () => performance.now() } = options
  if (!shows(level, 'info')) return { update() {}, note() {}, clear() {}, [Symbol.dispose]() {} }
  const live = stream.isTTY === true && env['TERM'] !== 'dumb'
  const color = live && (env['NO_COLOR'] ?? '') === ''
  return live ? replacedLine(stream, now, color) : plainLines(stream, now)
}

function replacedLine(stream: ProgressStream, now: () => number, color: boolean): TerminalProgress {
  let last: { message: string; at: number } | undefined
  const clear = (): void => {
    if (last !== undefined) stream.write(CLEAR_LINE)
    last = undefined
  }
  return {
    update(message, done, total) {
      const ended = done !== undefined && done === total
      if (last?.message === message && !ended && now() - last.at < REDRAW_EVERY) return
      const width = Math.max(20, (stream.columns ?? 80) - 1)
      const bar = barOf(done, total)
      const shown = lineOf(message, done, total, width - bar.length)
      stream.write(`${CLEAR_LINE}${color ? styleText('cyan', bar, { validateStream: false }) : bar}${shown}`)
      last = { message, at: now() }
    },
    note(message) {
      clear()
      stream.write(`${message}\n`)
    },
    clear,
    [Symbol.dispose]: clear,
  }
}

function plainLines(stream: ProgressStream, now: () => number): TerminalProgress {
  let last: { message: string; at: number; fraction: number } | undefined
  return {
    update(message, done, total) {
      const fraction = fractionOf(done, total) ?? 0
      const due =
        last?.message !== message ||
        now() - last.at >= PRINT_EVERY ||
        fraction - last.fraction >= 0.1 ||
        (fraction === 1 && last.fraction < 1)
      if (!due) return
      last = { message, at: now(), fraction }
      stream.write(`${lineOf(message, done, total)}\n`)
    },
    note(message) {
      stream.write(`${message}\n`)
    },
    clear() {},
    [Symbol.dispose]() {},
  }
}

function fractionOf(done: number | undefined, total: number | undefined): number | undefined {
  return done === undefined || total === undefined || total <= 0 ? undefined : Math.min(1, Math.max(0, done / total))
}

/** A line that is too long loses the end of its message, not its numbers. */
function lineOf(message: string, done?: number, total?: number, width = Number.POSITIVE_INFINITY): string {
  const text = stripVTControlCharacters(message).replaceAll(/\s+/g, ' ').trim()
  const fraction = fractionOf(done, total)
  const percent = fraction === undefined ? '' : `/${total} (${Math.floor(fraction * 100)} %)`
  const numbers = done === undefined ? '' : ` ${done}${percent}`
  return text.slice(0, Math.max(0, width - numbers.length)) + numbers.slice(0, width)
}

function barOf(done: number | undefined, total: number | undefined): string {
  const fraction = fractionOf(done, total)
  if (fraction === undefined) return ''
  const filled = Math.round(fraction * 10)
  return `[${'#'.repeat(filled)}${'-'.repeat(10 - filled)}] `
}
