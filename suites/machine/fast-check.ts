import { createRequire } from 'node:module'

/** Random walks are drawn by fast-check, which is the project's own to install; without it they are skipped. */
export const hasFastCheck = ((): boolean => {
  try {
    createRequire(import.meta.url).resolve('fast-check')
    return true
  } catch (error) {
    if ((error as { code?: string }).code === 'MODULE_NOT_FOUND') return false
    throw error
  }
})()
