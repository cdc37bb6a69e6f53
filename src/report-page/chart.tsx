import type { JSX } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import type { Line } from './chart-line.ts'
import { THEME_CHANGE } from './theme.ts'
import UPlot, { type AlignedData, type Series } from 'uplot'

interface Props {
  readonly title: string
  readonly x: readonly number[]
  /** Of x. */
  readonly unit?: string
  /** In place of the numbers of x. */
  readonly names?: readonly string[]
  readonly series: readonly Line[]
}

const HEIGHT = 220
const MOST_ROWS = 200

export function Chart({ title, x, unit = '', names, series }: Props): JSX.Element {
  const place = useRef<HTMLDivElement>(null)
  const [drawn, redraw] = useState(0)
  useEffect(() => {
    const again = (): void => redraw((times) => times + 1)
    addEventListener(THEME_CHANGE, again)
    return () => removeEventListener(THEME_CHANGE, again)
  }, [])
  useEffect(() => {
    const element = place.current
    if (element === null) return undefined
    const colour = (name: string): string => getComputedStyle(element).getPropertyValue(name).trim()
    const axis = { stroke: colour('--quiet'), grid: { stroke: colour('--line') }, ticks: { stroke: colour('--line') } }
    const nameOf = (at: number | null): string =>
      at === null ? '–' : names === undefined ? `${at} ${unit}` : (names[at] ?? '')
    const chart = new UPlot(
      {
        width: Math.max(200, element.clientWidth),
        height: HEIGHT,
        // Half a bar's room at both ends.
        scales: { x: { time: false, ...(names === undefined ? {} : { range: [-0.5, x.length - 0.5] }) } },
        axes: [
          {
            ...axis,
            ...(names === undefined ? {} : { incrs: [1, 2, 3, 6, 12], grid: { show: false }, space: 75 }),
            values: (_, marks) => marks.map(nameOf),
          },
          axis,
        ],
        series: [
          { label: names === undefined ? 'at' : 'latency', value: (_, at: number | null) => nameOf(at) },
          ...series.map(({ label, colour: name, bars, dashed }): Series => ({
            label,
            stroke: colour(name),
            width: 2,
            points: { show: x.length < 3 },
            ...(dashed ? { dash: [6, 4] } : {}),
            ...(bars ? { fill: colour(name), ...barPaths() } : {}),
          })),
        ],
      },
      [x, ...series.map(({ values }) => values)] as unknown as AlignedData,
      element,
    )
    const observer = new ResizeObserver(() =>
      chart.setSize({ width: Math.max(200, element.clientWidth), height: HEIGHT }),
    )
    observer.observe(element)
    return () => {
      observer.disconnect()
      chart.destroy()
    }
  }, [drawn])
  return (
    <figure>
      <figcaption>{title}</figcaption>
      <div ref={place} role="img" aria-label={title} />
      <details>
        <summary>{title} as numbers</summary>
        <div class="scroll" tabIndex={0} role="region" aria-label={`${title} as numbers`}>
          <table>
            <thead>
              <tr>
                <th scope="col" class="number">
                  {names === undefined ? unit : 'latency'}
                </th>
                {series.map(({ label }) => (
                  <th scope="col" class="number" key={label}>
                    {label}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {x.slice(0, MOST_ROWS).map((at, index) => (
                <tr key={index}>
                  <td class="number">{names?.[index] ?? at}</td>
                  {series.map(({ label, values }) => (
                    <td class="number" key={label}>
                      {values[index] ?? ''}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </details>
    </figure>
  )
}

function barPaths(): Pick<Series, 'paths'> {
  const paths = UPlot.paths.bars?.({ size: [0.9] })
  return paths === undefined ? {} : { paths }
}
