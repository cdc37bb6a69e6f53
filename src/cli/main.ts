#!/usr/bin/env node
// Runs on any Node that has ES modules: everything that needs a newer one is loaded after the check.
import { nodeVersionProblem } from '../config/node-version.ts'

const problem = nodeVersionProblem(process.versions.node)
if (problem === undefined) {
  const { run } = await import('./run.ts')
  process.exitCode = await run(process.argv.slice(2))
} else {
  process.stderr.write(`tidb-test: ${problem}\n`)
  process.exitCode = 1
}
