import type { LikenessChange } from './attributes.js'
import { CHANGED, type Change } from './changes.js'
import { LikenessAvatar } from './likeness-avatar.js'

export type { LikenessAvatarAttributes, LikenessChange } from './attributes.js'
export type { Change } from './changes.js'
export type { Texts } from './texts.js'
export { LikenessAvatar }

declare global {
  interface HTMLElementTagNameMap {
    'likeness-avatar': LikenessAvatar
  }
  interface HTMLElementEventMap {
    'likeness-change': LikenessChange
  }
  interface DocumentEventMap {
    [CHANGED]: CustomEvent<Change>
  }
}

// Two copies of this script may meet in one page; a server has no registry.
if (globalThis.customElements && !customElements.get('likeness-avatar')) {
  customElements.define('likeness-avatar', LikenessAvatar)
}
