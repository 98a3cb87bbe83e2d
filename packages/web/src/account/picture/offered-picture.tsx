import { LikenessError } from '@likeness/client'
import { textsOf, useTexts } from '../../language/texts.js'
import { Button } from '../../ui/button.js'
import { FaultNotice } from '../../ui/fault-notice.js'
import { Notice } from '../../ui/notice.js'
import type { PictureFlow } from './use-picture-flow.js'

/** A picture that was dropped or pasted while another is at hand. */
export function OfferedPicture({ offered, canReplace, replaceBy, decline }: PictureFlow) {
  const words = useTexts(texts)
  if (offered === undefined) return null
  return (
    <div className="mb-5">
      {offered instanceof LikenessError ? (
        <FaultNotice fault={offered}>
          <Button onClick={decline}>{words.close}</Button>
        </FaultNotice>
      ) : (
        <Notice kind="done" title={words.another(offered.name)}>
          <p>{canReplace ? words.one : words.later}</p>
          <div className="flex flex-wrap gap-3">
            <Button off={!canReplace} onClick={() => replaceBy(offered)}>
              {words.instead}
            </Button>
            <Button onClick={decline}>{words.keep}</Button>
          </div>
        </Notice>
      )}
    </div>
  )
}

const texts = textsOf({
  en: {
    another: (name: string) => `You gave another picture: ${name}`,
    one: 'One picture at a time: use it instead, or go on with this one.',
    later: 'It can be sent once this one is done.',
    instead: 'Use the new one instead',
    keep: 'Go on with this one',
    close: 'Close',
  },
  fr: {
    another: (name: string) => `Vous avez donné une autre photo : ${name}`,
    one: 'Une photo à la fois : utilisez-la à la place, ou continuez avec celle-ci.',
    later: 'Elle pourra être envoyée quand celle-ci sera terminée.',
    instead: 'Utiliser la nouvelle à la place',
    keep: 'Continuer avec celle-ci',
    close: 'Fermer',
  },
})
