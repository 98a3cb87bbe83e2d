import { textsOf, useTexts } from '../../language/texts.js'
import { useProfileLabels } from '../../session/profile-labels.js'
import { useCauses } from './causes.js'
import { uploadWords } from './statuses.js'

/** Names the fields of changes and details, and says their values. */
export function useTrailWords() {
  const words = useTexts(texts)
  const { statuses } = useTexts(uploadWords)
  const causeOf = useCauses()
  const labelOf = useProfileLabels()
  const fields: Readonly<Record<string, string>> = words.fields
  const values: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    ...words.values,
    status: statuses,
  }

  const nameOf = (field: string): string => fields[field] ?? labelOf(`profile.${field}`)

  function sayValue(field: string, value: unknown): string {
    if (value === null || value === undefined || value === '') return '–'
    if (typeof value === 'boolean') return value ? words.yes : words.no
    if (Array.isArray(value)) return value.map((one) => sayValue(field, one)).join(', ')
    if (isFrame(value)) return `${value.width} × ${value.height} + ${value.x}, ${value.y}`
    if (typeof value !== 'string') return JSON.stringify(value)
    // A failed picture has its cause as the reason; that of an operator is no word of ours.
    return field === 'code' || field === 'reason' ? causeOf(value) : (values[field]?.[value] ?? value)
  }
  return { nameOf, sayValue }
}

type Frame = Readonly<Record<'x' | 'y' | 'width' | 'height', number>>
const isFrame = (value: unknown): value is Frame =>
  typeof value === 'object' && value !== null && 'width' in value && 'x' in value

const texts = textsOf({
  en: {
    yes: 'yes',
    no: 'no',
    fields: {
      status: 'State',
      version: 'Version',
      endpointId: 'Webhook',
      takedownId: 'Take-down',
      mailId: 'E-mail',
      erasureId: 'Erasure',
      avatarVersion: 'Avatar version',
      crop: 'Frame',
      altText: 'Text',
      held: 'Held',
      originalKept: 'Original kept',
      emailVerified: 'Address verified',
      pendingEmail: 'Address asked for',
      email: 'Address',
      role: 'Role',
      group: 'Group',
      disabled: 'Disabled',
      state: 'State',
      username: 'Username',
      custom: 'Fields of the group',
      filename: 'File name',
      from: 'From',
      to: 'To',
      source: 'Source',
      code: 'Cause',
      detail: 'In words',
      reason: 'Reason',
      takedown: 'Take-down',
      blockedBy: 'Deny-list entry',
      by: 'By version',
      revision: 'Revision of the text',
      startedBy: 'Started by',
      askedBy: 'Asked by',
      osUser: 'User of the machine',
      sessionId: 'Session',
      sessions: 'Sessions',
      uploadId: 'Upload',
      uploadIds: 'Uploads',
      noticeId: 'Notice',
      webhook: 'Webhook',
      pictures: 'Its addresses',
    },
    values: {
      role: { user: 'user', manager: 'manager', admin: 'administrator' },
      state: { enabled: 'enabled', paused: 'paused', disabled: 'disabled' },
      startedBy: { cli: 'a command', http: 'an administrator', schedule: 'the schedule' },
      source: { login: 'the picture of a login' },
    },
  },
  fr: {
    yes: 'oui',
    no: 'non',
    fields: {
      status: 'État',
      version: 'Version',
      endpointId: 'Webhook',
      takedownId: 'Retrait',
      mailId: 'E-mail',
      erasureId: 'Effacement',
      avatarVersion: 'Version de l’avatar',
      crop: 'Cadre',
      altText: 'Texte',
      held: 'Retenue',
      originalKept: 'Original conservé',
      emailVerified: 'Adresse vérifiée',
      pendingEmail: 'Adresse demandée',
      email: 'Adresse',
      role: 'Rôle',
      group: 'Groupe',
      disabled: 'Désactivé',
      state: 'État',
      username: 'Nom d’utilisateur',
      custom: 'Champs du groupe',
      filename: 'Nom du fichier',
      from: 'De',
      to: 'Vers',
      source: 'Source',
      code: 'Cause',
      detail: 'En clair',
      reason: 'Motif',
      takedown: 'Retrait',
      blockedBy: 'Entrée de la liste',
      by: 'Par la version',
      revision: 'Révision du texte',
      startedBy: 'Lancé par',
      askedBy: 'Demandé par',
      osUser: 'Utilisateur de la machine',
      sessionId: 'Session',
      sessions: 'Sessions',
      uploadId: 'Envoi',
      uploadIds: 'Envois',
      noticeId: 'Avis',
      webhook: 'Webhook',
      pictures: 'Ses adresses',
    },
    values: {
      role: { user: 'utilisateur', manager: 'gestionnaire', admin: 'administrateur' },
      state: { enabled: 'activé', paused: 'suspendu', disabled: 'désactivé' },
      startedBy: { cli: 'une commande', http: 'un administrateur', schedule: 'l’horaire' },
      source: { login: 'la photo d’une identité' },
    },
  },
})
