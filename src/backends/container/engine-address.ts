import { existsSync, readFileSync } from 'node:fs'
import { homedir, userInfo } from 'node:os'
import { join } from 'node:path'

/** Where a Docker engine listens. Plain data, so that it can be handed to another process. */
export interface EngineAddress {
  /** What named it, for messages: `DOCKER_HOST`, `~/.testcontainers.properties` or `default`. */
  readonly source: string
  /** `unix:///var/run/docker.sock`, `tcp://host:2375`, … */
  readonly uri: string
  /** Folder with ca.pem, cert.pem and key.pem when the engine wants TLS. */
  readonly certificates?: string
}

/**
 * The addresses at which an engine may listen, in the order in which Testcontainers looks
 * (https://node.testcontainers.org/supported-container-runtimes/). One that somebody configured is the only one:
 * falling back to another engine in silence would hide the mistake.
 */
export function engineAddresses(environment: NodeJS.ProcessEnv = process.env): EngineAddress[] {
  const properties = readProperties(join(homedir(), '.testcontainers.properties'))
  const configured: [string, string | undefined][] = [
    ['~/.testcontainers.properties (tc.host)', properties.get('tc.host')],
    ['DOCKER_HOST', environment['DOCKER_HOST']],
    ['~/.testcontainers.properties (docker.host)', properties.get('docker.host')],
  ]
  for (const [source, uri] of configured) {
    if (uri === undefined || uri === '') continue
    const verify = environment['DOCKER_TLS_VERIFY'] ?? properties.get('docker.tls.verify')
    const certificates = environment['DOCKER_CERT_PATH'] ?? properties.get('docker.cert.path')
    return [{ source, uri, ...(verify === '1' && certificates !== undefined ? { certificates } : {}) }]
  }
  if (process.platform === 'win32') return [{ source: 'default', uri: 'npipe:////./pipe/docker_engine' }]
  const runtimeDirectory = environment['XDG_RUNTIME_DIR']
  const rootless = [
    ...(runtimeDirectory === undefined ? [] : [join(runtimeDirectory, 'docker.sock')]),
    join(homedir(), '.docker/run/docker.sock'),
    join(homedir(), '.docker/desktop/docker.sock'),
    `/run/user/${userInfo().uid}/docker.sock`,
  ]
  return ['/var/run/docker.sock', ...new Set(rootless)].map((path) => ({ source: 'default', uri: `unix://${path}` }))
}

function readProperties(path: string): Map<string, string> {
  if (!existsSync(path)) return new Map()
  const lines = readFileSync(path, 'utf8').split(/\r?\n/)
  return new Map(
    lines.flatMap((line): [string, string][] => {
      const match = /^\s*([^#!=\s][^=\s]*)\s*=\s*(.*?)\s*$/.exec(line)
      return match === null ? [] : [[match[1] ?? '', match[2] ?? '']]
    }),
  )
}
