import { mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { ReportData } from '../../report/report-data.ts'
import { readPage } from './page.ts'

/** Where the page has its data; built pages hold it once. */
const PLACE = '__TIDB_REPORT_DATA__'

/** Writes the report whole, or not at all: whoever looks meanwhile has the one before. */
export async function writeReport(path: string, data: ReportData): Promise<void> {
  const [page, packed] = await Promise.all([readPage(), pack(data)])
  await mkdir(dirname(path), { recursive: true })
  const temporary = `${path}.${process.pid}.tmp`
  try {
    const file = await open(temporary, 'w')
    try {
      await file.writeFile(page.replace(PLACE, () => packed))
    } finally {
      await file.close()
    }
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}

/** As base64, nothing of what tests are called or send can be taken for markup. */
async function pack(data: ReportData): Promise<string> {
  return (await promisify(gzip)(JSON.stringify(data))).toString('base64')
}
