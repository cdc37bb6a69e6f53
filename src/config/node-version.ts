/** The range of package.json's `engines`; Vitest 5 has the same. */
export const SUPPORTED_NODE = '^22.22.0 || ^24.0.0 || >=26.0.0'

/** What to say to a Node that is not supported; undefined for one that is. `version` is like `24.1.0`. */
export function nodeVersionProblem(version: string): string | undefined {
  const [major, minor] = version.split('.').map(Number)
  const supported = (major === 22 && Number(minor) >= 22) || major === 24 || Number(major) >= 26
  return supported
    ? undefined
    : `Node.js ${version} is not supported; vitest-tidb and Vitest 5 need ${SUPPORTED_NODE}.\n` +
        '  Install Node.js 24 (https://nodejs.org), or in your project: npm install --save-dev node@24, and run through npm.'
}
