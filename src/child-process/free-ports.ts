import { createServer, type Server } from 'node:net'

/**
 * Ports of 127.0.0.1 that nobody listens on at this moment. Somebody may before they are used:
 * whoever uses them must be ready to ask for others.
 */
export async function freePorts(count: number): Promise<number[]> {
  // All are held open until the last is known, so that no port is given twice.
  const servers = await Promise.all(Array.from({ length: count }, () => listenOn(0)))
  const ports = servers.map((server) => (server.address() as { port: number }).port)
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
  return ports
}

/** Whether nobody listens on this port of 127.0.0.1 at this moment. @throws the system's error, when this user may not listen there */
export async function isPortFree(port: number): Promise<boolean> {
  try {
    const server = await listenOn(port)
    await new Promise((resolve) => server.close(resolve))
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return false
    throw error
  }
}

function listenOn(port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject)
    server.listen(port, '127.0.0.1', () => resolve(server))
  })
}
