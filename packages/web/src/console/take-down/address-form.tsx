import type { SyntheticEvent } from 'react'
import { useState } from 'react'
import { textsOf, useTexts } from '../../language/texts.js'
import { Button } from '../../ui/button.js'
import { Card } from '../../ui/card.js'
import { Check } from '../../ui/check.js'
import { Choice } from '../../ui/choice.js'
import { Field } from '../../ui/field.js'
import { entriesOf } from '../../ui/use-form.js'
import { fromStart, useAddress } from '../ui/use-address.js'
import { useFilled } from '../ui/use-filled.js'
import type { Wanted } from './find-uses.js'

/** The distances to choose from, in bits of 64. */
const distances = ['', '0', '4', '8', '12', '16'] as const

/** Asks for the picture, and how far one that looks alike may differ. */
export function AddressForm({ wanted }: { wanted: Wanted | undefined }) {
  const words = useTexts(texts)
  const { change } = useAddress()
  const form = useFilled({
    address: wanted?.address ?? '',
    alike: wanted?.alike?.toString() ?? '',
    block: wanted?.block ? '1' : '',
  })
  const [isEmpty, setEmpty] = useState(false)
  const find = (event: SyntheticEvent<HTMLFormElement>) => {
    event.preventDefault()
    const { address = '', alike = '', block } = entriesOf(event.currentTarget)
    setEmpty(address.trim() === '')
    if (address.trim() === '') return
    change(fromStart({ address: address.trim(), alike, block: block && '1' }))
  }
  return (
    <Card title={words.title}>
      <form ref={form} onSubmit={find} noValidate className="space-y-4">
        <Field
          label={words.address}
          name="address"
          hint={words.hint}
          error={isEmpty ? words.empty : undefined}
          autoComplete="off"
          spellCheck="false"
        />
        <div className="grid items-start gap-4 sm:grid-cols-2">
          <Choice
            label={words.alike}
            name="alike"
            choices={Object.fromEntries(distances.map((one) => [one, words.distances[one]]))}
          />
          <div className="sm:pt-7">
            <Check label={words.block} name="block" hint={words.blockHint} />
          </div>
        </div>
        <Button type="submit" look="primary">
          {words.find}
        </Button>
      </form>
    </Card>
  )
}

const texts = textsOf({
  en: {
    title: 'Which picture?',
    address: 'Address or id',
    hint: 'Of an avatar, a size, a preview, an upload, or of the file at the CDN or in the bucket.',
    empty: 'Please paste an address',
    alike: 'Also pictures that look alike',
    distances: {
      '': 'No, only the same bytes',
      '0': 'Same look, other file (0 of 64 bits)',
      '4': 'Hardly different (4 bits)',
      '8': 'Edited, as blocking does (8 bits)',
      '12': 'Clearly edited (12 bits)',
      '16': 'As far as it makes sense (16 bits)',
    },
    block: 'Block it from now on',
    blockHint: 'The same bytes, and pictures alike, are refused at upload.',
    find: 'Find every use',
  },
  fr: {
    title: 'Quelle photo ?',
    address: 'Adresse ou identifiant',
    hint: 'D’un avatar, d’une taille, d’un aperçu, d’un envoi, ou du fichier sur le CDN ou dans le compartiment.',
    empty: 'Veuillez coller une adresse',
    alike: 'Aussi les photos qui lui ressemblent',
    distances: {
      '': 'Non, seulement les mêmes octets',
      '0': 'Même aspect, autre fichier (0 bit sur 64)',
      '4': 'À peine différente (4 bits)',
      '8': 'Retouchée, comme le blocage (8 bits)',
      '12': 'Nettement retouchée (12 bits)',
      '16': 'Aussi loin que cela a un sens (16 bits)',
    },
    block: 'La bloquer désormais',
    blockHint: 'Les mêmes octets, et les photos semblables, sont refusés à l’envoi.',
    find: 'Trouver chaque usage',
  },
})
