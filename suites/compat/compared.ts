import { test as base } from 'vitest-tidb'

/** Each test has a clean database on both sides, so that statements need no fixture to be compared. */
export const test = base.extend('compared', { auto: true }, ({ reference }) => reference.name)
