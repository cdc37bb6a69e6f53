import { stripVTControlCharacters } from 'node:util'
import { describe, expect, test } from 'vitest'
import { terminalProgress, type TerminalProgressOptions } from './terminal-progress.ts'

function recorder(stream: { isTTY?: boolean; columns?: number }, options: TerminalProgressOptions = {}) {
  const writes: string[] = []
  const clock = { milliseconds: 0 }
  const target = { ...stream, write: (text: string) => writes.push(text) }
  const progress = terminalProgress(target, { env: {}, now: () => clock.milliseconds, ...options })
  return { writes, clock, progress }
}

describe('where lines cannot be replaced', () => {
  test('a build that takes long prints a line each ten seconds or tenth, and its end', () => {
    const { writes, clock, progress } = recorder({})
    for (let done = 0; done <= 1_000; done++) {
      clock.milliseconds += 5
      progress.update('building', done, 1_000)
    }
    expect(writes).toHaveLength(11)
    expect(writes[0]).toBe('building 0/1000 (0 %)\n')
    expect(writes.at(-1)).toBe('building 1000/1000 (100 %)\n')
  })

  test('slow steps print a line each ten seconds', () => {
    const { writes, clock, progress } = recorder({})
    for (let second = 0; second < 60; second++) {
      progress.update('pulling', second, 100_000)
      clock.milliseconds += 1_000
    }
    expect(writes).toHaveLength(6)
  })

  test('a new step and a note print at once, without control characters', () => {
    const { writes, progress } = recorder({})
    progress.update('one')
    progress.update('two\u001b[31m\nlines')
    progress.note('kept')
    expect(writes).toEqual(['one\n', 'two lines\n', 'kept\n'])
  })
})

describe('on a terminal', () => {
  test('one line is replaced, fits the width, and makes room for notes', () => {
    const { writes, clock, progress } = recorder({ isTTY: true, columns: 40 })
    progress.update('building '.repeat(20), 1, 2)
    clock.milliseconds += 1_000
    progress.update('building', 2, 2)
    progress.note('built')
    expect(writes.every((text) => text.startsWith('\r\u001b[2K') || text === 'built\n')).toBe(true)
    expect(stripVTControlCharacters(writes[0] ?? '').replace('\r', '').length).toBeLessThan(40)
    expect(stripVTControlCharacters(writes[1] ?? '')).toContain('[##########] building 2/2 (100 %)')
    expect(writes.slice(2)).toEqual(['\r\u001b[2K', 'built\n'])
  })

  test('a thousand quick updates redraw only now and then', () => {
    const { writes, clock, progress } = recorder({ isTTY: true })
    for (let done = 0; done < 1_000; done++) {
      clock.milliseconds += 1
      progress.update('building', done, 1_000)
    }
    expect(writes.length).toBeLessThanOrEqual(14)
  })

  test('leaving the scope removes the line', () => {
    const { writes, progress } = recorder({ isTTY: true })
    {
      using line = progress
      line.update('working')
    }
    expect(writes.at(-1)).toBe('\r\u001b[2K')
  })

  test('NO_COLOR removes colours, TERM=dumb the replacing too', () => {
    const colored = recorder({ isTTY: true })
    colored.progress.update('x', 1, 2)
    expect(colored.writes.join('')).toContain('\u001b[36m')
    const plain = recorder({ isTTY: true }, { env: { NO_COLOR: '1' } })
    plain.progress.update('x', 1, 2)
    expect(plain.writes).toEqual(['\r\u001b[2K[#####-----] x 1/2 (50 %)'])
    const dumb = recorder({ isTTY: true }, { env: { TERM: 'dumb' } })
    dumb.progress.update('x', 1, 2)
    expect(dumb.writes).toEqual(['x 1/2 (50 %)\n'])
  })
})

test('below the level info nothing is printed', () => {
  const { writes, progress } = recorder({}, { level: 'warn' })
  progress.update('x')
  progress.note('y')
  expect(writes).toEqual([])
})
