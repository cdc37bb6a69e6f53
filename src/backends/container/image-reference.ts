import { ConfigError } from '../../errors/config-error.ts'

/** What is started when neither an image nor a version is configured. */
const DEFAULT_REPOSITORY = 'pingcap/tidb'
const DEFAULT_VERSION = 'v8.5.4'

/**
 * The image to start, always with a tag or a digest, such as `pingcap/tidb:v8.5.4`.
 *
 * A version is a tag: `8.5.4` means `v8.5.4`, since that is how TiDB's images are tagged; `nightly` stays as it is.
 * Throws `CONFIG_CONTAINER_IMAGE` when the image is not a reference, or names another tag than the version does.
 */
export function imageReference(options: { image?: string; version?: string }): string {
  const image = options.image ?? DEFAULT_REPOSITORY
  if (!/^[a-z0-9][\w.:/@-]*$/i.test(image)) {
    throw new ConfigError(
      'CONFIG_CONTAINER_IMAGE',
      `The container image ${JSON.stringify(image)} is not a reference.`,
      {
        remedy: 'Set TIDB_IMAGE to a reference such as pingcap/tidb:v8.5.4 or registry.example:5000/tidb.',
      },
    )
  }
  const tag = options.version === undefined ? undefined : tagOf(options.version)
  const ownTag = /@.+$|:[^/]+$/.exec(image)?.[0]
  if (ownTag === undefined) return `${image}:${tag ?? (options.image === undefined ? DEFAULT_VERSION : 'latest')}`
  if (tag !== undefined && ownTag !== `:${tag}`) {
    throw new ConfigError(
      'CONFIG_CONTAINER_IMAGE',
      `The container image ${image} names its own version, and version ${options.version} was asked for too.`,
      { remedy: 'Set TIDB_IMAGE without a tag, or leave TIDB_VERSION away.' },
    )
  }
  return image
}

function tagOf(version: string): string {
  const tag = /^\d/.test(version) ? `v${version}` : version
  if (!/^\w[\w.-]{0,127}$/.test(tag)) {
    throw new ConfigError('CONFIG_CONTAINER_IMAGE', `The version ${JSON.stringify(version)} is not an image tag.`, {
      remedy: 'Set TIDB_VERSION to a tag of the image, such as v8.5.4 or nightly.',
    })
  }
  return tag
}
