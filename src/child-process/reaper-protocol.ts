export type ReaperCommand =
  | { readonly type: 'spawn'; readonly spawn: SpawnOptions }
  | { readonly type: 'signal'; readonly pid: number; readonly signal: NodeJS.Signals }
  | { readonly type: 'own'; readonly folder: string }

/** What the main process asks of its reaper: one JSON object a line on the reaper's standard input. */
export type ReaperRequest = ReaperCommand & { readonly id: number }

/** What the reaper says: one JSON object a line on its standard output. */
export type ReaperMessage =
  | { readonly type: 'ready'; readonly pid: number; readonly startTime: string; readonly runFolder: string }
  | { readonly type: 'failed'; readonly code: string; readonly message: string }
  | { readonly type: 'reply'; readonly id: number; readonly pid?: number; readonly error?: string }
  | { readonly type: 'line'; readonly pid: number; readonly line: string }
  | { readonly type: 'exit'; readonly pid: number; readonly exitCode: number | null; readonly signal: string | null }

export interface SpawnOptions {
  readonly command: string
  readonly arguments: readonly string[]
  readonly environment: Readonly<Record<string, string>>
  readonly workingDirectory: string
  /** A file to which standard output and error are appended, or `lines` to have them sent to the main process. */
  readonly output: { readonly file: string } | 'lines'
  /** At the end of the run: SIGTERM and this many milliseconds before SIGKILL. 0: SIGKILL at once. */
  readonly graceMilliseconds?: number
}
