import type { AdminUser } from '@likeness/client'
import { textsOf, useTexts } from '../../language/texts.js'
import { Tag } from '../../ui/tag.js'

/** What is special about a user: more rights than others, or fewer. */
export function UserTags({ user }: { user: AdminUser }) {
  const words = useTexts(texts)
  return (
    <span className="inline-flex flex-wrap gap-1">
      <Tag look={user.role === 'user' ? 'plain' : 'good'}>{words.roles[user.role]}</Tag>
      {user.disabledAt !== null && <Tag look="bad">{words.disabled}</Tag>}
      {!user.emailVerified && <Tag>{words.unverified}</Tag>}
    </span>
  )
}

const texts = textsOf({
  en: {
    roles: { user: 'user', manager: 'manager', admin: 'administrator' },
    disabled: 'disabled',
    unverified: 'unverified',
  },
  fr: {
    roles: { user: 'utilisateur', manager: 'gestionnaire', admin: 'administrateur' },
    disabled: 'désactivé',
    unverified: 'non vérifié',
  },
})
