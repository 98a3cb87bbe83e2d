import { useEffect, useRef } from 'react'
import { textsOf, useTexts } from '../../language/texts.js'
import { Button } from '../../ui/button.js'
import { TextArea } from '../../ui/text-area.js'

/** Asks for the text that is read to people who cannot see a picture. @param error what the server says of it */
export function DescribeForm(props: {
  text: string | null
  error: string | undefined
  busy: boolean
  onDescribe: (text: string) => void
  onBack: () => void
}) {
  const { text, error, busy, onDescribe, onBack } = props
  const words = useTexts(texts)
  const form = useRef<HTMLFormElement>(null)
  useEffect(() => {
    form.current?.querySelector('textarea')?.focus()
    form.current?.scrollIntoView({ block: 'nearest' })
  }, [])
  return (
    <form
      ref={form}
      noValidate
      className="space-y-3"
      onSubmit={(event) => {
        event.preventDefault()
        const typed = new FormData(event.currentTarget).get('altText')
        if (!busy && typeof typed === 'string') onDescribe(typed.trim())
      }}
    >
      <TextArea
        label={words.text}
        name="altText"
        maxLength={1000}
        dir="auto"
        defaultValue={text ?? ''}
        hint={words.hint}
        error={error}
      />
      <div className="flex flex-wrap gap-3">
        <Button type="submit" look="primary" busy={busy}>
          {words.save}
        </Button>
        <Button onClick={onBack}>{words.back}</Button>
      </div>
    </form>
  )
}

const texts = textsOf({
  en: {
    text: 'Description',
    hint: 'Read to people who cannot see the picture, such as “Ada laughing, in a red coat”. Empty: no description.',
    save: 'Save the description',
    back: 'Leave it as it is',
  },
  fr: {
    text: 'Description',
    hint: 'Lue aux personnes qui ne voient pas la photo, par exemple « Ada rit, en manteau rouge ». Vide : aucune description.',
    save: 'Enregistrer la description',
    back: 'La laisser telle quelle',
  },
})
