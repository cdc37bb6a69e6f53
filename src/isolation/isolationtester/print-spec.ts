import type { Marker, Permutation, SpecFile, SqlBlock } from './spec-file.ts'
import { isKeyword, PLAIN_NAME } from './tokens.ts'

/** A spec file as text. What `parseSpec` reads from it is the same file, places aside. */
export function printSpec(spec: SpecFile): string {
  const lines = spec.setup.map((block) => `setup ${printBlock(block)}`)
  if (spec.teardown !== undefined) lines.push(`teardown ${printBlock(spec.teardown)}`)
  for (const session of spec.sessions) {
    lines.push('', `session ${printName(session.name)}`)
    if (session.setup !== undefined) lines.push(`setup ${printBlock(session.setup)}`)
    for (const step of session.steps) lines.push(`step ${printName(step.name)} ${printBlock(step.block)}`)
    if (session.teardown !== undefined) lines.push(`teardown ${printBlock(session.teardown)}`)
  }
  if (spec.permutations.length > 0) lines.push('')
  for (const permutation of spec.permutations) lines.push(`permutation ${printPermutation(permutation)}`)
  return `${lines.join('\n')}\n`.trimStart()
}

/** The steps of a permutation on one line, with their markers. */
export function printPermutation({ steps }: Pick<Permutation, 'steps'>): string {
  return steps
    .map(({ name, markers }) => {
      const list = markers.map(printMarker).join(', ')
      return markers.length === 0 ? printName(name) : `${printName(name)}(${list})`
    })
    .join(' ')
}

function printMarker(marker: Marker): string {
  switch (marker.kind) {
    case 'once':
      return '*'
    case 'step':
      return printName(marker.step)
    case 'notices':
      return `${printName(marker.step)} notices ${marker.count}`
  }
}

function printBlock({ sql }: SqlBlock): string {
  return `{ ${sql} }`
}

function printName(name: string): string {
  PLAIN_NAME.lastIndex = 0
  const plain = PLAIN_NAME.exec(name)?.[0] === name && !isKeyword(name)
  return plain ? name : `"${name.replaceAll('"', '""')}"`
}
