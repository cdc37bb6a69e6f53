import { Graph, layout } from '@dagrejs/dagre'
import type { JSX } from 'preact'
import { useMemo } from 'preact/hooks'
import type { GraphRecord } from '../report/test-record.ts'
import { oneLine } from './format.ts'

const LETTER = 6.6
const LINE = 17
const LONGEST = 48

interface Drawn {
  readonly width: number
  readonly height: number
  readonly nodes: readonly {
    readonly x: number
    readonly y: number
    readonly width: number
    readonly lines: readonly string[]
  }[]
  readonly edges: readonly {
    readonly path: string
    readonly label: string
    readonly x: number
    readonly y: number
    readonly proven: boolean
  }[]
}

export function WaitGraph({ graph }: { readonly graph: GraphRecord }): JSX.Element {
  const drawn = useMemo(() => drawnGraph(graph), [graph])
  return (
    <>
      <div class="scroll" tabIndex={0} role="region" aria-label="Wait-for graph">
        <svg width={drawn.width} height={drawn.height} role="img" aria-label={inWords(graph)}>
          {drawn.edges.map(({ path, label, x, y, proven }, index) => (
            <g key={index}>
              <path class={proven ? 'arrow' : 'arrow perhaps'} d={path} marker-end="url(#arrow)" />
              <text class="edge" x={x} y={y}>
                {label}
              </text>
            </g>
          ))}
          {drawn.nodes.map(({ x, y, width, lines }, index) => (
            <g key={index} class="node" transform={`translate(${x} ${y})`}>
              <rect width={width} height={lines.length * LINE + 12} rx={4} />
              {lines.map((line, number) => (
                <text key={number} x={8} y={LINE * (number + 1)} class={number === 0 ? 'title' : ''}>
                  {line}
                </text>
              ))}
            </g>
          ))}
        </svg>
      </div>
      {graph.unavailable.map((reason) => (
        <p class="quiet" key={reason}>
          not seen: {reason}
        </p>
      ))}
    </>
  )
}

function drawnGraph({ sessions }: GraphRecord): Drawn {
  const graph = new Graph({ multigraph: true })
  graph.setGraph({ rankdir: 'LR', nodesep: 24, ranksep: 40, marginx: 8, marginy: 8 })
  const texts = new Map<string, readonly string[]>()
  for (const { name, statement, transactionOpen, wait } of sessions) {
    const doing = statement === undefined ? 'idle' : cut(oneLine(statement))
    texts.set(name, [name, `${doing}${transactionOpen && wait === undefined ? ' (in a transaction)' : ''}`])
  }
  const waits = sessions.flatMap(({ name, wait, milliseconds }) => {
    const proven = (wait?.blockers.length ?? 0) > 0
    const names = proven ? wait?.blockers : wait?.candidates
    const label = `${wait?.target ?? wait?.kind.replaceAll('-', ' ') ?? ''}, ${milliseconds} ms`
    return (names ?? []).map((blocker) => ({ name, blocker, label: cut(label), proven }))
  })
  for (const { blocker } of waits) if (!texts.has(blocker)) texts.set(blocker, [blocker])
  for (const [name, lines] of texts) {
    const width = Math.max(...lines.map((line) => line.length)) * LETTER + 18
    graph.setNode(name, { width, height: lines.length * LINE + 12 })
  }
  waits.forEach(({ name, blocker, label }, index) => {
    graph.setEdge(name, blocker, { width: label.length * LETTER, height: LINE, labelpos: 'c' }, String(index))
  })
  layout(graph)
  const { width = 0, height = 0 } = graph.graph() as { width?: number; height?: number }
  return {
    width: width + 16,
    height: height + 16,
    nodes: [...texts].map(([name, lines]) => {
      const node = graph.node(name) as { x: number; y: number; width: number; height: number }
      return { x: node.x - node.width / 2, y: node.y - node.height / 2, width: node.width, lines }
    }),
    edges: waits.map(({ name, blocker, label, proven }, index) => {
      const edge = graph.edge(name, blocker, String(index)) as {
        points: { x: number; y: number }[]
        x: number
        y: number
      }
      const path = edge.points.map(({ x, y }, place) => `${place === 0 ? 'M' : 'L'}${x} ${y}`).join(' ')
      return { path, label, x: edge.x, y: edge.y - 4, proven }
    }),
  }
}

function cut(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text
}

function inWords({ sessions }: GraphRecord): string {
  const waits = sessions.flatMap(({ name, wait }) =>
    wait === undefined ? [] : [`${name} waits for ${wait.blockers.join(', ') || 'somebody not known'}`],
  )
  return waits.length === 0 ? 'nobody waits' : waits.join('; ')
}
