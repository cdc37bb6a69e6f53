import type { RunningBackend, RunningServer } from '../backends/backend.ts'
import { urlOf } from '../connections/endpoint.ts'
import type { Logger } from '../logging/logger.ts'

/** The same backend, whose servers' starts, stops and deaths are logged. */
export function loggedBackend(backend: RunningBackend, logger: Logger): RunningBackend {
  let opened = 0
  const { kind, version, store, detail, sharing, disposable = false } = backend
  return {
    kind,
    version,
    store,
    detail,
    sharing,
    disposable,
    openServer: async (signal) => {
      const begun = performance.now()
      const server = await backend.openServer(signal)
      const fields = { server: ++opened, url: urlOf(server.endpoint) }
      logger.hide(server.endpoint.password)
      const milliseconds = Math.round(performance.now() - begun)
      if (sharing === 'private') logger.info?.('server started', { ...fields, milliseconds })
      else logger.info?.('server in use', fields)
      void server.died.then(({ exitCode, signal: by, lastLogLines }) =>
        logger.error?.('server died', { ...fields, exitCode, signal: by, lastLogLines }),
      )
      return sharing === 'private' ? loggedServer(server, fields, logger) : server
    },
    stop: async () => {
      await backend.stop()
      logger.info?.('backend stopped', { backend: kind })
    },
  }
}

function loggedServer(server: RunningServer, fields: object, logger: Logger): RunningServer {
  let stopping: Promise<void> | undefined
  return {
    endpoint: server.endpoint,
    readyDatabases: server.readyDatabases,
    ...(server.notes === undefined ? {} : { notes: server.notes }),
    died: server.died,
    ...(server.cluster === undefined ? {} : { cluster: server.cluster }),
    ...(server.control === undefined ? {} : { control: server.control }),
    // It moves when the data is kept.
    get dataDirectory() {
      return server.dataDirectory as string
    },
    stop: (options) => {
      stopping ??= server.stop(options).then(() => logger.info?.('server stopped', { ...fields, ...options }))
      return stopping
    },
  }
}
