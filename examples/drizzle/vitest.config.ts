import { readdir, readFile } from 'node:fs/promises'
import { defineConfig } from 'vitest/config'
import { tidb } from 'vitest-tidb/plugin'

const migrations = new URL('./drizzle/', import.meta.url)

/** The migrations that drizzle-kit has written, in their order, become part of every clean database. */
async function schema(): Promise<string> {
  const names = (await readdir(migrations)).filter((name) => name.endsWith('.sql')).toSorted()
  const files = await Promise.all(names.map((name) => readFile(new URL(name, migrations), 'utf8')))
  return files.join('\n').replaceAll('--> statement-breakpoint', '')
}

export default defineConfig({ plugins: [tidb({ schema })] })
