import type { ReportData } from '../report/report-data.ts'

/** The report's data, which the page holds packed. */
export async function loadData(): Promise<ReportData> {
  const packed = document.getElementById('data')?.textContent?.trim() ?? ''
  const bytes = Uint8Array.from(atob(packed), (character) => character.charCodeAt(0))
  const unpacked = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'))
  return (await new Response(unpacked).json()) as ReportData
}
