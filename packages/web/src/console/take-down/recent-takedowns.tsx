import { call } from '@likeness/client'
import { useQuery } from '@tanstack/react-query'
import { Link } from 'wouter'
import { client } from '../../api/likeness.js'
import { useFormats } from '../../language/format.js'
import { textsOf, useTexts } from '../../language/texts.js'
import { Decisions } from './decisions.js'
import { moderationKey } from './find-uses.js'

/** The newest take-downs: who did which, why, and how far each is. */
export function RecentTakedowns() {
  const words = useTexts(texts)
  const { number } = useFormats()
  const list = useQuery({
    queryKey: [...moderationKey, 'takedowns'],
    queryFn: async ({ signal }) =>
      (await call(client, 'GET /v1/takedowns', { query: { limit: 20 }, signal })).body,
  })
  return (
    <div>
      <Decisions
        title={words.title}
        none={words.none}
        at={words.at}
        list={list}
        columns={[
          {
            key: 'uploads',
            name: words.uploads,
            width: 8,
            end: true,
            cell: ({ uploads: { withdrawn, refused, held } }) => number(withdrawn + refused + held),
          },
          {
            key: 'state',
            name: words.state,
            width: 9,
            cell: ({ finishedAt }) => (finishedAt === null ? words.goesOn : words.done),
          },
          {
            key: 'open',
            name: words.picture,
            width: 8,
            cell: ({ uploadId }) => (
              <Link
                href={`/console/uploads?upload=${uploadId}`}
                className="inline-flex min-h-9 items-center text-accent underline-offset-4 hover:underline"
              >
                {words.open}
              </Link>
            ),
          },
        ]}
      />
    </div>
  )
}

const texts = textsOf({
  en: {
    title: 'Recent take-downs',
    none: 'No picture was taken down yet.',
    at: 'When',
    uploads: 'Uploads',
    state: 'Progress',
    picture: 'Picture',
    open: 'Open',
    done: 'done',
    goesOn: 'under way',
  },
  fr: {
    title: 'Retraits récents',
    none: 'Aucune photo n’a encore été retirée.',
    at: 'Quand',
    uploads: 'Envois',
    state: 'Progression',
    picture: 'Photo',
    open: 'Ouvrir',
    done: 'terminé',
    goesOn: 'en cours',
  },
})
