import { type CreateKey, call } from '@likeness/client'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { client } from '../../api/likeness.js'
import { textsOf, useTexts } from '../../language/texts.js'
import { Button } from '../../ui/button.js'
import { Dialog } from '../../ui/dialog.js'
import { FaultNotice } from '../../ui/fault-notice.js'
import { Field } from '../../ui/field.js'
import { useForm } from '../../ui/use-form.js'
import { SecretOnce } from '../ui/secret-once.js'
import { DaysField } from './days-field.js'
import { keysKey } from './list-keys.js'

const scopes = [
  'uploads:read',
  'uploads:write',
  'people:read',
  'people:write',
  'people:erase',
  'webhooks:manage',
  'history:read',
  'stats:read',
  'upkeep:run',
] as const satisfies readonly CreateKey['scopes'][number][]

/** Makes a key, and shows it this once. */
export function CreateKeyDialog({ onClose }: { onClose: () => void }) {
  const words = useTexts(texts)
  const queries = useQueryClient()
  const [key, setKey] = useState<string>()
  const { form, fault, busy } = useForm(async (entries) => {
    const { body } = await call(client, 'POST /v1/keys', {
      body: {
        name: entries.name ?? '',
        scopes: scopes.filter((scope) => entries[scope] !== undefined),
        expiresInDays: Number(entries.expiresInDays),
      },
    })
    setKey(body.key)
    await queries.invalidateQueries({ queryKey: keysKey })
  })
  return (
    <Dialog title={words.title} onClose={onClose}>
      {key !== undefined && (
        <>
          <SecretOnce label={words.key} secret={key} />
          <Button onClick={onClose}>{words.close}</Button>
        </>
      )}
      {key === undefined && (
        <form {...form} className="space-y-5">
          {fault && <FaultNotice fault={fault} shown={['name', 'expiresInDays']} />}
          <Field
            label={words.name}
            name="name"
            required
            maxLength={80}
            hint={words.nameHint}
            error={fault?.field('name')}
          />
          <fieldset>
            <legend className="mb-1.5 text-sm font-medium">{words.scopes}</legend>
            <div className="grid sm:grid-cols-2">
              {scopes.map((scope) => (
                <label key={scope} className="flex min-h-10 items-center gap-3">
                  <input type="checkbox" name={scope} className="size-4.5 accent-accent" />
                  <code className="text-sm">{scope}</code>
                </label>
              ))}
            </div>
          </fieldset>
          <DaysField label={words.days} defaultValue={365} error={fault?.field('expiresInDays')} />
          <Button type="submit" look="primary" busy={busy}>
            {words.create}
          </Button>
        </form>
      )}
    </Dialog>
  )
}

const texts = textsOf({
  en: {
    title: 'A new service key',
    key: 'Key',
    name: 'Name',
    nameHint: 'What it is for.',
    scopes: 'What it may do',
    days: 'Days until it expires',
    create: 'Create it',
    close: 'I have copied it',
  },
  fr: {
    title: 'Une nouvelle clé de service',
    key: 'Clé',
    name: 'Nom',
    nameHint: 'Ce à quoi elle sert.',
    scopes: 'Ce qu’elle peut faire',
    days: 'Jours avant son expiration',
    create: 'La créer',
    close: 'Je l’ai copiée',
  },
})
