import { onTestFinished } from 'vitest'
import type { UserProject } from './user-project.ts'

/** A server that somebody else runs, as far as the runs of a test can tell, with an account `shop` of all privileges. */
export interface ExternalServer {
  readonly port: number
  readonly password: string
  /** Environment of a run that tests on it. */
  readonly env: NodeJS.ProcessEnv
}

const PASSWORD = 'c0rrect-h0rse-battery'

const SERVE = `
import { backendFor, openSession, resolveConfig } from 'vitest-tidb/engine'
const hold = setInterval(() => undefined, 2 ** 30)
const { backend } = await backendFor(resolveConfig({ cwd: process.cwd(), env: process.env }))
const running = await backend.start({ progress: { update() {}, note() {} } })
process.once('SIGTERM', () => void running.stop().then(() => clearInterval(hold)))
const { endpoint } = await running.openServer()
const session = await openSession({ name: 'setup', endpoint })
await session.run\`CREATE USER shop@'%' IDENTIFIED BY '${PASSWORD}'\`
await session.run\`GRANT ALL PRIVILEGES ON *.* TO shop@'%'\`
await session.close()
console.log('listening on ' + endpoint.port)
`

/** Starts a TiDB through the door that needs no Vitest, in a process of its own; ends it with the test. */
export async function externalServer(project: UserProject): Promise<ExternalServer> {
  await project.write('serve.js', SERVE)
  const serving = project.node(['serve.js'])
  onTestFinished(async () => {
    serving.child.kill('SIGTERM')
    await serving.finished
  })
  const port = Number((await serving.until(/listening on (\d+)/))[1])
  const env = { TIDB_HOST: `127.0.0.1:${port}`, TIDB_USER: 'shop', TIDB_PASSWORD: PASSWORD }
  return { port, password: PASSWORD, env }
}
