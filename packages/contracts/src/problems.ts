export type Language = 'en' | 'fr'

/**
 * One row of a problem table. `detail` may name parameters in braces, `{limit}`, which the code that
 * raises the problem fills in.
 */
export type ProblemKind = {
  readonly status: number
  readonly title: Readonly<Record<Language, string>>
  readonly detail: Readonly<Record<Language, string>>
}
export type ProblemTable = Readonly<Record<string, ProblemKind>>

/** Shorthand that keeps a table one line per language. */
const row = (
  status: number,
  title: [en: string, fr: string],
  detail: [en: string, fr: string],
): ProblemKind => ({
  status,
  title: { en: title[0], fr: title[1] },
  detail: { en: detail[0], fr: detail[1] },
})

/** The problems that any route of any service may answer with. */
export const commonProblems = {
  'validation-failed': row(
    400,
    ['The request is not valid', 'La requête n’est pas valide'],
    [
      'One or more fields are not valid; see errors.',
      'Un ou plusieurs champs ne sont pas valides ; voir errors.',
    ],
  ),
  'malformed-request': row(
    400,
    ['The request cannot be read', 'La requête est illisible'],
    [
      'The body or the address of the request is not well formed.',
      'Le corps ou l’adresse de la requête est mal formé.',
    ],
  ),
  'invalid-cursor': row(
    400,
    ['The cursor is not valid', 'Le curseur n’est pas valide'],
    [
      'Use nextCursor of an earlier page of the same list, as it was given, with the same filter.',
      'Utilisez tel quel le nextCursor d’une page précédente de la même liste, avec le même filtre.',
    ],
  ),
  unauthenticated: row(
    401,
    ['You are not signed in', 'Vous n’êtes pas connecté'],
    [
      'Send a valid access token as `Authorization: Bearer …`.',
      'Envoyez un jeton d’accès valide dans `Authorization: Bearer …`.',
    ],
  ),
  forbidden: row(
    403,
    ['You may not do this', 'Action non autorisée'],
    ['Your role does not allow this request.', 'Votre rôle ne permet pas cette requête.'],
  ),
  stale: row(
    412,
    ['Someone changed this in the meantime', 'Modifié entre-temps'],
    [
      'Read it again and repeat your change with the new ETag.',
      'Relisez puis refaites la modification avec le nouvel ETag.',
    ],
  ),
  'not-found': row(
    404,
    ['Nothing here', 'Rien ici'],
    [
      'This address does not exist, or it is not yours.',
      'Cette adresse n’existe pas, ou elle n’est pas à vous.',
    ],
  ),
  'method-not-allowed': row(
    405,
    ['This method is not allowed here', 'Méthode non autorisée ici'],
    ['Use one of: {allow}.', 'Utilisez l’une de ces méthodes : {allow}.'],
  ),
  'request-too-large': row(
    413,
    ['The request is too large', 'La requête est trop volumineuse'],
    ['The body may be at most {limit} bytes.', 'Le corps peut faire au plus {limit} octets.'],
  ),
  'unsupported-media-type': row(
    415,
    ['This content type is not accepted', 'Type de contenu non accepté'],
    ['Send {accepted}.', 'Envoyez {accepted}.'],
  ),
  'rate-limited': row(
    429,
    ['Too many requests', 'Trop de requêtes'],
    ['Try again in {seconds} seconds.', 'Réessayez dans {seconds} secondes.'],
  ),
  'internal-error': row(
    500,
    ['Something went wrong on our side', 'Une erreur est survenue de notre côté'],
    ['Quote the requestId when you report this.', 'Indiquez le requestId en signalant cette erreur.'],
  ),
  overloaded: row(
    503,
    ['The service is busy', 'Le service est occupé'],
    ['Try again in a moment.', 'Réessayez dans un instant.'],
  ),
} satisfies ProblemTable

const userNotFound = row(
  404,
  ['No such user', 'Utilisateur introuvable'],
  ['No user has this id.', 'Aucun utilisateur n’a cet identifiant.'],
)

/** Problems of the tasks of upkeep, which both services have. */
const upkeepProblems = {
  'task-not-found': row(
    404,
    ['No such task', 'Tâche introuvable'],
    ['The tasks of upkeep are {tasks}.', 'Les tâches d’entretien sont {tasks}.'],
  ),
  'task-is-running': row(
    409,
    ['This task is running already', 'Cette tâche est déjà en cours'],
    ['Wait until its run has ended, then try again.', 'Attendez la fin de son exécution, puis réessayez.'],
  ),
} satisfies ProblemTable

/** Every problem of the accounts service. */
export const accountsProblems = {
  ...commonProblems,
  ...upkeepProblems,
  'username-taken': row(
    409,
    ['This username is taken', 'Ce nom d’utilisateur est déjà pris'],
    ['Choose another username.', 'Choisissez un autre nom d’utilisateur.'],
  ),
  'email-taken': row(
    409,
    ['This e-mail address is taken', 'Cette adresse e-mail est déjà utilisée'],
    ['Log in, or reset your password.', 'Connectez-vous ou réinitialisez votre mot de passe.'],
  ),
  'weak-password': row(
    422,
    ['This password is too weak', 'Ce mot de passe est trop faible'],
    ['Choose another password; see errors.', 'Choisissez un autre mot de passe ; voir errors.'],
  ),
  'invalid-credentials': row(
    401,
    ['Incorrect credentials', 'Identifiants incorrects'],
    ['The login or the password is wrong.', 'L’identifiant ou le mot de passe est incorrect.'],
  ),
  'account-disabled': row(
    403,
    ['This account is disabled', 'Ce compte est désactivé'],
    ['Ask an administrator.', 'Adressez-vous à un administrateur.'],
  ),
  'email-not-verified': row(
    403,
    ['Your e-mail address is not verified', 'Votre adresse e-mail n’est pas vérifiée'],
    [
      'Open the link in the e-mail we sent you, or ask for another one.',
      'Ouvrez le lien du message que nous vous avons envoyé, ou demandez-en un autre.',
    ],
  ),
  'wrong-password': row(
    403,
    ['The password is wrong', 'Le mot de passe est incorrect'],
    ['Send your current password.', 'Envoyez votre mot de passe actuel.'],
  ),
  'token-invalid': row(
    404,
    ['This link is not valid', 'Ce lien n’est pas valide'],
    [
      'It was already used, replaced by a newer one, cancelled by a change of the account, or is incomplete.',
      'Il a déjà servi, a été remplacé par un plus récent, annulé par un changement du compte, ou est incomplet.',
    ],
  ),
  'token-expired': row(
    410,
    ['This link has expired', 'Ce lien a expiré'],
    ['Ask for a new one.', 'Demandez-en un nouveau.'],
  ),
  'invalid-refresh-token': row(
    401,
    ['This refresh token is not valid', 'Ce jeton de renouvellement n’est pas valide'],
    [
      'It is unknown, expired or revoked: log in again.',
      'Il est inconnu, expiré ou révoqué : reconnectez-vous.',
    ],
  ),
  'cross-site-request': row(
    403,
    ['This request came from another site', 'Cette requête vient d’un autre site'],
    [
      'A session kept in a cookie can only be used from its own site.',
      'Une session gardée dans un cookie ne s’utilise que depuis son propre site.',
    ],
  ),
  'refresh-token-reused': row(
    401,
    ['This refresh token was already used', 'Ce jeton de renouvellement a déjà servi'],
    [
      'The session was ended for your safety: log in again.',
      'La session est terminée par sécurité : reconnectez-vous.',
    ],
  ),
  'session-not-found': row(
    404,
    ['No such session', 'Session introuvable'],
    ['It has ended, or it is not yours.', 'Elle est terminée, ou elle n’est pas à vous.'],
  ),
  'user-not-found': userNotFound,
  'erasure-not-found': row(
    404,
    ['No such erasure', 'Effacement introuvable'],
    ['The id or its token is wrong.', 'L’identifiant ou son jeton est incorrect.'],
  ),
  'own-account': row(
    409,
    ['This is your own account', 'C’est votre propre compte'],
    [
      'Close it with `DELETE /v1/me` and your password.',
      'Fermez-le par `DELETE /v1/me` avec votre mot de passe.',
    ],
  ),
  'last-admin': row(
    409,
    ['This is the last administrator', 'C’est le dernier administrateur'],
    ['Make someone else an administrator first.', 'Nommez d’abord un autre administrateur.'],
  ),
} satisfies ProblemTable

/** Every problem of the media service. */
export const mediaProblems = {
  ...commonProblems,
  ...upkeepProblems,
  'no-image': row(
    400,
    ['No image was sent', 'Aucune image envoyée'],
    [
      'Send exactly one file in the multipart field `image`, or the raw bytes with `Content-Type: image/*`.',
      'Envoyez un seul fichier dans le champ multipart `image`, ou les octets bruts avec `Content-Type: image/*`.',
    ],
  ),
  'malformed-multipart': row(
    400,
    ['The multipart body is malformed', 'Le corps multipart est mal formé'],
    [
      'The body ended early, its boundary is broken, or a part is not `form-data` with a name.',
      'Le corps est tronqué, son délimiteur est invalide, ou une partie n’est pas un `form-data` nommé.',
    ],
  ),
  'upload-too-slow': row(
    408,
    ['The upload is too slow', 'L’envoi est trop lent'],
    [
      'At least {bytes} bytes must arrive in {seconds} seconds: try again on a better connection.',
      'Au moins {bytes} octets doivent arriver en {seconds} secondes : réessayez avec une meilleure connexion.',
    ],
  ),
  'import-refused': row(
    422,
    ['This address is not fetched from', 'Cette adresse n’est pas consultée'],
    [
      'Pictures are fetched by https, from the public internet.',
      'Les images sont récupérées par https, depuis l’internet public.',
    ],
  ),
  'import-failed': row(
    422,
    ['The picture could not be fetched', 'L’image n’a pas pu être récupérée'],
    ['Its server gave no picture: {reason}.', 'Son serveur n’a pas donné d’image : {reason}.'],
  ),
  'image-too-large': row(
    413,
    ['The image is too large', 'L’image est trop volumineuse'],
    ['An image may be at most {limit} bytes.', 'Une image peut faire au plus {limit} octets.'],
  ),
  'unsupported-image': row(
    415,
    ['This kind of file is not accepted', 'Ce type de fichier n’est pas accepté'],
    [
      'The bytes look like {seen}; accepted formats: {accepted}. Send the picture as JPEG.',
      'Les octets ressemblent à {seen} ; acceptés : {accepted}. Envoyez l’image en JPEG.',
    ],
  ),
  'invalid-image': row(
    422,
    ['The image cannot be read', 'L’image est illisible'],
    ['The file is damaged or incomplete.', 'Le fichier est endommagé ou incomplet.'],
  ),
  'too-many-pixels': row(
    422,
    ['The image has too many pixels', 'L’image a trop de pixels'],
    ['An image may have at most {limit} pixels.', 'Une image peut avoir au plus {limit} pixels.'],
  ),
  'image-too-small': row(
    422,
    ['The image is too small', 'L’image est trop petite'],
    ['Each side needs at least {limit} pixels.', 'Chaque côté doit faire au moins {limit} pixels.'],
  ),
  'too-many-pending': row(
    429,
    ['Too many unconfirmed uploads', 'Trop d’envois non confirmés'],
    [
      'You have {limit} pending uploads: confirm or discard one, or send `?replace=oldest`.',
      'Vous avez {limit} envois en attente : confirmez-en ou annulez-en un, ou envoyez `?replace=oldest`.',
    ],
  ),
  'quota-exceeded': row(
    403,
    ['Your storage quota is exceeded', 'Trop d’octets conservés'],
    [
      'Your originals take {stored} of {limit} bytes and this one does not fit: discard pending uploads or erase past versions.',
      'Vos originaux occupent {stored} octets sur {limit} et celui-ci ne tient pas : annulez des envois en attente ou effacez d’anciennes versions.',
    ],
  ),
  'storage-full': row(
    507,
    ['The storage is full', 'Le stockage est plein'],
    ['Nothing was stored; try again later.', 'Rien n’a été conservé ; réessayez plus tard.'],
  ),
  'direct-upload-unavailable': row(
    409,
    ['Direct upload is not available', 'L’envoi direct n’est pas disponible'],
    [
      'The storage of this server does not accept direct uploads: send the image to POST /v1/uploads.',
      'Le stockage de ce serveur n’accepte pas d’envoi direct : envoyez l’image à POST /v1/uploads.',
    ],
  ),
  'direct-upload-missing': row(
    409,
    ['The image has not arrived', 'L’image n’est pas arrivée'],
    [
      'Send its bytes to the url of the direct upload first.',
      'Envoyez d’abord ses octets à l’url de l’envoi direct.',
    ],
  ),
  'direct-upload-mismatch': row(
    409,
    ['This is not the image that was announced', 'Ce n’est pas l’image annoncée'],
    [
      'Its size or sha256 differs: send the announced bytes again.',
      'Sa taille ou son sha256 diffère : renvoyez les octets annoncés.',
    ],
  ),
  'user-not-found': userNotFound,
  'key-not-found': row(
    404,
    ['No such key', 'Clé introuvable'],
    ['No service key has this id.', 'Aucune clé de service ne porte cet identifiant.'],
  ),
  'issuer-not-found': row(
    404,
    ['No such issuer', 'Émetteur introuvable'],
    ['No issuer has this alias.', 'Aucun émetteur ne porte cet alias.'],
  ),
  'person-not-found': row(
    404,
    ['No such person', 'Personne introuvable'],
    [
      'No person with this subject came with a token of this issuer.',
      'Aucune personne portant ce sujet n’est venue avec un jeton de cet émetteur.',
    ],
  ),
  'webhook-not-found': row(
    404,
    ['No such webhook', 'Webhook introuvable'],
    ['There is no webhook with this id.', 'Aucun webhook ne porte cet identifiant.'],
  ),
  'delivery-not-found': row(
    404,
    ['No such delivery', 'Livraison introuvable'],
    [
      'This webhook was sent no event with this id, or it is kept no longer.',
      'Ce webhook n’a reçu aucun événement portant cet identifiant, ou il n’est plus conservé.',
    ],
  ),
  'webhook-disabled': row(
    409,
    ['The webhook is disabled', 'Le webhook est désactivé'],
    [
      'Nothing is sent to a disabled webhook. Enable it first.',
      'Rien n’est envoyé à un webhook désactivé. Activez-le d’abord.',
    ],
  ),
  'upload-not-found': row(
    404,
    ['No such upload', 'Envoi introuvable'],
    ['It does not exist, or it is not yours.', 'Il n’existe pas, ou il n’est pas à vous.'],
  ),
  'too-many-buckets': row(
    400,
    ['The range has too many parts', 'L’intervalle a trop de parties'],
    [
      'Choose a shorter range or a larger bucket: an answer has at most {limit} parts.',
      'Choisissez un intervalle plus court ou une période plus longue : une réponse compte au plus {limit} parties.',
    ],
  ),
  'nothing-waits': row(
    409,
    ['Nothing waits', 'Rien n’attend'],
    [
      'No work on this upload is waiting, so there is nothing to try again.',
      'Aucun travail n’attend pour cet envoi : il n’y a rien à réessayer.',
    ],
  ),
  'link-invalid': row(
    403,
    ['This link is not valid', 'Ce lien n’est pas valide'],
    ['Use previewUrl as it was given.', 'Utilisez previewUrl tel qu’il a été donné.'],
  ),
  'link-expired': row(
    403,
    ['This link has expired', 'Ce lien a expiré'],
    [
      'Read the upload again: its previewUrl is good for ten minutes.',
      'Relisez l’envoi : son previewUrl est valable dix minutes.',
    ],
  ),
  'preview-not-ready': row(
    404,
    ['The preview is not ready', 'L’aperçu n’est pas prêt'],
    ['Try again in a moment.', 'Réessayez dans un instant.'],
  ),
  'upload-expired': row(
    410,
    ['This upload has expired', 'Cet envoi a expiré'],
    [
      'It was not confirmed in time: upload the image again.',
      'Il n’a pas été confirmé à temps : renvoyez l’image.',
    ],
  ),
  'upload-discarded': row(
    410,
    ['This upload was discarded', 'Cet envoi a été annulé'],
    ['Upload the image again.', 'Renvoyez l’image.'],
  ),
  'upload-rejected': row(
    410,
    ['This upload was rejected', 'Cet envoi a été refusé'],
    [
      'The image could not be decoded, or an operator does not allow it; `failure` of the upload says which. Upload another one.',
      'L’image n’a pas pu être décodée, ou un opérateur ne l’admet pas ; `failure` de l’envoi le précise. Envoyez-en une autre.',
    ],
  ),
  'upload-failed': row(
    409,
    ['This upload could not be published', 'Cet envoi n’a pas pu être publié'],
    ['Upload the image again.', 'Renvoyez l’image.'],
  ),
  'already-confirmed': row(
    409,
    ['This upload is already confirmed', 'Cet envoi est déjà confirmé'],
    [
      'It was confirmed with another crop or text; a confirmed upload does not change.',
      'Il a été confirmé avec un autre cadrage ou texte ; un envoi confirmé ne change pas.',
    ],
  ),
  'not-pending': row(
    409,
    ['This upload is not pending', 'Cet envoi n’est pas en attente'],
    [
      'Only a pending upload can be discarded or refused; the status of this one is {status}.',
      'Seul un envoi en attente peut être annulé ou refusé ; le statut de celui-ci est {status}.',
    ],
  ),
  'upload-is-live': row(
    409,
    ['This upload is the avatar', 'Cet envoi est l’avatar'],
    [
      'Publish another picture or remove the avatar first.',
      'Publiez d’abord une autre image ou retirez l’avatar.',
    ],
  ),
  'not-restorable': row(
    409,
    ['This upload cannot be restored', 'Cet envoi ne peut pas être rétabli'],
    [
      'Only a picture that was the avatar can be restored; its status is {status}.',
      'Seule une image qui a été l’avatar peut être rétablie ; le statut de celle-ci est {status}.',
    ],
  ),
  'original-not-kept': row(
    409,
    ['The original is no longer kept', 'L’original n’est plus conservé'],
    ['Restore it as it was, or upload the image again.', 'Rétablissez-la telle quelle, ou renvoyez l’image.'],
  ),
  'sha256-mismatch': row(
    409,
    ['This is not the picture that was shown', 'Ce n’est pas l’image qui a été montrée'],
    ['sha256 is not the hash of the uploaded bytes.', 'sha256 n’est pas celui des octets envoyés.'],
  ),
  'invalid-crop': row(
    422,
    ['The crop is not valid', 'Le cadrage n’est pas valide'],
    [
      'The crop must be a square, give or take one pixel, within {width} × {height} pixels; this one is {cropWidth} × {cropHeight} from {x}, {y}.',
      'Le cadrage doit être un carré, à un pixel près, dans {width} × {height} pixels ; celui-ci fait {cropWidth} × {cropHeight} à partir de {x}, {y}.',
    ],
  ),
  'idempotency-key-reused': row(
    422,
    [
      'This idempotency key was used for another request',
      'Cette clé d’idempotence a servi à une autre requête',
    ],
    [
      'Use a new `Idempotency-Key` for each action, and repeat it only with the same request.',
      'Utilisez une nouvelle `Idempotency-Key` par action, et ne la répétez qu’avec la même requête.',
    ],
  ),
  'request-in-progress': row(
    409,
    ['The same request is still running', 'La même requête est encore en cours'],
    [
      'Another request with this `Idempotency-Key` has not finished: try again in a moment.',
      'Une autre requête avec cette `Idempotency-Key` n’est pas finie : réessayez dans un instant.',
    ],
  ),
  'avatar-not-found': row(
    404,
    ['No such avatar', 'Avatar introuvable'],
    ['This user has no such avatar.', 'Cet utilisateur n’a pas cet avatar.'],
  ),
  'avatar-gone': row(
    410,
    ['This picture is no longer shown', 'Cette image n’est plus montrée'],
    [
      'It was withdrawn, erased or replaced by another.',
      'Elle a été retirée, effacée ou remplacée par une autre.',
    ],
  ),
  'withdrawn-by-operator': row(
    403,
    ['This picture was withdrawn by an operator', 'Cette image a été retirée par un opérateur'],
    [
      'It can be restored once an operator allows it: write to them, or upload another picture.',
      'Elle pourra être rétablie quand un opérateur l’autorisera : écrivez-lui, ou envoyez une autre image.',
    ],
  ),
  'blocked-image': row(
    422,
    ['This picture is not allowed here', 'Cette image n’est pas admise ici'],
    [
      'An operator has put it on the deny-list: upload another one, or write to the operators if this is a mistake.',
      'Un opérateur l’a mise sur la liste de refus : envoyez-en une autre, ou écrivez aux opérateurs si c’est une erreur.',
    ],
  ),
  'foreign-address': row(
    422,
    ['This address is not of this service', 'Cette adresse n’est pas de ce service'],
    [
      'Only addresses at {origin} lead to a picture here.',
      'Seules les adresses sous {origin} mènent ici à une image.',
    ],
  ),
  'not-a-picture-address': row(
    422,
    ['This is not the address of a picture', 'Ce n’est pas l’adresse d’une image'],
    [
      'Send the address of an avatar, one of its variants, a preview or an upload, or the id of an upload.',
      'Envoyez l’adresse d’un avatar, d’une de ses variantes, d’un aperçu ou d’un envoi, ou l’identifiant d’un envoi.',
    ],
  ),
  'nothing-to-take-down': row(
    409,
    ['Nothing is left to take down', 'Il ne reste rien à retirer'],
    [
      'Each use is closed or held already; with `block` the picture can still be put on the deny-list.',
      'Chaque usage est déjà clos ou retenu ; avec `block`, l’image peut encore être mise sur la liste de refus.',
    ],
  ),
  'too-many-alike': row(
    422,
    ['Too many pictures are that alike', 'Trop d’images sont aussi semblables'],
    [
      'More than {limit} are: send a smaller `alike`.',
      'Il y en a plus de {limit} : envoyez un `alike` plus petit.',
    ],
  ),
  'changed-meanwhile': row(
    409,
    ['What you looked at has changed', 'Ce que vous avez vu a changé'],
    [
      'Nothing was done: list the uses again with `?dryRun=true`, and send the new `seen`.',
      'Rien n’a été fait : listez à nouveau les usages avec `?dryRun=true`, puis envoyez le nouveau `seen`.',
    ],
  ),
  'takedown-not-found': row(
    404,
    ['No such take-down', 'Retrait introuvable'],
    ['No take-down has this id.', 'Aucun retrait n’a cet identifiant.'],
  ),
  'blocked-image-not-found': row(
    404,
    ['No such entry', 'Entrée introuvable'],
    ['The deny-list has no entry with this id.', 'La liste de refus n’a pas d’entrée avec cet identifiant.'],
  ),
} satisfies ProblemTable
