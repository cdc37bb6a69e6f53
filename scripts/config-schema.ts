// tidb-test.schema.json, by which editors complete configuration files, is made from the settings. Without an argument
// this fails when the file is out of date; `--write` brings it up to date.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { configJsonSchema } from '../src/config/json-schema.ts'

const file = fileURLToPath(new URL('../tidb-test.schema.json', import.meta.url))
const wanted = `${JSON.stringify(configJsonSchema(), null, 2)}\n`
const upToDate = existsSync(file) && readFileSync(file, 'utf8') === wanted

if (process.argv.includes('--write')) {
  if (!upToDate) writeFileSync(file, wanted)
} else if (!upToDate) {
  console.error('tidb-test.schema.json is out of date. Run: npm run format')
  process.exitCode = 1
}
