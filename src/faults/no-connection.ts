import { FaultError } from '../errors/fault-error.ts'

export function noConnection(fault: string): FaultError {
  return new FaultError('FAULT_NO_CONNECTION', `${fault}: no connection that it concerns goes through the proxy`, {
    remedy: 'Open sessions through the proxy first: `faults.sessions(…)`, or connect to `faults.endpoint`.',
  })
}
