import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import tsdown from '../tsdown.config.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const { exports, bin } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  exports: Record<string, string | { types: string; default: string }>
  bin: Record<string, string>
}

/** `.` is index, `./plugin` is plugin. */
const doors = Object.entries(exports).flatMap(([key, target]) =>
  typeof target === 'string' ? [] : [{ key, name: key === '.' ? 'index' : basename(key), target }],
)

test.each(doors)('what can be imported from $key at run time', async ({ name }) => {
  const door = (await import(/* @vite-ignore */ join(root, 'public', `${name}.ts`))) as Record<string, unknown>
  expect(
    Object.keys(door)
      .toSorted()
      .map((symbol) => `${symbol}: ${typeof door[symbol]}`),
  ).toMatchSnapshot()
})

test('each key of exports has a re-export file of its own, and each such file a key', () => {
  const files = readdirSync(join(root, 'public')).filter((file) => file.endsWith('.ts') && !file.includes('.test'))
  expect(files.map((file) => basename(file, '.ts')).toSorted()).toEqual(doors.map(({ name }) => name).toSorted())
  for (const name of files) {
    const text = readFileSync(join(root, 'public', name), 'utf8')
    expect(text.replaceAll(/^export (type )?\{[^}]*\} from '[^']+'\n/gm, '')).toBe('')
  }
})

test('the build makes every file that package.json names, from the file of that name', () => {
  const { entry } = tsdown as { entry: Record<string, string> }
  for (const { name, target } of doors) {
    expect(entry[name]).toBe(`public/${name}.ts`)
    expect(target).toEqual({ types: `./dist/${name}.d.ts`, default: `./dist/${name}.js` })
  }
  for (const target of Object.values(bin)) expect(entry).toHaveProperty([basename(target, '.js')])
})
