// Makes the pages of docs/reference that come from the sources: `npm run docs` runs it before the site is built.
import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { commandLinePage } from './command-line.ts'
import { configurationPage } from './configuration.ts'
import { errorsPage } from './errors.ts'
import { matchersPage } from './matchers.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const target = fileURLToPath(new URL('../reference/', import.meta.url))

mkdirSync(target, { recursive: true })
writeFileSync(`${target}matchers.md`, matchersPage(root))
writeFileSync(`${target}configuration.md`, configurationPage())
writeFileSync(`${target}command-line.md`, commandLinePage())
writeFileSync(`${target}errors.md`, errorsPage(root))
