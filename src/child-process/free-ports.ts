import { createServer, type Server } from 'node:net'

/**
 * Ports of 127.0.0.1 that nobody listens on at this moment. Somebody may before they are used:
 * whoever uses them must be ready to ask for others.
 */
export async function freePorts(count: number): Promise<number[]> {
  // All are held open until the last is known, so that no port is given twice.
  const servers = await Promise.all(Array.from({ length: count }, listen))
  const ports = servers.map((server) => (server.address() as { port: number }).port)
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
  return ports
}

function listen(): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject)
    server.listen(0, '127.0.0.1', () => resolve(server))
  })
}
