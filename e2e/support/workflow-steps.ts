import { parse } from 'yaml'

/** A shell step of a workflow, with its expressions evaluated as on a branch, for one cell of its matrix. */
export interface Step {
  readonly name: string
  readonly script: string
  readonly env: Readonly<Record<string, string>>
}

type Words = Readonly<Record<string, string | number>>

interface Workflow {
  readonly jobs: Readonly<Record<string, Job>>
}

interface Job {
  readonly env?: Words
  readonly strategy?: { readonly matrix: Readonly<Record<string, readonly (string | number | Words)[]>> }
  readonly steps: readonly {
    readonly name?: string
    readonly run?: string
    readonly env?: Words
    readonly if?: string
  }[]
}

/**
 * Every step with a `run:`, in order. Each cell of a one-dimensional matrix, or of its `include`, gives the steps again.
 *
 * @throws Error for an expression that is not known here, so that none is passed over
 */
export function stepsOf(text: string, job?: string): Step[] {
  const { jobs } = parse(text) as Workflow
  const wanted = Object.entries(jobs).filter(([name]) => job === undefined || name === job)
  return wanted.flatMap(([jobName, { env, steps, strategy }]) =>
    cellsOf(strategy?.matrix).flatMap((matrix) =>
      steps.flatMap((step) => {
        if (step.run === undefined) return []
        const words = { ...env, ...step.env }
        const valued = Object.entries(words).map(([name, value]) => [name, evaluate(String(value), matrix)] as const)
        return [
          {
            name: `${jobName}: ${step.name ?? step.run}`,
            script: evaluate(step.run, matrix),
            env: Object.fromEntries(valued),
          },
        ]
      }),
    ),
  )
}

function cellsOf(matrix: NonNullable<Job['strategy']>['matrix'] | undefined): Words[] {
  if (matrix === undefined) return [{}]
  const { include, ...axes } = matrix
  if (include !== undefined) return include as Words[]
  return Object.entries(axes).flatMap(([name, values]) => values.map((value) => ({ [name]: value as string })))
}

function evaluate(text: string, matrix: Words): string {
  return text.replaceAll(/\$\{\{\s*(.*?)\s*\}\}/g, (_, expression: string) => {
    const cell = /^matrix\.(\w+)$/.exec(expression)?.[1]
    if (cell !== undefined && matrix[cell] !== undefined) return String(matrix[cell])
    const onBranch: Record<string, string> = {
      'secrets.NPM_TOKEN': '',
      'github.ref_name': 'v0.1.0',
      "github.ref_type == 'tag' && '--provenance' || '--dry-run'": '--dry-run',
    }
    const value = onBranch[expression]
    if (value === undefined) throw new Error(`nobody says here what ${expression} is`)
    return value
  })
}
