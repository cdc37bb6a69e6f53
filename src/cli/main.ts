#!/usr/bin/env node
// Runs on any Node that has ES modules: everything that needs a newer one is loaded after the check.
import { nodeVersionProblem } from '../config/node-version.ts'
import { titleWithoutPassword } from './hide-password.ts'

// First of all: until here the process list shows a password that was given as an argument.
process.title = titleWithoutPassword(process.argv.slice(2)) ?? process.title

const problem = nodeVersionProblem(process.versions.node)
if (problem === undefined) {
  const { run } = await import('./run.ts')
  process.exitCode = await run(process.argv.slice(2))
} else {
  process.stderr.write(`tidb-test: ${problem}\n`)
  process.exitCode = 1
}
