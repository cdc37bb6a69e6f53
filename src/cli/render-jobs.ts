import { stripVTControlCharacters } from 'node:util'
import { textTable } from '../connections/text-table.ts'
import type { JobList, LookedAtJobs } from './read-jobs.ts'

const DDL_COLUMNS = ['job_id', 'job_type', 'db_name', 'table_name', 'schema_state', 'state', 'row_count', 'start_time']
const IMPORT_COLUMNS = ['job_id', 'target_table', 'phase', 'status', 'imported_rows', 'start_time', 'result_message']
const WIDEST_CELL = 40

/** For people. `details` shows every column of import jobs. */
export function renderJobs(
  { at, ddl, imports, loads }: LookedAtJobs,
  { details }: { readonly details: boolean },
): string {
  return [
    at,
    '',
    'DDL jobs',
    table(ddl, DDL_COLUMNS),
    '',
    'Import jobs',
    table(imports, details ? undefined : IMPORT_COLUMNS),
    '',
    'LOAD DATA under way',
    table(loads, undefined),
  ].join('\n')
}

function table(list: JobList, wanted: readonly string[] | undefined): string {
  if ('unavailable' in list) return `  not to be seen: ${list.unavailable}`
  const [newest] = list.jobs
  if (newest === undefined) return '  none'
  const columns = (wanted ?? Object.keys(newest)).filter((column) => column in newest)
  return textTable(
    columns,
    list.jobs.map((job) => columns.map((column) => cell(job[column]))),
  )
}

function cell(value: string | number | null | undefined): string {
  const text = stripVTControlCharacters(String(value ?? '')).replaceAll(/\s+/g, ' ')
  return text.length > WIDEST_CELL ? `${text.slice(0, WIDEST_CELL - 1)}…` : text
}
