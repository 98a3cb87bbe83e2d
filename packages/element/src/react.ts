// Defines `<likeness-avatar>`, with its types in JSX of React 19.
import type * as react from 'react'
import type { LikenessAvatar, LikenessAvatarAttributes, LikenessChange } from './index.js'

export * from './index.js'

type Props = react.DetailedHTMLProps<react.HTMLAttributes<LikenessAvatar>, LikenessAvatar> &
  LikenessAvatarAttributes & { 'onlikeness-change'?: (event: LikenessChange) => void }

declare module 'react' {
  namespace JSX {
    interface IntrinsicElements {
      'likeness-avatar': Props
    }
  }
}
