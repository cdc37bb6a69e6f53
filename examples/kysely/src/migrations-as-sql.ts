import { readdir } from 'node:fs/promises'
import {
  DummyDriver,
  Kysely,
  MysqlAdapter,
  MysqlIntrospector,
  MysqlQueryCompiler,
  type Dialect,
  type LogEvent,
} from 'kysely'

const folder = new URL('../migrations/', import.meta.url)

/** The SQL that the migrations would send, in their order; nothing is sent. */
export async function migrationsAsSql(): Promise<string> {
  const statements: string[] = []
  const dialect: Dialect = {
    createAdapter: () => new MysqlAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (db) => new MysqlIntrospector(db),
    createQueryCompiler: () => new MysqlQueryCompiler(),
  }
  const db = new Kysely<unknown>({ dialect, log: ({ query }: LogEvent) => statements.push(query.sql) })
  for (const name of (await readdir(folder)).toSorted()) {
    const { up } = (await import(new URL(name, folder).href)) as { up: (db: Kysely<unknown>) => Promise<void> }
    await up(db)
  }
  return statements.map((statement) => `${statement};\n`).join('')
}
