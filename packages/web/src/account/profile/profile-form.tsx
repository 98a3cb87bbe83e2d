import type { RegistrationField } from '@likeness/client'
import type { ReactNode } from 'react'
import { textsOf, useTexts } from '../../language/texts.js'
import { Button } from '../../ui/button.js'
import { Card } from '../../ui/card.js'
import { Choice } from '../../ui/choice.js'
import { FaultNotice } from '../../ui/fault-notice.js'
import { CheckIcon } from '../../ui/icons.js'
import { TextArea } from '../../ui/text-area.js'
import { ConflictDialog, useFieldLabels } from './conflict-dialog.js'
import { CheckField, type Edit, LineField, OwnField } from './profile-field.js'

/** All fields of the profile. @param required paths of those the group requires */
export function ProfileForm(props: {
  edit: Edit
  own: readonly RegistrationField[]
  required: readonly string[]
}) {
  const { edit, own, required } = props
  const words = useTexts(texts)
  const labelOf = useFieldLabels(new Map(own.map(({ name, label }) => [name, label])))
  const line = (path: string, more: Partial<Parameters<typeof LineField>[0]> = {}) => (
    <LineField edit={edit} path={path} label={labelOf(path)} required={required.includes(path)} {...more} />
  )
  return (
    <>
      <form {...edit.form} className="space-y-6 [&_:is(input,select,textarea)]:scroll-mb-28">
        <Card title={words.you}>
          <Fields>
            {line('profile.nickname', { required: true, autoComplete: 'nickname' })}
            {line('username', { required: true, autoComplete: 'username' })}
            {line('profile.firstName', { autoComplete: 'given-name' })}
            {line('profile.lastName', { autoComplete: 'family-name' })}
            {line('profile.birthDate', { type: 'date', autoComplete: 'bday' })}
            {line('profile.phoneNumber', { type: 'tel', autoComplete: 'tel' })}
            <div className="sm:col-span-2">
              <TextArea
                label={labelOf('profile.bio')}
                name="profile.bio"
                value={String(edit.values['profile.bio'] ?? '')}
                onChange={({ currentTarget }) => edit.change('profile.bio', currentTarget.value)}
                error={edit.fault?.field('profile.bio')}
              />
            </div>
          </Fields>
        </Card>
        <Card title={words.work}>
          <Fields>
            <div className="sm:col-span-2">
              <CheckField
                edit={edit}
                path="profile.isProfessional"
                label={labelOf('profile.isProfessional')}
              />
            </div>
            {line('profile.companyName', { autoComplete: 'organization' })}
            {line('profile.profession', { autoComplete: 'organization-title' })}
            {line('profile.linkedinUrl', {
              inputMode: 'url',
              hint: words.example('https://linkedin.com/in/ada'),
            })}
            {line('profile.githubUrl', { inputMode: 'url', hint: words.example('https://github.com/ada') })}
            {own.map((field) => (
              <OwnField key={field.name} edit={edit} field={field} label={labelOf(field.name)} />
            ))}
          </Fields>
        </Card>
        <Card title={words.choices}>
          <Fields>
            <Choice
              label={labelOf('profile.locale')}
              name="profile.locale"
              choices={words.languages}
              value={String(edit.values['profile.locale'] ?? '')}
              onChoose={(value) => edit.change('profile.locale', value)}
              error={edit.fault?.field('profile.locale')}
            />
            <div className="sm:col-span-2">
              <CheckField
                edit={edit}
                path="profile.discoverable"
                label={labelOf('profile.discoverable')}
                hint={words.discoverable}
              />
            </div>
          </Fields>
        </Card>
        <SaveBar edit={edit} />
      </form>
      {edit.conflicts.length > 0 && (
        <ConflictDialog conflicts={edit.conflicts} labelOf={labelOf} onSettle={edit.settle} />
      )}
    </>
  )
}

const Fields = ({ children }: { children: ReactNode }) => (
  <div className="grid items-start gap-5 sm:grid-cols-2">{children}</div>
)

function SaveBar({ edit }: { edit: Edit }) {
  const words = useTexts(texts)
  const { fault } = edit
  const shown = Object.keys(edit.values)
  const isElsewhere =
    fault && (fault.fields.length === 0 || fault.fields.some(({ path }) => !shown.includes(path)))
  return (
    <div className="bottom-0 z-[1] -mx-2 space-y-3 bg-paper px-2 py-3 [@media(min-height:30rem)]:sticky">
      {isElsewhere && <FaultNotice fault={fault} shown={shown} />}
      {fault && !isElsewhere && (
        <p role="alert" className="text-sm font-medium text-danger">
          {words.refused}
        </p>
      )}
      <div className="flex flex-wrap items-center gap-3">
        <Button type="submit" look="primary" busy={edit.busy} off={!edit.isEdited}>
          {words.save}
        </Button>
        <Button onClick={edit.undo} off={!edit.isEdited || edit.busy}>
          {words.undo}
        </Button>
        <p role="status" className="flex items-center gap-2 text-sm text-accent">
          {edit.done && !edit.isEdited && edit.conflicts.length === 0 && (
            <>
              <CheckIcon />
              {words.saved}
            </>
          )}
        </p>
      </div>
    </div>
  )
}

const texts = textsOf({
  en: {
    you: 'Who you are',
    work: 'Work',
    choices: 'Language and privacy',
    languages: { '': 'As the browser', en: 'English', fr: 'Français' },
    example: (address: string) => `Such as ${address}`,
    discoverable: 'Sites that know your address can then show your picture, as with Gravatar.',
    save: 'Save',
    undo: 'Undo my changes',
    saved: 'Saved',
    refused: 'Nothing was saved: some fields need another look.',
  },
  fr: {
    you: 'Qui vous êtes',
    work: 'Travail',
    choices: 'Langue et confidentialité',
    languages: { '': 'Celle du navigateur', en: 'English', fr: 'Français' },
    example: (address: string) => `Par exemple ${address}`,
    discoverable:
      'Les sites qui connaissent votre adresse peuvent alors montrer votre photo, comme avec Gravatar.',
    save: 'Enregistrer',
    undo: 'Annuler mes modifications',
    saved: 'Enregistré',
    refused: 'Rien n’a été enregistré : certains champs sont à revoir.',
  },
})
