import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createLogger, type LoggerOptions } from './logger.ts'
import { Secret } from './secret.ts'

let folder: string
let file: { path: string; maxSize: number; maxFiles: number }

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tidb-log-'))
  file = { path: join(folder, 'logs/run.log'), maxSize: 1_000_000, maxFiles: 3 }
})

afterEach(() => {
  rmSync(folder, { recursive: true })
})

const now = (): Date => new Date(Date.UTC(2026, 10, 23, 10))

function linesOf(path: string): string[] {
  return readFileSync(path, 'utf8').trimEnd().split('\n')
}

function written(options: Partial<LoggerOptions>, log: (logger: ReturnType<typeof createLogger>) => void): string[] {
  const logger = createLogger({ level: 'debug', file, now, ...options })
  log(logger)
  logger.close()
  return linesOf(file.path)
}

describe('lines', () => {
  test('are text with a time, a level and fields', () => {
    const lines = written({ fields: { worker: 2 } }, (logger) => {
      logger.info?.('leased', { database: 'vt_7', test: 'a "b" c', again: undefined })
      logger.error?.('two\nlines', { error: Object.assign(new Error('no'), { code: 'E_NO' }), rows: 10n })
    })
    expect(lines).toEqual([
      '2026-11-23T10:00:00.000Z info  leased  worker=2 database=vt_7 test="a \\"b\\" c"',
      '2026-11-23T10:00:00.000Z error two\\nlines  worker=2 error={"name":"Error","code":"E_NO","message":"no"} rows=10',
    ])
  })

  test('are JSON that can be read back', () => {
    const [line = ''] = written({ format: 'json' }, (logger) =>
      logger.warn?.('a\nb', { values: [1n, null, 'x'], ms: 1.5 }),
    )
    expect(JSON.parse(line)).toEqual({
      time: '2026-11-23T10:00:00.000Z',
      level: 'warn',
      message: 'a\nb',
      values: ['1', null, 'x'],
      ms: 1.5,
    })
  })

  test.for(['text', 'json'] as const)('hold no password, wherever it stands, in %s', (format) => {
    const secret = new Secret('hush "hush"')
    const lines = written({ format }, (logger) => {
      logger.hide(secret)
      logger.info?.(`to mysql://root:mellow@db/ with ${secret.reveal()}`, {
        url: 'mysql://root:mellow@db/',
        nested: { list: [secret.reveal(), secret] },
        error: new Error(`denied ${encodeURIComponent(secret.reveal())}`),
      })
    })
    expect(lines.join()).not.toMatch(/hush|mellow/)
    expect(lines.join()).toContain('mysql://root:***@db/')
  })
})

describe('levels', () => {
  test('below the wanted one have no function, so that their arguments are not computed', () => {
    const logger = createLogger({ level: 'warn', file })
    let computed = 0
    const field = (): number => ++computed
    logger.debug?.('no', { field: field() })
    logger.info?.('no', { field: field() })
    logger.warn?.('yes', { field: field() })
    logger.error?.('yes', { field: field() })
    logger.close()
    expect(computed).toBe(2)
    expect(linesOf(file.path)).toHaveLength(2)
  })

  test('all are silent where there is neither a file nor a stream', () => {
    const logger = createLogger({ level: 'debug' })
    expect([logger.error, logger.warn, logger.info, logger.debug]).toEqual([undefined, undefined, undefined, undefined])
  })
})

describe('the file', () => {
  test('is not made before the first line, and then only for its owner', () => {
    const logger = createLogger({ level: 'info', file })
    expect(readdirSync(folder)).toEqual([])
    logger.info?.('here')
    logger.close()
    expect(statSync(file.path).mode & 0o777).toBe(0o600)
  })

  test('is appended to by the next run', () => {
    written({}, (logger) => logger.info?.('one'))
    expect(written({}, (logger) => logger.info?.('two'))).toHaveLength(2)
  })

  test('gives way to a new one at its size, and no more than so many are kept', () => {
    file = { ...file, maxSize: 300, maxFiles: 3 }
    written({}, (logger) => {
      for (let number = 0; number < 100; number++) logger.info?.(`line ${number}`)
    })
    const names = readdirSync(join(folder, 'logs')).sort()
    expect(names).toEqual(['run.log', 'run.log.1', 'run.log.2'])
    const kept = names.toReversed().flatMap((name) => linesOf(join(folder, 'logs', name)))
    const numbers = kept.map((line) => Number(/line (\d+)/.exec(line)?.[1]))
    expect(numbers).toEqual(Array.from({ length: numbers.length }, (_, index) => 100 - numbers.length + index))
    for (const name of names) expect(statSync(join(folder, 'logs', name)).size).toBeLessThanOrEqual(300)
  })

  test('of which only one is kept begins anew', () => {
    file = { ...file, maxSize: 100, maxFiles: 1 }
    const lines = written({}, (logger) => {
      for (let number = 0; number < 10; number++) logger.info?.(`line ${number}`)
    })
    expect(readdirSync(join(folder, 'logs'))).toEqual(['run.log'])
    expect(lines.at(-1)).toContain('line 9')
    expect(lines.length).toBeLessThan(10)
  })

  test('that a person deletes is made again', () => {
    const lines = written({}, (logger) => {
      logger.info?.('one')
      rmSync(file.path)
      logger.info?.('two')
    })
    expect(lines).toEqual([expect.stringContaining('two')])
  })

  test('is rotated although a killed process left its lock', () => {
    file = { ...file, maxSize: 200, maxFiles: 10 }
    written({}, (logger) => logger.info?.('first'))
    writeFileSync(`${file.path}.lock`, '')
    utimesSync(`${file.path}.lock`, 0, 0)
    written({}, (logger) => {
      for (let number = 0; number < 10; number++) logger.info?.(`line ${number}`)
    })
    expect(readdirSync(join(folder, 'logs')).length).toBeGreaterThan(1)
  })

  test('loses and mixes no line when several processes write and rotate it', { timeout: 60_000 }, async () => {
    file = { ...file, maxSize: 20_000, maxFiles: 1_000 }
    const module = fileURLToPath(new URL('./logger.ts', import.meta.url))
    const script = `
      const { createLogger } = await import(${JSON.stringify(module)})
      const logger = createLogger({ level: 'info', format: 'json', file: ${JSON.stringify(file)} })
      for (let number = 0; number < 1000; number++) logger.info('line', { by: process.argv[1], number })`
    const writers = ['a', 'b', 'c'].map((name) =>
      spawn(process.execPath, ['--input-type=module', '--eval', script, name], {
        stdio: ['ignore', 'ignore', 'inherit'],
      }),
    )
    const codes = await Promise.all(writers.map(async (writer) => (await once(writer, 'exit'))[0] as unknown))
    expect(codes).toEqual([0, 0, 0])
    const lines = readdirSync(join(folder, 'logs')).flatMap((name) => linesOf(join(folder, 'logs', name)))
    const records = lines.map((line) => JSON.parse(line) as { by: string; number: number })
    expect(new Set(records.map(({ by, number }) => `${by}${number}`)).size).toBe(3_000)
    expect(records).toHaveLength(3_000)
    expect(readdirSync(join(folder, 'logs')).length).toBeGreaterThan(5)
  })

  test('that cannot be written is told of once and then left alone, and nothing throws', () => {
    writeFileSync(join(folder, 'logs'), 'not a folder')
    const failures: unknown[] = []
    const shown: string[] = []
    const stream = { write: (text: string) => shown.push(text) }
    const logger = createLogger({ level: 'info', file, stream, onFailure: (error) => failures.push(error) })
    logger.info?.('one')
    logger.info?.('two')
    logger.close()
    expect(failures).toHaveLength(1)
    expect(shown).toHaveLength(2)
  })
})
