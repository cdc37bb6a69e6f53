import { readdirSync } from 'node:fs'

const names = readdirSync(new URL('.', import.meta.url))
  .flatMap((file) => /^(.+)\.bench\.ts$/.exec(file)?.slice(1) ?? [])
  .toSorted()
const name = process.argv.slice(2).find((argument) => !argument.startsWith('-'))
if (name === undefined || !names.includes(name)) {
  console.error(
    `usage: npm run bench -- NAME [--samples FILE]\n${name === undefined ? '' : `There is no bench '${name}'. `}The benches are: ${names.join(', ')}`,
  )
  process.exit(2)
}
await import(`./${name}.bench.ts`)
