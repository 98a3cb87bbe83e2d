import { type AdminUser, isProblem, type Me } from '@likeness/client'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { textsOf, useTexts } from '../../language/texts.js'
import { Button } from '../../ui/button.js'
import { Choice } from '../../ui/choice.js'
import { Dialog } from '../../ui/dialog.js'
import { FaultNotice } from '../../ui/fault-notice.js'
import { Field } from '../../ui/field.js'
import { useForm } from '../../ui/use-form.js'
import { ChangeList } from '../ui/changes.js'
import { ReasonField } from '../ui/reason-field.js'
import { readUser, type SeenUser, userKey, usersKey } from './read-user.js'
import { userActWords } from './user-act-words.js'
import { actsOn, perform, type UserAct } from './user-acts.js'

/**
 * Says what an act means, asks for what it needs, and acts on the user as they were seen. If they have changed since, the
 * changes are shown, what was typed stays, and the act is offered again on the user as they are shown then.
 * @param seen the user when the dialog was opened
 */
export function UserActDialog(props: {
  act: UserAct
  seen: SeenUser
  me: Me
  onClose: () => void
  onDone: () => void
}) {
  const { act, seen, me, onClose, onDone } = props
  const words = useTexts(texts)
  const about = useTexts(userActWords)[act]
  const queries = useQueryClient()
  const [now, setNow] = useState(seen)
  const readAgain = () =>
    Promise.all([
      ...(act === 'close' ? [] : [queries.invalidateQueries({ queryKey: userKey(seen.user.id) })]),
      queries.invalidateQueries({ queryKey: usersKey }),
    ])
  const { form, fault, busy } = useForm(async (given) => {
    try {
      await perform(act, now, given)
    } catch (error) {
      if (isProblem(error, 'stale')) {
        await queries.invalidateQueries({ queryKey: userKey(seen.user.id) })
        setNow(queries.getQueryData(readUser(seen.user.id).queryKey) ?? now)
      }
      throw error
    }
    await readAgain()
    onDone()
  })
  const isStale = fault !== undefined && isProblem(fault, 'stale')
  const isPossible = actsOn(now.user, me).includes(act)
  return (
    <Dialog title={about.name} onClose={onClose}>
      <p>
        <b className="font-semibold">
          <bdi>@{seen.user.username}</bdi>
        </b>{' '}
        <bdi className="text-soft wrap-anywhere">{seen.user.email}</bdi>
      </p>
      <p>{about.means}</p>
      <p className="font-medium">{about.back}</p>
      {fault && (
        <FaultNotice fault={fault} shown={['reason', 'group', 'role']}>
          {isStale && <ChangeList changes={differences(seen.user, now.user)} />}
          {isStale && !isPossible && <p>{words.impossible}</p>}
        </FaultNotice>
      )}
      <form {...form} className="space-y-5">
        {isPossible && act === 'role' && (
          <Choice
            label={words.role}
            name="role"
            defaultValue={seen.user.role}
            choices={words.roles}
            error={fault?.field('role')}
          />
        )}
        {isPossible && act === 'group' && (
          <Field
            label={words.group}
            name="group"
            required
            defaultValue={seen.user.group}
            error={fault?.field('group')}
          />
        )}
        {isPossible && act === 'close' && <ReasonField told={false} error={fault?.field('reason')} />}
        {isPossible && act !== 'close' && (
          <Field
            label={words.reason}
            name="reason"
            maxLength={500}
            dir="auto"
            hint={words.optional}
            error={fault?.field('reason')}
          />
        )}
        <div className="flex flex-wrap gap-3">
          {isPossible && (
            <Button type="submit" look="primary" busy={busy}>
              {isStale ? words.anyway(about.name) : about.name}
            </Button>
          )}
          <Button onClick={onClose}>{isStale ? words.look : words.cancel}</Button>
        </div>
      </form>
    </Dialog>
  )
}

const factsOf = ({ username, email, emailVerified, role, group, disabledAt, profile }: AdminUser) => ({
  ...profile,
  username,
  email,
  emailVerified,
  role,
  group,
  disabled: disabledAt !== null,
})

/** How a user differs from what was seen. */
function differences(seen: AdminUser, now: AdminUser) {
  const [before, after]: Readonly<Record<string, unknown>>[] = [factsOf(seen), factsOf(now)]
  return Object.fromEntries(
    Object.keys(after ?? {}).flatMap((field) => {
      const change = { before: before?.[field], after: after?.[field] }
      return JSON.stringify(change.before) === JSON.stringify(change.after) ? [] : [[field, change]]
    }),
  )
}

const texts = textsOf({
  en: {
    role: 'Role',
    roles: { user: 'User', manager: 'Manager', admin: 'Administrator' },
    group: 'Group',
    reason: 'Reason',
    optional: 'Optional. The user sees it in their activity.',
    cancel: 'Cancel',
    anyway: (act: string) => `${act}, as they are now`,
    impossible: 'As they are now, this can no longer be done.',
    look: 'Look at them as they are now',
  },
  fr: {
    role: 'Rôle',
    roles: { user: 'Utilisateur', manager: 'Gestionnaire', admin: 'Administrateur' },
    group: 'Groupe',
    reason: 'Motif',
    optional: 'Facultatif. L’utilisateur le voit dans son activité.',
    cancel: 'Annuler',
    anyway: (act: string) => `${act}, tel quel`,
    impossible: 'Dans son état actuel, ce n’est plus possible.',
    look: 'Revoir l’utilisateur tel qu’il est maintenant',
  },
})
