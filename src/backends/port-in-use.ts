import { BackendError } from '../errors/backend-error.ts'

/** The one port on which a server was to listen is taken. */
export function portInUse(port: number, cause?: unknown): BackendError {
  return new BackendError('BACKEND_PORT_IN_USE', `Port in use: something listens on port ${port} already.`, {
    ...(cause === undefined ? {} : { cause }),
    remedy: 'Choose another port. `ss -ltnp` (macOS: `lsof -iTCP -sTCP:LISTEN`) names what listens there.',
    context: { port },
  })
}
