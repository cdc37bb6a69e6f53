// Prints what failed and what was skipped, and as its last line `N passed, N failed, N skipped`.
//   node .ci/summary.js RESULT_JSON EXIT_STATUS_OF_VITEST [AGAIN_JSON EXIT_STATUS]
// Exits with 1 when anything failed. The JSON is that of Vitest's `json` reporter; AGAIN_JSON is that of a second run
// of the tests that failed: those that passed then are named as such and count as passed.
import { existsSync, readFileSync } from 'node:fs'
import { relative } from 'node:path'
import process from 'node:process'

const [file = '', status = '0', againFile = '', againStatus = '1'] = process.argv.slice(2)

/** Every test by its file and name, with its state; a file that could not be loaded stands as a test without a name. */
function statesIn(path) {
  const states = new Map()
  if (!existsSync(path)) return states
  for (const { name, status, message, assertionResults } of JSON.parse(readFileSync(path, 'utf8')).testResults) {
    const place = relative(process.cwd(), name)
    for (const test of assertionResults) states.set(`${place} > ${test.fullName}`, test.status)
    if (status === 'failed' && !assertionResults.some((test) => test.status === 'failed')) {
      states.set(`${place}: ${message}`, 'failed')
    }
  }
  return states
}

const states = statesIn(file)
const again = statesIn(againFile)
const endedBadly = againFile === '' ? status : againStatus
for (const [test, state] of states) {
  if (state === 'failed' && again.get(test) === 'passed') {
    console.log(`FAILED, AND PASSED WHEN RUN AGAIN: ${test}`)
    states.set(test, 'passed')
  }
}

const withState = (wanted) => [...states].filter(([, state]) => wanted(state)).map(([test]) => test)
const failed = withState((state) => state === 'failed')
const passed = withState((state) => state === 'passed')
const skipped = withState((state) => state !== 'failed' && state !== 'passed')

for (const test of skipped) console.log(`skipped: ${test}`)
for (const test of failed) console.log(`FAILED: ${test}`)

let failures = failed.length
if (failures === 0 && endedBadly !== '0') {
  // An error outside of any test, or a run that ended before it could report: never green.
  console.log(`FAILED: npm test ended with ${endedBadly}${existsSync(file) ? '' : ' and left no result'}`)
  failures = 1
}
if (failures === 0 && passed.length === 0) {
  console.log('FAILED: not a single test ran')
  failures = 1
}
console.log(`${passed.length} passed, ${failures} failed, ${skipped.length} skipped`)
process.exitCode = failures === 0 ? 0 : 1
