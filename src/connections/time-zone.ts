import { TidbTestError } from '../errors/tidb-test-error.ts'

/** `+00:00`, `Asia/Tokyo`, as @@time_zone has them. Minutes east of UTC at an instant. */
function offsetMinutes(instant: number, timeZone: string): number {
  const fixed = /^([+-])(\d{1,2}):(\d{2})$/.exec(timeZone)
  if (fixed !== null) return (fixed[1] === '-' ? -1 : 1) * (Number(fixed[2]) * 60 + Number(fixed[3]))
  if (timeZone === 'UTC') return 0
  const parts = new Map(
    formatter(timeZone)
      .formatToParts(instant)
      .map((part) => [part.type, Number(part.value)]),
  )
  const at = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? 0
  const local = Date.UTC(at('year'), at('month') - 1, at('day'), at('hour'), at('minute'), at('second'))
  return Math.round((local - Math.floor(instant / 1000) * 1000) / 60_000)
}

const formatters = new Map<string, Intl.DateTimeFormat>()

function formatter(timeZone: string): Intl.DateTimeFormat {
  const found = formatters.get(timeZone) ?? newFormatter(timeZone)
  formatters.set(timeZone, found)
  return found
}

function newFormatter(timeZone: string): Intl.DateTimeFormat {
  const part = 'numeric'
  try {
    return new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      year: part,
      month: part,
      day: part,
      hour: part,
      minute: part,
      second: part,
    })
  } catch (cause) {
    throw new TidbTestError('SQL_TIME_ZONE', `Node.js does not know the session's time zone '${timeZone}'`, {
      cause,
      remedy: 'Dates of this session cannot be told. Set a zone by its IANA name or its offset, such as +09:00.',
    })
  }
}

/** A Date as the server reads it in a session of that time zone: `2026-01-31 23:59:59.000`. */
export function formatDateTime(date: Date, timeZone: string): string {
  const local = new Date(date.getTime() + offsetMinutes(date.getTime(), timeZone) * 60_000)
  return local.toISOString().replace('T', ' ').replace('Z', '')
}

/**
 * The instant that a DATETIME or TIMESTAMP text means in a session of that time zone, in whole milliseconds.
 * A text that is no instant (a zero date) stays a text.
 */
export function parseDateTime(text: string, timeZone: string): Date | string {
  const parts = /^(\d{4})-(\d{2})-(\d{2}) (\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,6}))?$/.exec(text)
  if (parts === null || parts[2] === '00' || parts[3] === '00') return text
  const local = Date.parse(`${text.slice(0, 19).replace(' ', 'T')}.${(parts[7] ?? '').padEnd(3, '0').slice(0, 3)}Z`)
  const guess = local - offsetMinutes(local, timeZone) * 60_000
  return new Date(local - offsetMinutes(guess, timeZone) * 60_000)
}
