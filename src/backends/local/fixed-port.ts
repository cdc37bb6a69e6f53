import { freePorts, isPortFree } from '../../child-process/free-ports.ts'
import { BackendError } from '../../errors/backend-error.ts'
import { messageOf } from '../../errors/tidb-test-error.ts'
import { portInUse } from '../port-in-use.ts'

/** @throws BackendError `BACKEND_PORT_IN_USE`, `BACKEND_PORT_REFUSED` */
export async function assertPortFree(port: number): Promise<void> {
  if (!(await mayListen(port))) throw portInUse(port)
}

/** This port for SQL, as long as it is free, and any for the status port: TiDB may find either taken at the last moment. */
export function portsWith(port: number): () => Promise<readonly [number, number]> {
  return async () => {
    await assertPortFree(port)
    const statusPort = (await freePorts(2)).find((free) => free !== port)
    return [port, statusPort as number]
  }
}

async function mayListen(port: number): Promise<boolean> {
  try {
    return await isPortFree(port)
  } catch (error) {
    throw new BackendError('BACKEND_PORT_REFUSED', `TiDB cannot listen on port ${port}: ${messageOf(error)}`, {
      cause: error,
      remedy: 'Choose a port from 1024 on: those below are for the administrator.',
    })
  }
}
