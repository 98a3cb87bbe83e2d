import { avatars, createClient, type ProfileAvatar } from '@likeness/client'

/** Whose picture: a user of Likeness, or the subject of a login of the product's own. */
export type Person =
  | { user: string; issuer?: undefined; subject?: undefined }
  | { user?: undefined; issuer: string; subject: string }

/** What `<img>` needs for a sharp picture on any screen. */
export type Sources = { src: string; srcset: string }

/** Device pixels for each pixel of a page. */
const densities = [1, 2, 3]
/** The largest size that a stable address gives. */
const most = 512

/**
 * The stable addresses of a picture, which follow each change within a minute.
 * @param size of its sides, in pixels of the page
 * @param since the change since which no cache may have it
 */
export function stableSources(url: string, person: Person, size: number, since?: string): Sources {
  const client = createClient({ url })
  return sourcesOf((density) => {
    const pixels = Math.min(Math.ceil(size * density), most)
    const address =
      person.user === undefined
        ? `${client.url}/v1/avatars/by/${[person.issuer, person.subject].map(encodeURIComponent).join('/')}?size=${pixels}`
        : avatars.urlOf(client, person.user, { size: pixels })
    return since === undefined ? address : `${address}&since=${since}`
  })
}

/** The addresses of one version of a picture, which never change. */
export function versionSources({ urls }: Pick<ProfileAvatar, 'urls'>, size: number): Sources {
  const rendered = Object.keys(urls)
    .map(Number)
    .sort((one, other) => one - other)
  return sourcesOf((density) => {
    const pixels = rendered.find((side) => side >= size * density) ?? rendered.at(-1)
    const formats = urls[String(pixels)]
    return formats?.webp ?? formats?.jpeg ?? ''
  })
}

function sourcesOf(at: (density: number) => string): Sources {
  return {
    src: at(1),
    srcset: densities.map((density) => `${at(density)} ${density}x`).join(', '),
  }
}
