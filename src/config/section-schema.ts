import type { SettingDefinition } from './setting-definition.ts'

/**
 * The part of Standard Schema V1 that is read here; zod, valibot and arktype have it.
 * https://standardschema.dev
 */
interface StandardSchema<Output = unknown, Input = unknown> {
  readonly '~standard': {
    readonly validate: (value: unknown) => StandardResult<Output> | Promise<StandardResult<Output>>
    readonly types?: { readonly input: Input; readonly output: Output } | undefined
  }
}

type StandardResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly StandardIssue[] }

interface StandardIssue {
  readonly message: string
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined
}

export type AnyShape = Readonly<Record<string, StandardSchema & { readonly description?: string | undefined }>>

/** An object schema of somebody's own copy of zod, or of what looks like it. */
export interface SectionSchema<Output = unknown, Input = unknown> extends StandardSchema<Output, Input> {
  readonly shape: AnyShape
}

/**
 * Checks one key. A text that is refused is tried as the number or the truth value that it spells. What comes back is the
 * value that was accepted, not yet transformed: that is done once, with the whole section.
 */
export function readByShape(schema: StandardSchema): SettingDefinition['schema'] {
  return {
    safeParse: (value) => {
      let issues: readonly { readonly message: string }[] = []
      for (const reading of readings(value)) {
        const result = validated(schema, reading)
        if (!('problems' in result)) return { success: true, data: reading }
        issues = result.problems
      }
      return { success: false, error: { issues } }
    },
  }
}

/** The whole section, with defaults for what nobody gave: its value, or what is wrong with which key. */
export function readSection(
  schema: SectionSchema,
  given: Readonly<Record<string, unknown>>,
): { readonly value: unknown } | { readonly problems: readonly { readonly key: string; readonly message: string }[] } {
  return validated(schema, given)
}

function validated(
  schema: StandardSchema,
  value: unknown,
): { readonly value: unknown } | { readonly problems: readonly { readonly key: string; readonly message: string }[] } {
  const result = schema['~standard'].validate(value)
  if (result instanceof Promise) {
    // Nobody will look at it any more.
    result.catch(() => undefined)
    return { problems: [{ key: '', message: 'its schema is asynchronous, which a configuration cannot wait for' }] }
  }
  if (result.issues === undefined) return { value: result.value }
  return { problems: result.issues.map(({ path, message }) => ({ key: keyOf(path), message })) }
}

function keyOf(path: StandardIssue['path']): string {
  return (path ?? []).map((part) => String(typeof part === 'object' ? part.key : part)).join('.')
}

function readings(value: unknown): readonly unknown[] {
  if (typeof value !== 'string') return [value]
  const spelled = value.trim()
  const yes = /^(true|yes|1)$/i.test(spelled)
  const no = /^(false|no|0)$/i.test(spelled)
  return [value, ...(yes || no ? [yes] : []), ...(/^-?\d+(\.\d+)?$/.test(spelled) ? [Number(spelled)] : [])]
}
