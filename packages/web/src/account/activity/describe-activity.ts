import type { Activity } from '@likeness/client'
import { useFormats } from '../../language/format.js'
import { useTexts } from '../../language/texts.js'
import { useProfileLabels } from '../../session/profile-labels.js'
import { happenedTexts } from '../../trail/happened.js'
import { activityTexts } from './activity-texts.js'

/** Events that nobody has to be logged in for. */
const byAnyone: readonly string[] = ['login-failed', 'refresh-reused']

/** Says an activity in the language of the page. */
export function useActivityWords() {
  const words = useTexts(activityTexts)
  const happened = useTexts(happenedTexts)
  const labelOf = useProfileLabels()
  const { list } = useFormats()
  const fieldNames: Readonly<Record<string, string>> = words.fields

  function whoOf({ type, actorKind, actorRole }: Activity): string {
    if (actorRole !== null) return words.by[actorRole]
    if (actorKind !== 'person') return words.by[actorKind]
    return byAnyone.includes(type) ? words.by.unknown : words.by.you
  }

  /** What more there is to say: the fields, the values, the reason. */
  function moreOf({ type, changes, details }: Activity): string[] {
    const fields = Object.keys(changes)
    const said: string[] = []
    if (type === 'profile-updated') {
      said.push(words.changed(list(fields.map((name) => fieldNames[name] ?? labelOf(`profile.${name}`)))))
    }
    const [change] = Object.values(changes)
    if (valuesTold.includes(type) && change) {
      said.push(words.from(textOf(change.before), textOf(change.after)))
    }
    if (type === 'email-change-requested') said.push(words.from(textOf(details.from), textOf(details.to)))
    if (typeof details.reason === 'string') said.push(words.reason(details.reason))
    return said
  }

  const textOf = (value: unknown): string =>
    typeof value === 'string' || typeof value === 'number' ? String(value) : words.nothing

  return (activity: Activity) => ({
    what: happened[activity.type],
    who: whoOf(activity),
    more: moreOf(activity),
  })
}

/** Those that changed one value, which is worth saying. */
const valuesTold: readonly string[] = ['role-changed', 'group-changed', 'email-changed']
