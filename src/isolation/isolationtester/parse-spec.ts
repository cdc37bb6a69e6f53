import type { Marker, Permutation, PermutationStep, Position, SpecFile, SpecFileSession } from './spec-file.ts'
import type { SpecFileStep, SqlBlock } from './spec-file.ts'
import { SpecFileError } from './spec-file-error.ts'
import { tokenize, type Token } from './tokens.ts'

/**
 * Reads a spec file of PostgreSQL's isolationtester; the SQL in it is not looked at.
 *
 * Source: PostgreSQL's src/test/isolation/specparse.y. `file` is for messages.
 *
 * @throws SpecFileError `SPEC_SYNTAX`
 */
export function parseSpec(source: string, file: string): SpecFile {
  return new Parser(tokenize(source, file), file).spec()
}

class Parser {
  readonly #tokens: readonly Token[]
  readonly #file: string
  #index = 0

  constructor(tokens: readonly Token[], file: string) {
    this.#tokens = tokens
    this.#file = file
  }

  spec(): SpecFile {
    const setup = this.#while('setup', () => this.#block('the SQL of setup'))
    const teardown = this.#optionalBlock('teardown')
    const sessions = this.#while('session', (at) => this.#session(at))
    const before = teardown === undefined ? ['setup', 'teardown'] : []
    if (sessions.length === 0) throw this.#unexpected([...before, 'session'])
    const permutations = this.#while('permutation', (at) => this.#permutation(at))
    if (this.#token.kind !== 'end') {
      // What may follow the last session's steps still may follow when there are no permutations.
      const last = sessions.at(-1)?.teardown === undefined ? ['step', 'teardown'] : []
      const session = permutations.length === 0 ? [...last, 'session'] : ['a step']
      throw this.#unexpected([...session, 'permutation', 'the end of the file'])
    }
    return { setup, ...(teardown === undefined ? {} : { teardown }), sessions, permutations }
  }

  #session(at: Position): SpecFileSession {
    const name = this.#name('the name of a session')
    const setup = this.#optionalBlock('setup')
    const steps = this.#while('step', (stepAt) => this.#step(stepAt))
    if (steps.length === 0) throw this.#unexpected([...(setup === undefined ? ['setup'] : []), 'step'])
    const teardown = this.#optionalBlock('teardown')
    return {
      name,
      ...(setup === undefined ? {} : { setup }),
      steps,
      ...(teardown === undefined ? {} : { teardown }),
      at,
    }
  }

  #step(at: Position): SpecFileStep {
    const name = this.#name('the name of a step')
    return { name, block: this.#block(`the SQL of step ${name}`), at }
  }

  #permutation(at: Position): Permutation {
    const steps: PermutationStep[] = []
    do {
      const stepAt = this.#token.at
      const name = this.#name('the name of a step')
      steps.push({ name, markers: this.#markers(), at: stepAt })
    } while (this.#token.kind === 'identifier')
    return { steps, at }
  }

  #markers(): Marker[] {
    const markers: Marker[] = []
    if (!this.#takes('symbol', '(')) return markers
    do markers.push(this.#marker())
    while (this.#takes('symbol', ','))
    if (!this.#takes('symbol', ')')) throw this.#unexpected(['","', '")"'])
    return markers
  }

  #marker(): Marker {
    const { at, kind, value } = this.#token
    if (this.#takes('symbol', '*')) return { kind: 'once', at }
    if (kind !== 'identifier') throw this.#unexpected(['"*"', 'the name of another step'])
    this.#index++
    if (!this.#takes('keyword', 'notices')) return { kind: 'step', step: value, at }
    const count = this.#token
    if (count.kind !== 'integer') throw this.#unexpected(['a number of notices'])
    this.#index++
    return { kind: 'notices', step: value, count: Number(count.value), at }
  }

  get #token(): Token {
    return this.#tokens[this.#index] as Token
  }

  #takes(kind: Token['kind'], value: string): boolean {
    const taken = this.#token.kind === kind && this.#token.value === value
    if (taken) this.#index++
    return taken
  }

  /** Reads what follows a keyword, as often as that comes. */
  #while<Read>(keyword: string, read: (at: Position) => Read): Read[] {
    const found: Read[] = []
    for (let { at } = this.#token; this.#takes('keyword', keyword); { at } = this.#token) found.push(read(at))
    return found
  }

  #optionalBlock(keyword: string): SqlBlock | undefined {
    return this.#takes('keyword', keyword) ? this.#block(`the SQL of ${keyword}`) : undefined
  }

  #name(expected: string): string {
    const { kind, value } = this.#token
    if (kind !== 'identifier') throw this.#unexpected([expected])
    this.#index++
    return value
  }

  #block(expected: string): SqlBlock {
    const { kind, value, at } = this.#token
    if (kind !== 'block') throw this.#unexpected([`${expected} in braces`])
    this.#index++
    return { sql: value, at }
  }

  #unexpected(expected: readonly string[]): SpecFileError {
    const { kind, value, at } = this.#token
    const last = expected.at(-1) as string
    const wanted = expected.length === 1 ? last : `${expected.slice(0, -1).join(', ')} or ${last}`
    const place = { file: this.#file, at }
    return new SpecFileError('SPEC_SYNTAX', place, `${wanted} is expected, not ${describe(this.#token)}`, hint())

    function hint(): string | undefined {
      if (kind === 'keyword' && expected.some((one) => one.includes('name'))) {
        return `To use the keyword as a name, write "${value}" with its quotes.`
      }
      return kind === 'integer' ? 'A name that begins with a digit needs double quotes.' : undefined
    }
  }
}

function describe({ kind, value }: Token): string {
  if (kind === 'end') return 'the end of the file'
  if (kind === 'block') return 'a block of SQL'
  return kind === 'identifier' ? `the name ${JSON.stringify(value)}` : `"${value}"`
}
