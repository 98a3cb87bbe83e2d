// Defines `<likeness-avatar>`, with its types in templates of Vue 3.
import type * as vue from 'vue'
import type { LikenessAvatar, LikenessAvatarAttributes, LikenessChange } from './index.js'

export * from './index.js'

type Props = vue.HTMLAttributes &
  vue.PublicProps &
  LikenessAvatarAttributes & { onLikenessChange?: (event: LikenessChange) => void }

declare module 'vue' {
  interface GlobalComponents {
    'likeness-avatar': new () => LikenessAvatar & { $props: Props }
  }
}
