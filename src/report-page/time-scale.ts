import { scaleLinear } from 'd3-scale'

/** Pixels between two moments, at least, so that each can be seen and met. */
const STEP = 24

export interface TimeScale {
  /** Pixels of a moment. */
  x(moment: number): number
  readonly width: number
  readonly ticks: readonly number[]
}

/** To scale: a millisecond is as wide everywhere. */
export function evenScale(end: number, width: number): TimeScale {
  const scale = scaleLinear([0, Math.max(end, 0.01)], [0, width])
  return { x: (moment) => scale(moment), width, ticks: scale.ticks(Math.max(2, Math.floor(width / 90))) }
}

/** Each moment at which something begins or ends is as far from the next: short statements show beside long ones. */
export function orderedScale(moments: readonly number[], width: number): TimeScale {
  const wide = Math.max(width, (moments.length - 1) * STEP)
  const places = moments.map((_, index) => (index * wide) / Math.max(1, moments.length - 1))
  const scale = scaleLinear([...moments], places).clamp(true)
  const every = Math.max(1, Math.ceil((moments.length * 70) / wide))
  return {
    x: (moment) => (moments.length < 2 ? 0 : scale(moment)),
    width: wide,
    ticks: moments.filter((_, index) => index % every === 0),
  }
}
