import { z } from 'zod'

/**
 * Every message that crosses between this process and a Python interpreter, both ways. Python checks what it gets in
 * `_host/rpc.py` and `_host/values.py`; here is what is checked on our side.
 */

const id = z.int().nonnegative()
const text = z.string()
const maybe = text.nullish()

/** A line of a Python stack, innermost last. */
const frame = z.object({ file: text, line: z.int(), function: text, text })

/** An exception as it was seen in Python. */
export interface PythonFailure {
  /** Its class. */
  readonly type: string
  readonly message: string
  /** The user's frames, innermost last. */
  readonly traceback: readonly z.infer<typeof frame>[]
  /** What a plain `assert` compared, in lines. */
  readonly assertion?: string | null | undefined
  /** Numbers of failed statements that it was raised for, or from. */
  readonly statements: readonly number[]
  readonly cause?: PythonFailure | null | undefined
}

const failure: z.ZodType<PythonFailure> = z.lazy(() =>
  z.object({
    type: text,
    message: text,
    traceback: z.array(frame),
    assertion: maybe,
    statements: z.array(id),
    cause: failure.nullish(),
  }),
)

const loadedHandler = z.object({
  name: text,
  line: z.int(),
  doc: maybe,
  tags: z.array(text),
  skip: maybe,
  expectedFailure: maybe,
})

const interrupted = z.object({ interrupted: z.literal(true) })

const thread = z.object({ name: text, main: z.boolean(), traceback: z.array(frame) })

/** What Node asks of Python, and what comes back. */
export const answers = {
  /** `{ showSql }` */
  initialize: z.object({ version: text, executable: text, pid: id }),
  /** `{ file, environment }` */
  load: z.union([
    z.object({ handlers: z.array(loadedHandler) }),
    z.object({ error: failure }),
    // unittest.SkipTest, raised while the file is imported.
    z.object({ skip: text }),
    interrupted,
  ]),
  /** `{ file, handler, context, environment, dryRun }` */
  create: z.union([
    z.object({ instance: id, expectedFailure: maybe }),
    z.object({ error: failure }),
    z.object({ skip: text }),
    interrupted,
  ]),
  /** `{ instance, method: 'enter' | 'execute' | 'exit' }` */
  call: z.union([
    // `returned`: what it was, where it is no string.
    z.object({ state: text.nullable(), returned: text }),
    z.object({ error: failure }),
    z.object({ skip: text }),
    interrupted,
  ]),
  /** `{ instance }` */
  dispose: z.object({ threads: z.array(text), mocks: id, error: failure.optional() }),
  /** `{}` */
  stack: z.object({ threads: z.array(thread) }),
  /** `{}`: whether user code was under way. */
  interrupt: z.object({ interrupted: z.boolean() }),
} as const

export type Method = keyof typeof answers
export type Answer<M extends Method> = z.infer<(typeof answers)[M]>
export type PythonThread = z.infer<typeof thread>

/** What Python asks of Node. Names and passwords that are null are those of the test's own database. */
export const requests = {
  /** → `{ connection, id }`. Throws with data `{ errno, sqlstate, msg }`, as all of these do. */
  'connection.open': z.object({
    options: z.object({
      /** What it is called in logs. */
      id: text,
      host: maybe,
      port: z.int().min(1).max(65_535).nullish(),
      username: maybe,
      password: maybe,
      database: maybe,
    }),
  }),
  /** → `{ columns: [{ name, type }], rows: [[text or null]], affected, insertId }`. Data of a failure has `statement`, its number. */
  'connection.execute': z.object({ connection: id, sql: text }),
  'connection.close': z.object({ connection: id }),
  /** → `{ statement }`; the statement goes on while Python does. */
  'statement.start': z.object({ connection: id, sql: text }),
  /**
   * → `{ status: 'running' | 'blocked' | 'done' | 'failed', blockers: [connection id in logs], on }`. With `until`
   * `ended-or-blocked` the answer comes when that is known; `now` looks once.
   */
  'statement.state': z.object({
    statement: id,
    until: z.enum(['now', 'ended-or-blocked']).default('now'),
    timeout: z.number().positive().nullish(),
  }),
  /** → the same as `connection.execute`, when the statement has ended. */
  'statement.result': z.object({ statement: id }),
  /** Failures that the handler has expected and looked at: they are not listed as swallowed. */
  'statement.expected': z.object({ statements: z.array(id) }),
  /** A line for the test's output. */
  log: z.object({ text }),
} as const

export type Request = keyof typeof requests
export type Params<R extends Request> = z.infer<(typeof requests)[R]>

/** How the text of a value is read in Python. */
export type ColumnType = 'int' | 'float' | 'decimal' | 'str' | 'date' | 'datetime' | 'time' | 'bytes' | 'bit'

/** What a statement returned, as it crosses: bytes are base64, all else the server's own text. */
export interface CrossingRows {
  readonly columns: readonly { readonly name: string; readonly type: ColumnType }[]
  readonly rows: readonly (readonly (string | null)[])[]
}
