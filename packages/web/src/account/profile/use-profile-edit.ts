import { isProblem, type Me, type RegistrationField } from '@likeness/client'
import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { meKey } from '../../session/use-me.js'
import { useForm } from '../../ui/use-form.js'
import { type Conflict, mergeEdits } from './merge-edits.js'
import { changedBy, differing, patchOf, type Values, valuesOf } from './profile-values.js'
import { readProfile, type SeenProfile } from './read-profile.js'
import { saveProfile } from './save-profile.js'

/**
 * An edit of the profile. What is saved shows everywhere at once, and is taken back if the server refuses it. When the
 * profile was changed elsewhere meanwhile, the edit goes on top of that, and fields that both changed are asked about.
 */
export function useProfileEdit(userId: string, seen: SeenProfile, own: readonly RegistrationField[]) {
  const queries = useQueryClient()
  const [base, setBase] = useState(seen)
  const [values, setValues] = useState<Values>(() => valuesOf(seen.me, own))
  const [conflicts, setConflicts] = useState<readonly Conflict[]>([])
  // What was chosen is sent once the form has it.
  const [isSettled, setIsSettled] = useState(false)
  const isEdited = differing(valuesOf(base.me, own), values).length > 0

  // Without an edit the form follows the profile.
  if (seen !== base && !isEdited) {
    setBase(seen)
    setValues(valuesOf(seen.me, own))
  }

  const show = (me: Me) => queries.setQueryData(meKey(userId), me)

  /** Goes on from another version. @param edit what becomes of the values, which may have been edited meanwhile */
  function goOn(from: SeenProfile, edit: (values: Values) => Values): void {
    setBase(from)
    setValues(edit)
    queries.setQueryData(readProfile(userId).queryKey, from)
  }

  async function save(from: SeenProfile, wanted: Values): Promise<void> {
    const patch = patchOf(valuesOf(from.me, own), wanted, own)
    if (Object.keys(patch).length === 0) return
    const before = queries.getQueryData<Me>(meKey(userId))
    show(changedBy(from.me, patch))
    try {
      const saved = await saveProfile(patch, from.tag)
      show(saved.me)
      goOn(saved, (now) => mergeEdits(wanted, now, valuesOf(saved.me, own)).values)
    } catch (error) {
      if (before) show(before)
      if (!isProblem(error, 'stale')) throw error
      await saveOnTop(from, wanted)
    }
  }

  async function saveOnTop(from: SeenProfile, wanted: Values): Promise<void> {
    const theirs = await queries.fetchQuery(readProfile(userId))
    show(theirs.me)
    const onTop = (mine: Values) => mergeEdits(valuesOf(from.me, own), mine, valuesOf(theirs.me, own))
    goOn(theirs, (now) => onTop(now).values)
    const { values: merged, conflicts } = onTop(wanted)
    if (conflicts.length > 0) setConflicts(conflicts)
    else await save(theirs, merged)
  }

  const form = useForm(() => save(base, values))
  const { ref } = form.form
  useEffect(() => {
    if (!isSettled) return
    setIsSettled(false)
    ref.current?.requestSubmit()
  }, [isSettled, ref])
  useWarningBeforeLeaving(isEdited)
  return {
    ...form,
    values,
    isEdited,
    conflicts,
    change: (path: string, value: string | boolean) => setValues((all) => ({ ...all, [path]: value })),
    undo: () => {
      form.reset()
      goOn(seen, () => valuesOf(seen.me, own))
    },
    /** Ends the question about fields that both changed. @param chosen undefined: go on editing */
    settle: (chosen: Values | undefined) => {
      setConflicts([])
      if (!chosen) return
      setValues((all) => ({ ...all, ...chosen }))
      setIsSettled(true)
    },
  }
}

/** The browser asks before a reload or a closed tab loses an edit. */
function useWarningBeforeLeaving(isEdited: boolean): void {
  useEffect(() => {
    if (!isEdited) return
    const warn = (event: BeforeUnloadEvent) => event.preventDefault()
    window.addEventListener('beforeunload', warn)
    return () => window.removeEventListener('beforeunload', warn)
  }, [isEdited])
}
