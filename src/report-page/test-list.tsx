import type { JSX } from 'preact'
import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { ReportedTest } from '../report/report-data.ts'
import { count, duration } from './format.ts'

const STATES = ['all', 'failed', 'passed', 'skipped'] as const
const MARKS = { passed: '✓', failed: '✗', skipped: '–' } as const

interface Listed {
  readonly test: ReportedTest
  readonly index: number
  /** What a search looks in. */
  readonly words: string
}

export function TestList(props: {
  readonly tests: readonly ReportedTest[]
  readonly selected: number | undefined
}): JSX.Element {
  const { tests, selected } = props
  const [state, setState] = useState<(typeof STATES)[number]>('all')
  const [search, setSearch] = useState('')
  const searchBox = useRef<HTMLInputElement>(null)
  const listed = useMemo(() => tests.map(listedTest), [tests])
  const wanted = search.trim().toLowerCase().split(/\s+/)
  const shown = listed.filter(
    ({ test, words }) => (state === 'all' || test.state === state) && wanted.every((word) => words.includes(word)),
  )
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const typing = event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement
      if (event.key === '/' && !typing) {
        event.preventDefault()
        searchBox.current?.focus()
      }
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [])
  return (
    <nav class="tests" aria-label="Tests">
      <div class="filters">
        <input
          ref={searchBox}
          type="search"
          placeholder="Search names, files, SQL  ( / )"
          aria-label="Search tests by name, file or SQL"
          value={search}
          onInput={(event) => setSearch(event.currentTarget.value)}
          onKeyDown={(event) => event.key === 'Escape' && setSearch('')}
        />
        <div role="group" aria-label="Show tests that">
          {STATES.map((each) => (
            <button type="button" key={each} aria-pressed={state === each} onClick={() => setState(each)}>
              {each}
            </button>
          ))}
        </div>
        <p role="status" class="quiet">
          {count(shown.length, 'test')}
        </p>
      </div>
      <ul onKeyDown={moveInList}>
        {shown.map(({ test, index }, place) => (
          <li key={index}>
            {shown[place - 1]?.test.file !== test.file && <span class="file">{test.file}</span>}
            <a href={`#test-${index}`} aria-current={index === selected ? 'true' : undefined} class={test.state}>
              <span class="mark" aria-hidden="true">
                {MARKS[test.state]}
              </span>
              <span class="hidden">{test.state}: </span>
              <span class="name">{test.name.join(' › ')}</span>
              <span class="quiet">{test.milliseconds !== undefined && duration(test.milliseconds)}</span>
            </a>
          </li>
        ))}
      </ul>
    </nav>
  )
}

/** Up, down, to the first and to the last, as in any list. */
function moveInList(event: KeyboardEvent): void {
  const links = [...(event.currentTarget as HTMLElement).querySelectorAll('a')]
  const at = links.indexOf(document.activeElement as HTMLAnchorElement)
  const places: Readonly<Record<string, number>> = {
    ArrowDown: at + 1,
    ArrowUp: at - 1,
    Home: 0,
    End: links.length - 1,
  }
  const link = links[places[event.key] ?? -1]
  if (link === undefined) return
  event.preventDefault()
  link.focus()
}

function listedTest(test: ReportedTest, index: number): Listed {
  const statements = test.record?.statements.map(({ sql }) => sql) ?? []
  const words = [...test.name, test.file, test.project ?? '', ...statements].join(' ').toLowerCase()
  return { test, index, words }
}
