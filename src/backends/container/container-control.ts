import { BackendError } from '../../errors/backend-error.ts'
import type { ServerControl } from '../server-control.ts'
import type { DockerEngine } from './docker-engine.ts'

/** https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Container/operation/ContainerPause and its neighbours */
export function containerControl(engine: DockerEngine, id: string): ServerControl {
  const act = async (action: string): Promise<void> => {
    await engine.bytes(`/containers/${id}/${action}`, { method: 'POST' })
  }
  return {
    kill: () => act('kill'),
    pause: () => act('pause'),
    resume: () => act('unpause'),
    restart: () =>
      Promise.reject(
        new BackendError(
          'BACKEND_CONTAINER_RESTART',
          'A container is not started again: its ports on this machine would be other ones.',
          { remedy: "Use the backend 'binary' or 'embedded' to start a server again, or pause and resume this one." },
        ),
      ),
  }
}
