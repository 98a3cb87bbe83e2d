/** Everything the element says. `{…}` is filled in. */
const english = {
  /** For the marks in numbers. */
  language: 'en',
  alt: 'Avatar',
  change: 'Change the picture',
  close: 'Close',
  loading: 'One moment …',
  choose: 'A new picture',
  chooseHint: 'Drop or paste a picture here, or',
  chooseFile: 'Choose a picture',
  formats: 'JPEG, PNG, WebP, GIF, AVIF, HEIC or BMP',
  upTo: 'up to {size} MB',
  private: 'You alone see it until you confirm it.',
  useCamera: 'Take a photo',
  camera: 'Take a photo',
  shoot: 'Take the photo',
  switchCamera: 'Use the other camera',
  back: 'Back',
  cameraPicture: 'What the camera sees',
  noCamera: 'The camera cannot be used',
  noCameraHint: 'Allow this page to use it in your browser, or choose a picture instead.',
  sending: 'Sending the picture',
  preparing: 'Preparing the preview',
  publishing: 'Publishing',
  undoing: 'Undoing',
  discarding: 'Discarding',
  cancel: 'Cancel',
  discard: 'Discard',
  crop: 'Frame the picture',
  cropHint: 'Drag the picture, or use the controls.',
  cropStage: 'Preview of the framed picture',
  across: 'Position across',
  down: 'Position down',
  zoom: 'Zoom',
  acrossValue: '{percent} % from the left',
  downValue: '{percent} % from the top',
  zoomValue: '{percent} %',
  noRoom: 'all of it is shown',
  left: 'Move left',
  right: 'Move right',
  up: 'Move up',
  lower: 'Move down',
  centre: 'Centre, without zoom',
  zoomIn: 'Zoom in',
  zoomOut: 'Zoom out',
  description: 'Description',
  descriptionHint: 'Read to people who cannot see it. Optional.',
  confirm: 'Use this picture',
  live: 'Your new picture is live.',
  undo: 'Undo',
  done: 'Done',
  discarded: 'Discarded. Your picture stays as it is.',
  undone: 'Undone. Your picture is as it was before.',
  again: 'Try again',
  replaceOldest: 'Discard the oldest and send',
  trouble: 'It takes longer than usual, and is tried again.',
  several: 'One picture at a time, please.',
  empty: 'This file is empty, or it is a folder.',
  tooLarge: 'This picture has {has} MB; at most {size} MB can be sent.',
  unreachable: 'The server cannot be reached. Check your connection, then try again.',
  signedOut: 'Your session has ended. Log in again to continue.',
  failed: 'Something went wrong. Try again in a moment.',
}

export type Texts = typeof english

const french: Texts = {
  language: 'fr',
  alt: 'Photo de profil',
  change: 'Changer la photo',
  close: 'Fermer',
  loading: 'Un instant …',
  choose: 'Une nouvelle photo',
  chooseHint: 'Déposez ou collez une image ici, ou',
  chooseFile: 'Choisir une image',
  formats: 'JPEG, PNG, WebP, GIF, AVIF, HEIC ou BMP',
  upTo: 'jusqu’à {size} Mo',
  private: 'Personne d’autre ne la voit avant que vous la confirmiez.',
  useCamera: 'Prendre une photo',
  camera: 'Prendre une photo',
  shoot: 'Prendre la photo',
  switchCamera: 'Utiliser l’autre caméra',
  back: 'Retour',
  cameraPicture: 'Ce que voit la caméra',
  noCamera: 'La caméra n’est pas utilisable',
  noCameraHint: 'Autorisez cette page à l’utiliser dans votre navigateur, ou choisissez une image.',
  sending: 'Envoi de l’image',
  preparing: 'Préparation de l’aperçu',
  publishing: 'Publication',
  undoing: 'Annulation',
  discarding: 'Abandon',
  cancel: 'Annuler',
  discard: 'Abandonner',
  crop: 'Cadrez l’image',
  cropHint: 'Faites glisser l’image, ou utilisez les commandes.',
  cropStage: 'Aperçu de l’image cadrée',
  across: 'Position horizontale',
  down: 'Position verticale',
  zoom: 'Zoom',
  acrossValue: '{percent} % depuis la gauche',
  downValue: '{percent} % depuis le haut',
  zoomValue: '{percent} %',
  noRoom: 'tout est visible',
  left: 'Vers la gauche',
  right: 'Vers la droite',
  up: 'Vers le haut',
  lower: 'Vers le bas',
  centre: 'Centrer, sans zoom',
  zoomIn: 'Agrandir',
  zoomOut: 'Réduire',
  description: 'Description',
  descriptionHint: 'Lue aux personnes qui ne peuvent pas la voir. Facultative.',
  confirm: 'Utiliser cette image',
  live: 'Votre nouvelle photo est en ligne.',
  undo: 'Annuler ce changement',
  done: 'Terminé',
  discarded: 'Abandonnée. Votre photo reste la même.',
  undone: 'Annulé. Votre photo est de nouveau celle d’avant.',
  again: 'Réessayer',
  replaceOldest: 'Abandonner la plus ancienne et envoyer',
  trouble: 'Cela prend plus de temps que d’habitude ; nouvel essai en cours.',
  several: 'Une seule image à la fois, s’il vous plaît.',
  empty: 'Ce fichier est vide, ou c’est un dossier.',
  tooLarge: 'Cette image fait {has} Mo ; {size} Mo au plus peuvent être envoyés.',
  unreachable: 'Le serveur est injoignable. Vérifiez votre connexion, puis réessayez.',
  signedOut: 'Votre session a pris fin. Reconnectez-vous pour continuer.',
  failed: 'Une erreur s’est produite. Réessayez dans un instant.',
}

export type Language = 'en' | 'fr'

/** The texts of a language, with those that a page puts in their place. */
export const textsOf = (language: Language, own: Partial<Texts>): Texts => ({
  ...(language === 'fr' ? french : english),
  ...own,
})

/** Fills in what is in braces. */
export const fill = (text: string, values: Readonly<Record<string, string | number>>): string =>
  text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole))

/** The language that holds where an element is: the nearest `lang`, out of shadow trees too. */
export function languageAt(element: Element): Language {
  for (let at: Element | null = element; at !== null; ) {
    const named: Element | null = at.closest('[lang]')
    if (named) return /^fr\b/i.test(named.getAttribute('lang') ?? '') ? 'fr' : 'en'
    const root = at.getRootNode()
    at = root instanceof ShadowRoot ? root.host : null
  }
  return 'en'
}
