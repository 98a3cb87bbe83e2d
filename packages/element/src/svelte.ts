// Defines `<likeness-avatar>`, with its types in the markup of Svelte 5.
import type * as svelte from 'svelte/elements'
import type { LikenessAvatar, LikenessAvatarAttributes, LikenessChange } from './index.js'

export * from './index.js'

type Props = svelte.HTMLAttributes<LikenessAvatar> &
  LikenessAvatarAttributes & { 'onlikeness-change'?: (event: LikenessChange) => void }

declare module 'svelte/elements' {
  interface SvelteHTMLElements {
    'likeness-avatar': Props
  }
}
