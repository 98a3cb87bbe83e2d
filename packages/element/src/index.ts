import { LikenessAvatar } from './likeness-avatar.js'

export type { Change } from './changes.js'
export type { Texts } from './texts.js'
export { LikenessAvatar }

declare global {
  interface HTMLElementTagNameMap {
    'likeness-avatar': LikenessAvatar
  }
}

// Two copies of this script may meet in one page; a server has no registry.
if (globalThis.customElements && !customElements.get('likeness-avatar')) {
  customElements.define('likeness-avatar', LikenessAvatar)
}
