import type { ResolvedConfig } from '../config/resolved-config.ts'
import { BackendError } from '../errors/backend-error.ts'
import type { Availability, Backend, BackendKind } from './backend.ts'

/** A backend in the order of automatic choice. */
export interface Candidate {
  readonly backend: Backend
  /** Passed over by automatic choice while something long (a build) stands before its first server. */
  readonly onlyWhenReady?: boolean
}

/** What came of looking at one backend. */
export interface TriedBackend {
  readonly kind: BackendKind
  readonly availability: Availability
  readonly chosen: boolean
}

export interface ChosenBackend {
  readonly backend: Backend
  readonly tried: readonly TriedBackend[]
  /** What automatic choice would take next, in order. Empty when a kind was named. */
  readonly others: readonly Candidate[]
}

/**
 * The first candidate that is usable here; when a kind is named, only candidates of that kind count and `onlyWhenReady`
 * does not. Each backend is looked at once, even if it stands in the list twice.
 *
 * @throws BackendError `BACKEND_NONE_USABLE` that lists what was tried, why it failed and how to get it
 */
export async function chooseBackend(
  config: { readonly backend: Pick<ResolvedConfig['backend'], 'kind'>; origin?: ResolvedConfig['origin'] },
  candidates: readonly Candidate[],
  signal?: AbortSignal,
): Promise<ChosenBackend> {
  const { kind } = config.backend
  const wanted = kind === 'auto' ? candidates : candidates.filter(({ backend }) => backend.kind === kind)
  const looks = new Map<Backend, Availability>()
  for (const [index, { backend, onlyWhenReady }] of wanted.entries()) {
    signal?.throwIfAborted()
    const availability = looks.get(backend) ?? (await backend.check(signal))
    looks.set(backend, availability)
    if (!availability.usable) continue
    if (kind === 'auto' && onlyWhenReady === true && !availability.ready) continue
    const others = kind === 'auto' ? wanted.slice(index + 1).filter((other) => other.backend !== backend) : []
    return { backend, others, tried: [...looks].map(([looked, found]) => tried(looked, found, looked === backend)) }
  }
  throw noneUsable([...looks], kind, config.origin?.('backend.kind'))
}

function tried(backend: Backend, availability: Availability, chosen: boolean): TriedBackend {
  return { kind: backend.kind, availability, chosen }
}

function noneUsable(looks: readonly (readonly [Backend, Availability])[], kind: string, origin?: string): BackendError {
  const list = looks.map(([backend, availability]) =>
    availability.usable
      ? `- ${backend.kind}: usable, but not ready without a long preparation (${availability.detail})`
      : `- ${backend.kind}: ${indent(availability.reason)}\n    ${indent(availability.remedy)}`,
  )
  const named = `The backend ${kind}${origin === undefined ? '' : ` (${origin})`} cannot be used`
  const message = kind === 'auto' ? 'No TiDB can be had on this machine; tried in this order' : named
  return new BackendError('BACKEND_NONE_USABLE', `${message}:\n${list.join('\n')}`, {
    remedy:
      kind === 'auto'
        ? 'Make one of these work; `tidb-test doctor` looks again.'
        : 'Correct that, or leave the backend to automatic choice.',
    context: { kind },
  })
}

function indent(text: string): string {
  return text.split('\n').join('\n    ')
}
