import t from 'tap'
import { chooseFormat } from './choose-format.js'

const all = ['avif', 'webp', 'jpeg'] as const
const usual = ['webp', 'jpeg'] as const

const cases: [accept: string | undefined, withAvif: string, without: string][] = [
  [undefined, 'jpeg', 'jpeg'],
  ['', 'jpeg', 'jpeg'],
  ['*/*', 'jpeg', 'jpeg'],
  ['image/*', 'jpeg', 'jpeg'],
  // Chrome, Firefox and Safari for <img>
  ['image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8', 'avif', 'webp'],
  ['image/avif,image/webp,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5', 'avif', 'webp'],
  [
    'image/webp,image/avif,image/jxl,video/*;q=0.8,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5',
    'avif',
    'webp',
  ],
  ['image/webp', 'webp', 'webp'],
  ['IMAGE/WEBP ; Q=0.5', 'webp', 'webp'],
  ['image/avif;q=0.5, image/webp', 'webp', 'webp'],
  ['image/avif;q=0.9, image/webp;q=0.9, image/jpeg;q=0.9', 'avif', 'webp'],
  ['image/webp;q=0.5, image/jpeg', 'jpeg', 'jpeg'],
  ['image/webp;q=0.8, */*', 'jpeg', 'jpeg'],
  ['image/webp;q=0, */*', 'jpeg', 'jpeg'],
  ['image/avif;q=0, image/webp', 'webp', 'webp'],
  ['image/webp;q=two, image/jpeg;q=0.1', 'jpeg', 'jpeg'],
  ['image/webp;level=1;q=0.7', 'webp', 'webp'],
  // A client that refuses JPEG by name and takes anything else.
  ['image/jpeg;q=0, */*', 'avif', 'webp'],
  ['image/avif;q=0, image/jpeg;q=0, image/*;q=0.5', 'webp', 'webp'],
  ['image/jpeg;q=0, image/webp;q=0, */*;q=0.1', 'avif', 'jpeg'],
  ['image/jpeg;q=0, */*;q=0', 'jpeg', 'jpeg'],
  // Nothing fits: a picture is better than a refusal.
  ['text/html', 'jpeg', 'jpeg'],
  ['image/jpeg;q=0', 'jpeg', 'jpeg'],
  ['image/jpeg', 'jpeg', 'jpeg'],
]

for (const [accept, withAvif, without] of cases) {
  t.equal(chooseFormat(accept, all), withAvif, `${accept} of ${all.join()}`)
  t.equal(chooseFormat(accept, usual), without, `${accept} of ${usual.join()}`)
  t.equal(chooseFormat(accept, ['webp']), 'webp', `${accept} of webp alone`)
}
