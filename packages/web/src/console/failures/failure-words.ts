import type { Failure } from '@likeness/client'
import { textsOf } from '../../language/texts.js'

/** The step that a failure kept from being done. */
export const stepTexts = textsOf<Readonly<Record<Failure['step'], string>>>({
  en: {
    import: 'importing',
    prepare: 'making the preview',
    publish: 'publishing',
    withdraw: 'withdrawing',
    describe: 'telling a text',
    tell: 'telling the owner',
    erase: 'erasing',
  },
  fr: {
    import: 'l’import',
    prepare: 'la création de l’aperçu',
    publish: 'la publication',
    withdraw: 'le retrait',
    describe: 'la transmission d’un texte',
    tell: 'l’information du propriétaire',
    erase: 'l’effacement',
  },
})
