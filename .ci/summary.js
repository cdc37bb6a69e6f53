// Prints what failed and what was skipped, and as its last line `N passed, N failed, N skipped`.
//   node .ci/summary.js RESULT_JSON EXIT_STATUS_OF_VITEST
// Exits with 1 when anything failed. The JSON is that of Vitest's `json` reporter.
import { existsSync, readFileSync } from 'node:fs'
import { relative } from 'node:path'
import process from 'node:process'

const [file = '', status = '0'] = process.argv.slice(2)
const files = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).testResults : []

const tests = files.flatMap(({ name, assertionResults }) =>
  assertionResults.map((test) => ({ file: relative(process.cwd(), name), title: test.fullName, status: test.status })),
)
// A file that could not be loaded has no tests to count: it counts itself.
const broken = files.filter(
  (result) => result.status === 'failed' && !result.assertionResults.some((test) => test.status === 'failed'),
)
const failed = tests.filter((test) => test.status === 'failed')
const passed = tests.filter((test) => test.status === 'passed')
const skipped = tests.filter((test) => test.status !== 'failed' && test.status !== 'passed')

for (const test of skipped) console.log(`skipped: ${test.file} > ${test.title}`)
for (const test of failed) console.log(`FAILED: ${test.file} > ${test.title}`)
for (const { name, message } of broken) console.log(`FAILED: ${relative(process.cwd(), name)}: ${message}`)

let failures = failed.length + broken.length
if (failures === 0 && status !== '0') {
  // An error outside of any test, or a run that ended before it could report: never green.
  console.log(`FAILED: npm test ended with ${status}${existsSync(file) ? '' : ' and left no result'}`)
  failures = 1
}
if (failures === 0 && passed.length === 0) {
  console.log('FAILED: not a single test ran')
  failures = 1
}
console.log(`${passed.length} passed, ${failures} failed, ${skipped.length} skipped`)
process.exitCode = failures === 0 ? 0 : 1
