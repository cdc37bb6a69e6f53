import type { z } from 'zod'
import { PythonError } from '../errors/python-error.ts'

/** A message that is not as its schema says: names each field, and what was wrong with it. */
export function wrongMessage(what: string, { issues }: z.ZodError): PythonError {
  const fields = issues.map(({ path, message }) => `field '${path.join('.') || '(all)'}': ${message}`)
  return new PythonError('PYTHON_PROTOCOL', `${what} is not what it must be: ${fields.join('; ')}`)
}
