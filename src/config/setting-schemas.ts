import { z } from 'zod'
import { parseByteSize } from './byte-size.ts'
import { parseDuration } from './duration.ts'
import { Secret } from '../logging/secret.ts'

// Every schema takes a value as code and files give it and as text, which is all that variables and flags can give.
// Limits stand on both sides, so that they reach the JSON Schema too.

export const text = z.string().trim().min(1)

export const whole = (least: number, most: number) => {
  const error = `a whole number from ${least} to ${most}`
  const limited = z.int().min(least, error).max(most, error)
  return z.union([limited, z.string().trim().regex(/^\d+$/).transform(Number).pipe(limited)], { error })
}

export const factor = z.union([
  z.number().min(1).max(100),
  z
    .string()
    .trim()
    .regex(/^\d+(\.\d+)?$/)
    .transform(Number)
    .pipe(z.number().min(1).max(100)),
])

export const flag = z.union([
  z.boolean(),
  z.enum(['true', '1', 'yes']).transform(() => true),
  z.enum(['false', '0', 'no']).transform(() => false),
])

const LONGEST = 86_400_000

/** Comes out in milliseconds. */
export const duration = (least: number) => {
  const error = `milliseconds, or a duration such as '30s', from ${least} ms to 24 h`
  const limited = z.int().min(least, error).max(LONGEST, error)
  const written = z.string().regex(/^\s*\d+(\.\d+)?\s*(ms|s|m|min|h)?\s*$/i)
  return z.union([limited, written.transform((value) => parseDuration(value) ?? Number.NaN).pipe(limited)], { error })
}

/** Comes out in bytes. */
export const byteSize = (least: number) => {
  const limited = z.int().min(least)
  const written = z.string().regex(/^\s*\d+(\.\d+)?\s*([kmg]i?)?b?\s*$/i)
  return z.union([limited, written.transform((value) => parseByteSize(value) ?? Number.NaN).pipe(limited)])
}

export const password = z.string().transform((value) => new Secret(value))

export const port = { schema: whole(1, 65_535), allowed: 'a whole number from 1 to 65535' }
export const path = { schema: text, allowed: 'the path of a file', path: true }
export const durationFrom = (least: 0 | 1) => ({
  schema: duration(least),
  allowed: `milliseconds, or a duration such as '30s', from ${least} ms to 24 h`,
})
