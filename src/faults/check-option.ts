import { FaultError } from '../errors/fault-error.ts'

/** @throws FaultError `FAULT_OPTION` when the number is below the least one, no number, or not whole although it must be. */
export function checkOption(fault: string, name: string, value: number, least: number, whole = false): void {
  if (value >= least && Number.isFinite(value) && (!whole || Number.isInteger(value))) return
  const kind = whole ? 'a whole number' : 'a number'
  throw new FaultError('FAULT_OPTION', `${fault}: ${name} is ${value}; it must be ${kind} from ${least} on`)
}
