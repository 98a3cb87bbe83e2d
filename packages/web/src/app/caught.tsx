import { Component, type ReactNode } from 'react'
import { textsNow, textsOf } from '../language/texts.js'
import { Button } from '../ui/button.js'
import { Empty } from '../ui/empty.js'

/**
 * Shows what failed in the page itself in place of an empty one. It happens when a part cannot be loaded: offline, or
 * since a new version of the page is served.
 */
export class Caught extends Component<{ children: ReactNode }, { failed: boolean }> {
  override state = { failed: false }

  static getDerivedStateFromError() {
    return { failed: true }
  }

  /** Preact tells nobody else. */
  override componentDidCatch(error: unknown) {
    console.error(error)
  }

  override render() {
    if (!this.state.failed) return this.props.children
    const words = textsNow(texts)
    return (
      <div role="alert" className="mx-auto max-w-5xl px-4 py-16">
        <Empty title={words.title}>
          <p>{words.text}</p>
          <Button look="primary" onClick={() => location.reload()}>
            {words.reload}
          </Button>
        </Empty>
      </div>
    )
  }
}

const texts = textsOf({
  en: {
    title: 'This page could not be shown',
    text: 'The connection may be lost, or a new version is there. Reload the page to go on.',
    reload: 'Reload',
  },
  fr: {
    title: 'Cette page n’a pas pu être affichée',
    text: 'La connexion est peut-être perdue, ou une nouvelle version est disponible. Rechargez la page pour continuer.',
    reload: 'Recharger',
  },
})
