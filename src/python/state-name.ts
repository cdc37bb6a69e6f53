/** The states that Python's PyState names, by their letters in lower case; other spellings of them are in the wild. */
const STATES = [
  'Initial',
  'ParsingConfig',
  'Connecting',
  'TestingConnection',
  'VerifyingDatabase',
  'GettingVersion',
  'CheckingImportJobs',
  'ShowingImportJobDetails',
  'TestingIsolation',
  'Completed',
] as const

const known = new Map<string, string>([
  ...STATES.map((state) => [lettersOf(state), state] as const),
  ['connectingtotidb', 'Connecting'],
])

/** `Connecting` for `connecting`, `CONNECTING` and `Connecting to TiDB`; states that only a handler knows stay as they are. */
export function canonicalState(state: string): string {
  return known.get(lettersOf(state)) ?? state
}

/** Whether it is what `PyState.error(message)` returns, or one that is spelled like it. */
export function isErrorState(state: string): boolean {
  return /^\s*error\b/i.test(state)
}

/** Of the states that may come next the one that is meant; the state itself when it is none of them. */
export function chosenState(state: string, to: readonly string[]): string {
  if (to.includes(state)) return state
  const wanted = lettersOf(canonicalState(state))
  return to.find((each) => lettersOf(each) === wanted) ?? canonicalState(state)
}

function lettersOf(state: string): string {
  return state.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, '')
}
