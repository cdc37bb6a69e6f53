import type { JSX } from 'preact'
import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { TestRecord } from '../report/test-record.ts'
import { ChosenStatement } from './chosen-statement.tsx'
import { duration } from './format.ts'
import { LaneEvents, LaneRow, ROW, TOP, WaitArrows } from './lane-row.tsx'
import { lanesOf, momentsOf, type Lane } from './lane-model.ts'
import { evenScale, orderedScale } from './time-scale.ts'

interface Props {
  readonly record: TestRecord
  readonly chosen: number | undefined
  readonly onChoose: (statement: number) => void
}

const LEGEND = [
  ['ok', 'statement'],
  ['failed', 'failed'],
  ['running', 'under way at the end'],
  ['blocked', 'blocked → blocker'],
  ['transaction', 'transaction open'],
  ['barrier', 'barrier'],
  ['fault', 'fault'],
] as const

/** What is not in the lanes needs no explanation. */
function legendOf(lanes: readonly Lane[]): (typeof LEGEND)[number][] {
  const seen = new Set<string>()
  for (const { bars, waits, transactions, events } of lanes) {
    for (const { outcome } of bars) seen.add(outcome)
    for (const { kind } of events) seen.add(kind)
    if (waits.length > 0) seen.add('blocked')
    if (transactions.length > 0) seen.add('transaction')
  }
  return LEGEND.filter(([name]) => seen.has(name))
}

/** A lane for each session: its statements over time, what they waited for, its transactions. */
export function SwimLanes({ record, chosen, onChoose }: Props): JSX.Element {
  const lanes = useMemo(() => lanesOf(record), [record])
  const moments = useMemo(() => momentsOf(lanes, record.milliseconds), [lanes])
  const [ordered, setOrdered] = useState(record.sessions.length > 1)
  const [zoom, setZoom] = useState(1)
  const [width, setWidth] = useState(600)
  const area = useRef<HTMLDivElement>(null)
  useLayoutEffect(() => {
    const measured = area.current
    if (measured === null) return undefined
    const observer = new ResizeObserver(() => setWidth(Math.max(200, measured.clientWidth - 56)))
    observer.observe(measured)
    return () => observer.disconnect()
  }, [])
  const scale = ordered ? orderedScale(moments, width) : evenScale(record.milliseconds, width * zoom)
  const height = TOP + lanes.length * ROW
  const follow = (event: KeyboardEvent): void => moveToStatement(event, record.statements.length)
  return (
    <>
      <div class="filters row">
        <div role="group" aria-label="Time axis">
          <button type="button" aria-pressed={ordered} onClick={() => setOrdered(true)}>
            in order
          </button>
          <button type="button" aria-pressed={!ordered} onClick={() => setOrdered(false)}>
            to scale
          </button>
        </div>
        {!ordered && (
          <div role="group" aria-label="Zoom">
            <button type="button" aria-label="Zoom out" disabled={zoom <= 1} onClick={() => setZoom(zoom / 2)}>
              −
            </button>
            <button type="button" aria-label="Zoom in" disabled={zoom >= 256} onClick={() => setZoom(zoom * 2)}>
              +
            </button>
          </div>
        )}
        <ul class="legend">
          {legendOf(lanes).map(([name, meaning]) => (
            <li key={name}>
              <span class={`swatch ${name}`} /> {meaning}
            </li>
          ))}
        </ul>
      </div>
      <div class="lanes">
        <ol class="labels" style={{ paddingTop: `${TOP}px` }}>
          {lanes.map(({ label, kind }, index) => (
            <li key={index} class={kind} style={{ height: `${ROW}px` }} title={label}>
              {label}
            </li>
          ))}
        </ol>
        <div class="drawing scroll" ref={area} tabIndex={0} role="region" aria-label="Lanes">
          <svg
            width={scale.width + 56}
            height={height}
            role="group"
            aria-label={`${lanes.length} lanes over ${duration(record.milliseconds)}; arrow keys go from statement to statement`}
            onKeyDown={follow}
          >
            <Marks />
            <g transform="translate(8 0)">
              {scale.ticks.map((tick) => (
                <g key={tick} class="tick">
                  <line x1={scale.x(tick)} x2={scale.x(tick)} y1={TOP - 6} y2={height} />
                  <text x={scale.x(tick)} y={TOP - 10}>
                    {tickText(tick, scale.ticks[0])}
                  </text>
                </g>
              ))}
              {lanes.map((lane, index) => (
                <LaneRow
                  key={index}
                  lane={lane}
                  y={TOP + index * ROW}
                  x={scale.x}
                  chosen={chosen}
                  onChoose={onChoose}
                />
              ))}
              <WaitArrows lanes={lanes} x={scale.x} />
              <LaneEvents lanes={lanes} x={scale.x} height={height} />
            </g>
          </svg>
        </div>
      </div>
      <ChosenStatement record={record} chosen={chosen} />
    </>
  )
}

function Marks(): JSX.Element {
  return (
    <defs>
      <pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
        <line x1="0" y1="0" x2="0" y2="6" class="hatch" />
      </pattern>
      <marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">
        <path d="M0 0 L8 4 L0 8 z" class="arrowhead" />
      </marker>
    </defs>
  )
}

/** Left and right along the order of sending; the statement that has the focus is the chosen one. */
function moveToStatement(event: KeyboardEvent, statements: number): void {
  const svg = event.currentTarget as SVGElement
  const at = Number((document.activeElement as SVGElement | null)?.dataset['statement'] ?? Number.NaN)
  const places: Readonly<Record<string, number>> = {
    ArrowRight: at + 1,
    ArrowLeft: at - 1,
    Home: 0,
    End: statements - 1,
  }
  const place = places[event.key]
  const next = place === undefined ? null : svg.querySelector<SVGElement>(`[data-statement="${place}"]`)
  if (next === null) return
  event.preventDefault()
  next.focus()
}

/** The first one tells the unit. */
function tickText(milliseconds: number, first: number | undefined): string {
  const unit = milliseconds === first ? ' ms' : ''
  return milliseconds < 1_000
    ? `${Math.round(milliseconds * 10) / 10}${unit}`
    : `${(milliseconds / 1_000).toFixed(2)} s`
}
