import { textsOf, useTexts } from '../../language/texts.js'
import { Moment } from '../../ui/moment.js'
import { ChangeList, Details } from '../ui/changes.js'
import { Person } from '../ui/person.js'
import { uploadWords } from '../ui/statuses.js'
import type { TrailEvent } from './read-upload.js'

/** All that happened to an upload, first things first. */
export function UploadTrail({ trail }: { trail: readonly TrailEvent[] }) {
  const words = useTexts(texts)
  return (
    <section aria-label={words.title}>
      <h3 className="mb-3 text-lg font-semibold">{words.title}</h3>
      <ol className="space-y-4 border-l-2 border-line pl-4">
        {trail.map((event) => (
          <TrailItem key={event.seq} event={event} />
        ))}
      </ol>
    </section>
  )
}

function TrailItem({ event }: { event: TrailEvent }) {
  const words = useTexts(texts)
  const { events } = useTexts(uploadWords)
  const { type, at, actorKind, actorId, ip, userAgent, changes, details } = event
  return (
    <li className="relative">
      <span
        aria-hidden="true"
        className="absolute top-1.5 -left-[1.4rem] size-2.5 rounded-full bg-accent ring-4 ring-card"
      />
      <p className="flex flex-wrap items-baseline gap-x-2">
        <b className="font-semibold">{events[type]}</b>
        <span className="text-sm text-soft">
          <Moment at={at} />
        </span>
      </p>
      <p className="flex flex-wrap items-center gap-x-1.5 text-sm text-soft">
        {words.by}{' '}
        {actorKind === 'person' && actorId !== null ? <Person id={actorId} /> : words.actors[actorKind]}
        {ip !== null && <span>{words.from(ip)}</span>}
      </p>
      {userAgent !== null && (
        <p className="truncate text-xs text-soft" title={userAgent}>
          {userAgent}
        </p>
      )}
      <ChangeList changes={changes} />
      <Details details={details} />
    </li>
  )
}

const texts = textsOf({
  en: {
    title: 'The trail',
    by: 'by',
    from: (ip: string) => `from ${ip}`,
    actors: {
      person: 'a person',
      key: 'a service key',
      service: 'the service itself',
      upkeep: 'upkeep or a command',
    },
  },
  fr: {
    title: 'La trace',
    by: 'par',
    from: (ip: string) => `depuis ${ip}`,
    actors: {
      person: 'une personne',
      key: 'une clé de service',
      service: 'le service lui-même',
      upkeep: 'l’entretien ou une commande',
    },
  },
})
