import { addressOf, avatarUrls } from '@likeness/contracts'
import { avatars } from '@likeness/contracts/endpoints'
import type { MediaConfig } from '../config.js'
import type { Pictures } from '../database/avatars.table.js'
import type { PersonRow } from '../database/people.table.js'
import { deliveryOf } from '../delivery.js'
import { avatarFiles } from '../uploads/upload-files.js'

type Config = Pick<MediaConfig, 'PUBLIC_URL' | 'ISSUERS' | 'DELIVERY' | 'DELIVERY_BASE'>

/** How a person is named to a product: by their id here, and as their own login knows them. */
export function nameOf({ ISSUERS }: Pick<Config, 'ISSUERS'>, userId: string, person: PersonRow | undefined) {
  const issuer = ISSUERS.find((one) => one.issuer === person?.issuer)?.alias
  return { userId, ...(person && issuer !== undefined && { issuer, subject: person.subject }) }
}

/** The addresses under which caches may have what a person does not show any more; the stable ones come first. */
export function addressesOf(
  config: Config,
  { userId, issuer, subject }: ReturnType<typeof nameOf>,
  pictures: readonly Pictures[],
): string[] {
  const { PUBLIC_URL } = config
  const delivery = deliveryOf(config)
  return [
    ...new Set([
      `${PUBLIC_URL}${addressOf(avatars.serve, { params: { userId } })}`,
      ...(issuer === undefined
        ? []
        : [`${PUBLIC_URL}${addressOf(avatars.serveBySubject, { params: { issuer, subject } })}`]),
      ...pictures.flatMap(({ path_version: pathVersion, sizes, formats }) =>
        Object.values(avatarUrls(PUBLIC_URL, userId, { pathVersion, sizes, formats })).flatMap((byFormat) =>
          Object.values(byFormat),
        ),
      ),
      ...(delivery.kind === 'redirect'
        ? pictures.flatMap(avatarFiles).map((key) => `${delivery.base}/${key}`)
        : []),
    ]),
  ]
}
