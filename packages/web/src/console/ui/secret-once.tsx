import { useState } from 'react'
import { textsOf, useTexts } from '../../language/texts.js'
import { Button } from '../../ui/button.js'
import { Field } from '../../ui/field.js'
import { Notice } from '../../ui/notice.js'

/** A secret that the server tells this once: nothing keeps it when the page leaves it. */
export function SecretOnce({ label, secret }: { label: string; secret: string }) {
  const words = useTexts(texts)
  const [copied, setCopied] = useState(false)
  return (
    <Notice kind="done" title={words.title}>
      <p>{words.text}</p>
      <Field
        label={label}
        readOnly
        value={secret}
        onFocus={({ target }) => target.select()}
        className="font-mono"
      />
      <Button
        onClick={() =>
          void navigator.clipboard.writeText(secret).then(
            () => setCopied(true),
            () => setCopied(false),
          )
        }
      >
        {copied ? words.copied : words.copy}
      </Button>
    </Notice>
  )
}

const texts = textsOf({
  en: {
    title: 'Copy it now',
    text: 'It is shown this once. Whoever has it can use it: keep it as a password.',
    copy: 'Copy',
    copied: 'Copied',
  },
  fr: {
    title: 'Copiez-le maintenant',
    text: 'Il n’est affiché qu’une fois. Quiconque l’a peut s’en servir : gardez-le comme un mot de passe.',
    copy: 'Copier',
    copied: 'Copié',
  },
})
