import type { JSX } from 'preact'
import { duration, oneLine } from './format.ts'
import type { Bar, Lane } from './lane-model.ts'

/** Pixels: above the first lane, and of a lane. */
export const TOP = 28
export const ROW = 46
const BAR = { y: 6, height: 20 }
const TRANSACTION = 31
const EVENT = 38
const LETTER = 6.6
const NARROWEST = 3

type X = (moment: number) => number

export function LaneRow(props: {
  readonly lane: Lane
  readonly y: number
  readonly x: X
  readonly chosen: number | undefined
  readonly onChoose: (statement: number) => void
}): JSX.Element {
  const { lane, y, x, chosen, onChoose } = props
  return (
    <g transform={`translate(0 ${y})`}>
      <line class="lane" x1={0} x2="100%" y1={ROW} y2={ROW} />
      {lane.transactions.map(({ from, to, end }, index) => (
        <g key={index} class={`transaction ${end}`}>
          <title>{`transaction, ${end === 'open' ? 'open to the end' : `${end} after ${duration(to - from)}`}`}</title>
          <line x1={x(from)} x2={x(to)} y1={TRANSACTION} y2={TRANSACTION} />
          {end !== 'open' && <circle cx={x(to)} cy={TRANSACTION} r={3.5} />}
        </g>
      ))}
      {lane.bars.map((bar, index) => (
        <LaneBar key={index} bar={bar} label={lane.label} x={x} chosen={chosen} onChoose={onChoose} />
      ))}
      {lane.waits.map(({ at, until }, index) => (
        <rect
          key={index}
          class="blocked"
          x={x(at)}
          y={BAR.y}
          width={Math.max(NARROWEST, x(until) - x(at))}
          height={BAR.height}
        />
      ))}
    </g>
  )
}

function LaneBar(props: {
  readonly bar: Bar
  readonly label: string
  readonly x: X
  readonly chosen: number | undefined
  readonly onChoose: (statement: number) => void
}): JSX.Element {
  const { bar, label, x, chosen, onChoose } = props
  const { from, to, outcome, text, detail, statement } = bar
  const width = Math.max(NARROWEST, x(to) - x(from) - 1)
  const room = Math.floor((width - 6) / LETTER)
  const shape = (
    <>
      <title>{`${label}, ${outcome}, ${duration(to - from)}: ${oneLine(detail).slice(0, 300)}`}</title>
      <rect x={x(from)} y={BAR.y} width={width} height={BAR.height} rx={2} />
      {room >= Math.min(3, text.length) && room > 0 && (
        <text x={x(from) + 4} y={BAR.y + 14} aria-hidden="true">
          {text.length > room ? `${text.slice(0, room - 1)}…` : text}
        </text>
      )}
    </>
  )
  if (statement === undefined) return <g class={`bar ${outcome}`}>{shape}</g>
  return (
    <g
      class={`bar ${outcome} ${statement === chosen ? 'chosen' : ''}`}
      role="button"
      data-statement={statement}
      tabIndex={statement === (chosen ?? 0) ? 0 : -1}
      onFocus={() => onChoose(statement)}
      onClick={() => onChoose(statement)}
    >
      {shape}
    </g>
  )
}

/** From each blocked stretch to whoever blocks; dashed where nobody is proven. */
export function WaitArrows({ lanes, x }: { readonly lanes: readonly Lane[]; readonly x: X }): JSX.Element {
  const rowOf = (name: string): number => lanes.findIndex(({ label }) => label === name)
  return (
    <g>
      {lanes.flatMap((lane, row) =>
        lane.waits.flatMap((wait, number) => {
          const proven = wait.blockers.length > 0
          const names = proven ? wait.blockers : (wait.candidates ?? [])
          return names.flatMap((name, index) => {
            const to = rowOf(name)
            if (to < 0 || to === row) return []
            const place = x(wait.at) + 5 + index * 6
            const [begin, end] = [row, to].map((each) => TOP + each * ROW + BAR.y + BAR.height / 2)
            const side = to < row ? BAR.height / 2 : -BAR.height / 2
            return [
              <path
                key={`${row} ${number} ${name}`}
                class={proven ? 'arrow' : 'arrow perhaps'}
                d={`M${place} ${begin} V${(end ?? 0) + side}`}
                marker-end="url(#arrow)"
              >
                <title>{`${lane.label} waits for ${name}${wait.target === undefined ? '' : `: ${wait.target}`}`}</title>
              </path>,
            ]
          })
        }),
      )}
    </g>
  )
}

/** Barriers over all lanes, other waits and events in their own, messages from lane to lane. */
export function LaneEvents(props: {
  readonly lanes: readonly Lane[]
  readonly x: X
  readonly height: number
}): JSX.Element {
  const { lanes, x, height } = props
  const rowOf = (name: string): number => lanes.findIndex(({ label }) => label === name)
  const yOf = (row: number): number => TOP + row * ROW + EVENT
  return (
    <g>
      {lanes.flatMap(({ label, events }, row) =>
        events.map(({ at, until, kind, text, to, failed }, index) => {
          const target = to === undefined ? -1 : rowOf(to)
          const title = `${label}: ${kind} ${text}${to === undefined ? '' : ` to ${to}`}${failed ? ', failed' : ''}`
          return (
            <g key={`${row} ${index}`} class={`event ${kind} ${failed ? 'failed' : ''}`}>
              <title>{until === undefined ? title : `${title}, ${duration(until - at)}`}</title>
              {until !== undefined && <line x1={x(at)} x2={x(until)} y1={yOf(row)} y2={yOf(row)} />}
              {kind === 'barrier' && until !== undefined && <line x1={x(until)} x2={x(until)} y1={TOP} y2={height} />}
              {until === undefined && <circle cx={x(at)} cy={yOf(row)} r={4} />}
              {target >= 0 && target !== row && (
                <path d={`M${x(at)} ${yOf(row)} L${x(at) + 10} ${yOf(target)}`} marker-end="url(#arrow)" />
              )}
            </g>
          )
        }),
      )}
    </g>
  )
}
