import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, inject, test } from 'vitest'
import { parse } from 'yaml'
import { noTidb } from './support/bare-machine.ts'
import { containerObstacle, onContainers, ownImage } from './support/containers.ts'
import { externalServer } from './support/external-server.ts'
import { PASSING } from './support/passing-test.ts'
import { UserProject } from './support/user-project.ts'
import { stepsOf, type Step } from './support/workflow-steps.ts'

const GITHUB = new URL('../examples/ci/github-actions.yml', import.meta.url)
const GITLAB = new URL('../examples/ci/gitlab-ci.yml', import.meta.url)

interface GitlabJob {
  readonly variables?: Readonly<Record<string, string>>
  readonly parallel?: number
  readonly before_script?: readonly string[]
  readonly script: readonly string[]
}

/** The example's jobs in the form in which GitHub's steps come; a variable that names another is filled in. */
async function gitlabSteps(name: string): Promise<Step[]> {
  const { [name]: job, default: defaults } = parse(await readFile(GITLAB, 'utf8')) as Record<string, GitlabJob>
  if (job === undefined) throw new Error(`there is no job ${name}`)
  const scripts = [...(job.before_script ?? defaults?.before_script ?? []), ...job.script]
  return Array.from({ length: job.parallel ?? 1 }, (_, index) =>
    scripts.map((script) => ({
      name: `${name}: ${script}`,
      script,
      env: { ...job.variables, CI_NODE_INDEX: String(index + 1), CI_NODE_TOTAL: String(job.parallel ?? 1) },
    })),
  ).flat()
}

const githubSteps = async (job: string): Promise<Step[]> => stepsOf(await readFile(GITHUB, 'utf8'), job)

async function project(): Promise<UserProject> {
  const made = await UserProject.create({
    'a.test.ts': PASSING,
    'b.test.ts': PASSING.replace('passes', 'passes too'),
    // The packages are installed already.
    'bin/npm': '#!/bin/sh\n[ "$1" = ci ]\n',
  })
  await chmod(join(made.folder, 'bin/npm'), 0o755)
  return made
}

/** Runs steps one after another in the project's folder, as a runner does; all output. */
async function perform(steps: readonly Step[], made: UserProject, env: NodeJS.ProcessEnv = {}): Promise<string> {
  let all = ''
  for (const { script, env: own, name } of steps) {
    const path = [join(made.folder, 'bin'), join(inject('installed'), 'node_modules/.bin'), process.env['PATH']].join(
      ':',
    )
    // A job's cache is this machine's: nothing is built anew.
    const { VITEST_TIDB_CACHE: _cache, ...given } = own
    const child = spawn('bash', ['-eo', 'pipefail', '-c', script], {
      cwd: made.folder,
      env: {
        ...process.env,
        VITEST: undefined,
        VITEST_POOL_ID: undefined,
        FORCE_COLOR: undefined,
        NODE_ENV: undefined,
        CI: '1',
        NO_COLOR: '1',
        ...noTidb,
        ...given,
        ...env,
        PATH: path,
      },
    })
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (all += chunk.toString()))
    const [status] = (await once(child, 'close')) as [number | null]
    expect({ name, status, all }).toMatchObject({ status: 0 })
  }
  return all
}

test.for([
  ['GitHub Actions', githubSteps],
  ['GitLab', gitlabSteps],
] as const)(
  'in the example for %s shards run on the embedded TiDB, and their reports become one',
  async ([, stepsIn]) => {
    const made = await project()
    const shards = await perform(await stepsIn('embedded'), made)
    expect(shards.match(/from embedded: /g)).toHaveLength(2)
    expect(shards.match(/Tests\s+1 passed \(1\)/g)).toHaveLength(2)
    expect((await made.filesIn('blobs')).size).toBe(2)
    expect(await perform(await stepsIn('report'), made)).toMatch(/Tests\s+2 passed \(2\)/)
    const junit = (await made.filesIn('reports')).get('junit.xml')
    expect(junit).toMatch(/<testsuites [^>]*tests="2" failures="0"/)
  },
)

test.for([
  ['GitHub Actions', githubSteps],
  ['GitLab', gitlabSteps],
] as const)('in the example for %s a service of the job is an external TiDB', async ([, stepsIn]) => {
  const made = await project()
  const server = await externalServer(made)
  await made.write('bin/curl', '#!/bin/sh\nexit 0\n')
  await chmod(join(made.folder, 'bin/curl'), 0o755)
  const output = await perform(await stepsIn('service'), made, { ...server.env, TIDB_STATUS_PORT: undefined })
  expect(output).toContain('from external: ')
  expect(output).toMatch(/Tests\s+2 passed \(2\)/)
})

test.for([
  ['GitHub Actions', githubSteps],
  ['GitLab', gitlabSteps],
] as const)('in the example for %s the toolkit starts a container', async ([, stepsIn], { skip }) => {
  skip(containerObstacle !== undefined, containerObstacle)
  const made = await project()
  const { TIDB_BACKEND: _asExampleSays, ...env } = onContainers(await ownImage())
  const steps = (await stepsIn('container')).slice(0, 2)
  const output = await perform(steps, made, { ...env, DOCKER_HOST: process.env['DOCKER_HOST'] })
  expect(output).toContain('from container: ')
  expect(output).toMatch(/Tests\s+2 passed \(2\)/)
})
