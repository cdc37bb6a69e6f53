import { access, constants, stat } from 'node:fs/promises'
import { delimiter, join } from 'node:path'

/** The first of these programs on PATH, then in further folders; undefined when there is none. */
export async function findProgram(
  names: readonly string[],
  options: { readonly environment?: NodeJS.ProcessEnv; readonly alsoIn?: readonly string[] } = {},
): Promise<string | undefined> {
  const { environment = process.env, alsoIn = [] } = options
  const onPath = (environment['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '')
  for (const folder of [...onPath, ...alsoIn]) {
    for (const name of names) if (await isExecutable(join(folder, name))) return join(folder, name)
  }
  return undefined
}

export async function isExecutable(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK)
    return (await stat(file)).isFile()
  } catch {
    return false
  }
}
