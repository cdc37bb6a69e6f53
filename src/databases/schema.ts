import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import type { Schema } from '../backends/backend.ts'
import { ConfigError } from '../errors/config-error.ts'
import { messageOf } from '../errors/tidb-test-error.ts'
import { classifyStatements } from './statement-kind.ts'

/**
 * Reads a .sql file. A relative path begins at `from`'s folder when that file is given, else at the working directory.
 *
 * @throws ConfigError `CONFIG_SCHEMA` when the file can't be read or holds no statement
 */
export async function loadSchema(path: string, from?: string): Promise<Schema> {
  const file = from === undefined ? resolve(path) : resolve(dirname(from), path)
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    throw new ConfigError('CONFIG_SCHEMA', `the schema ${file} cannot be read: ${messageOf(error)}`, {
      cause: error,
      remedy: 'Give `schema` the path of a file with SQL statements.',
    })
  }
  return schemaOf(text, file)
}

/** The statements of a text; `source` names it in messages. @throws ConfigError `CONFIG_SCHEMA` when there is none */
export async function schemaOf(text: string, source: string): Promise<Schema> {
  const statements = classifyStatements(text).map((statement) => statement.sql)
  if (statements.length === 0) throw new ConfigError('CONFIG_SCHEMA', `the schema ${source} holds no statement`)
  // Workers read this file, and few of them have a schema of their own.
  const { createHash } = await import('node:crypto')
  const hash = createHash('sha256').update(statements.join(';\n')).digest('hex')
  return { source, statements, hash }
}
