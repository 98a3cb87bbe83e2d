import { textsOf, useTexts } from '../../language/texts.js'
import { TextArea } from '../../ui/text-area.js'

/** Why an operator acts. @param told whether the owner is told it */
export function ReasonField({ told = true, error }: { told?: boolean; error?: string | undefined }) {
  const words = useTexts(texts)
  return (
    <TextArea
      label={words.reason}
      name="reason"
      required
      maxLength={500}
      dir="auto"
      hint={told ? words.told : words.kept}
      error={error}
    />
  )
}

const texts = textsOf({
  en: {
    reason: 'Reason',
    told: 'The owner is told it, by e-mail and in their activity. At most 500 characters.',
    kept: 'It is kept with the record of the act. At most 500 characters.',
  },
  fr: {
    reason: 'Motif',
    told: 'Il est communiqué au propriétaire, par e-mail et dans son activité. 500 caractères au plus.',
    kept: 'Il est conservé avec la trace de l’acte. 500 caractères au plus.',
  },
})
