const levels = ['error', 'warn', 'info', 'debug'] as const

/** Each level shows what the ones before it show, too. */
export type Level = (typeof levels)[number]

export function shows(level: Level, message: Level): boolean {
  return levels.indexOf(message) <= levels.indexOf(level)
}
