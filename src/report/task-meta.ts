import type { RunRecord } from './run-record.ts'
import { RECORD_VERSION, type TestRecord } from './test-record.ts'

declare module 'vitest' {
  interface TaskMeta {
    /** Of a test that used a fixture of vitest-tidb. */
    tidb?: TestRecord
    /** Of a test file with such tests. */
    tidbRun?: RunRecord
  }
}

/** Whether it is a record that this version of the toolkit can read: a blob may be of another one. */
export function isReadable(record: { readonly version: number } | undefined): record is { readonly version: 1 } {
  return record?.version === RECORD_VERSION
}
