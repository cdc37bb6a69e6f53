import type { SettingDefinition } from './setting-definition.ts'
import { flag, path } from './setting-schemas.ts'

/** The report of a run. */
export const reportSettings = {
  'report.enabled': {
    schema: flag,
    allowed: 'true or false',
    variable: 'TIDB_REPORT',
    about: 'whether tests are recorded and a report is written; `report: false` for short',
  },
  'report.file': {
    ...path,
    variable: 'TIDB_REPORT_FILE',
    option: 'report-file <path>',
    about: 'where the report is written',
    unset: '`.vitest/tidb/report.html`',
  },
} satisfies Record<string, SettingDefinition>
