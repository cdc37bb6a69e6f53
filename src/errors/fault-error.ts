import { TidbTestError, type ErrorKind } from './tidb-test-error.ts'

/**
 * A fault could not be made to happen, or did not. Codes start with `FAULT_`: `FAULT_DID_NOT_HAPPEN`, `FAULT_ENCRYPTED`,
 * `FAULT_COMPRESSED`, `FAULT_OPTION`, `FAULT_NO_CONNECTION`, `FAULT_PORT_TAKEN`, `FAULT_CLOSED`, `FAULT_SERVER`,
 * `FAULT_TOXIPROXY`.
 */
export class FaultError extends TidbTestError {
  override get kind(): ErrorKind {
    return 'fault'
  }
}
