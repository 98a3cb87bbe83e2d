import { type SyntheticEvent, useId } from 'react'
import { textsOf, useTexts } from '../../language/texts.js'
import { useProfileLabels } from '../../session/profile-labels.js'
import { Button } from '../../ui/button.js'
import { Dialog } from '../../ui/dialog.js'
import type { Conflict } from './merge-edits.js'
import type { Values } from './profile-values.js'

/** Shows both values of each field that was changed here and elsewhere, and asks which one counts. */
export function ConflictDialog(props: {
  conflicts: readonly Conflict[]
  labelOf: (path: string) => string
  onSettle: (chosen: Values | undefined) => void
}) {
  const { conflicts, labelOf, onSettle } = props
  const words = useTexts(texts)
  const choose = (event: SyntheticEvent<HTMLFormElement>) => {
    event.preventDefault()
    const chosen = new FormData(event.currentTarget)
    onSettle(
      Object.fromEntries(
        conflicts.map(({ path, mine, theirs }) => [path, chosen.get(path) === 'theirs' ? theirs : mine]),
      ),
    )
  }
  return (
    <Dialog title={words.title} onClose={() => onSettle(undefined)} closeWords={words.back}>
      <p className="text-soft">{words.lead}</p>
      <form onSubmit={choose} className="space-y-5">
        {conflicts.map(({ path, mine, theirs }) => (
          <fieldset key={path} className="space-y-2">
            <legend className="text-sm font-medium">{labelOf(path)}</legend>
            <Side name={path} side="mine" label={words.mine} value={mine} checked />
            <Side name={path} side="theirs" label={words.theirs} value={theirs} />
          </fieldset>
        ))}
        <div className="grid gap-3">
          <Button type="submit" look="primary">
            {words.save}
          </Button>
          <Button onClick={() => onSettle(undefined)}>{words.back}</Button>
        </div>
      </form>
    </Dialog>
  )
}

function Side(props: {
  name: string
  side: 'mine' | 'theirs'
  label: string
  value: string | boolean
  checked?: boolean
}) {
  const { name, side, label, value, checked } = props
  const words = useTexts(texts)
  const id = useId()
  const shown = typeof value === 'boolean' ? words.answers[value ? 'yes' : 'no'] : value
  return (
    <label
      htmlFor={id}
      className="flex items-start gap-3 rounded-xl border border-line p-3 has-checked:border-accent has-checked:bg-tint"
    >
      <input
        type="radio"
        id={id}
        name={name}
        value={side}
        defaultChecked={checked}
        className="mt-0.5 size-5 shrink-0 accent-accent"
      />
      <span className="min-w-0">
        <span className="block text-sm text-soft">{label}</span>
        <span className="wrap-anywhere whitespace-pre-line">{shown === '' ? words.empty : shown}</span>
      </span>
    </label>
  )
}

/** The label of a field, by its path. @param own labels of the group's fields */
export function useFieldLabels(own: ReadonlyMap<string, string | null>): (path: string) => string {
  const words = useTexts(texts)
  const labelOf = useProfileLabels()
  return (path) => (path === 'username' ? words.username : labelOf(path, own.get(path)))
}

const texts = textsOf({
  en: {
    title: 'Changed in two places',
    lead: 'Since you opened this page, these fields were changed elsewhere too. Choose what counts.',
    mine: 'What you typed here',
    theirs: 'What was saved meanwhile',
    empty: 'Empty',
    answers: { yes: 'Yes', no: 'No' },
    save: 'Save what I chose',
    back: 'Go on editing',
    username: 'Username',
  },
  fr: {
    title: 'Modifié à deux endroits',
    lead: 'Depuis l’ouverture de cette page, ces champs ont aussi été modifiés ailleurs. Choisissez ce qui compte.',
    mine: 'Ce que vous avez saisi ici',
    theirs: 'Ce qui a été enregistré entre-temps',
    empty: 'Vide',
    answers: { yes: 'Oui', no: 'Non' },
    save: 'Enregistrer mon choix',
    back: 'Continuer la modification',
    username: 'Nom d’utilisateur',
  },
})
