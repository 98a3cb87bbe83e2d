import { textsOf } from '../../language/texts.js'
import type { Act } from './acts.js'

type ActWords = { name: string; means: string; back: string; done: string }

/** What each act is called, what it does and loses, whether it can be undone, and how it is told when it is done. */
export const actWords = textsOf<Record<Act, ActWords>>({
  en: {
    withdraw: {
      name: 'Withdraw',
      means: 'The avatar disappears everywhere within a second. Its owner is told, and cannot restore it.',
      back: 'Can be undone: an operator may restore it, or lift the hold.',
      done: 'Withdrawn. Its owner is told why.',
    },
    describe: {
      name: 'Change the text',
      means: 'Screen readers and pages without pictures show the text in place of the avatar.',
      back: 'Can be undone: the text before is in the trail. Its owner sees who changed it.',
      done: 'The text is changed.',
    },
    refuse: {
      name: 'Refuse',
      means: 'The upload can no longer be confirmed. Its files are deleted, and its owner is told.',
      back: 'Cannot be undone: the owner has to upload the picture again.',
      done: 'Refused. Its owner is told why.',
    },
    discard: {
      name: 'Discard',
      means: 'The upload is given up for its owner, and its files are deleted.',
      back: 'Cannot be undone: the owner has to upload the picture again.',
      done: 'Discarded.',
    },
    restore: {
      name: 'Restore',
      means: 'This picture becomes the avatar of its owner again, in place of the one that is shown now.',
      back: 'Can be undone: withdraw it, or restore the one before.',
      done: 'Restored. It is the avatar now.',
    },
    'lift-hold': {
      name: 'Lift the hold',
      means: 'Its owner may restore this picture by themselves. Until then it stays withdrawn.',
      back: 'Can be undone once its owner restores it: withdraw it again.',
      done: 'The hold is lifted.',
    },
    erase: {
      name: 'Erase',
      means: 'The original, the preview and every size are deleted. Only the row and its trail stay.',
      back: 'Cannot be undone: the picture is lost.',
      done: 'Erased. Its row and trail are kept.',
    },
  },
  fr: {
    withdraw: {
      name: 'Retirer',
      means:
        'L’avatar disparaît partout en une seconde. Son propriétaire en est informé et ne peut pas le restaurer.',
      back: 'Peut être annulé : un opérateur peut le restaurer, ou lever la retenue.',
      done: 'Retiré. Le motif est communiqué à son propriétaire.',
    },
    describe: {
      name: 'Modifier le texte',
      means: 'Les lecteurs d’écran et les pages sans images donnent le texte à la place de l’avatar.',
      back: 'Peut être annulé : le texte précédent est dans la trace. Son propriétaire voit qui l’a modifié.',
      done: 'Le texte est modifié.',
    },
    refuse: {
      name: 'Refuser',
      means:
        'L’envoi ne peut plus être confirmé. Ses fichiers sont supprimés, et son propriétaire en est informé.',
      back: 'Ne peut pas être annulé : le propriétaire doit renvoyer la photo.',
      done: 'Refusé. Le motif est communiqué à son propriétaire.',
    },
    discard: {
      name: 'Abandonner',
      means: 'L’envoi est abandonné pour son propriétaire, et ses fichiers sont supprimés.',
      back: 'Ne peut pas être annulé : le propriétaire doit renvoyer la photo.',
      done: 'Abandonné.',
    },
    restore: {
      name: 'Restaurer',
      means:
        'Cette photo redevient l’avatar de son propriétaire, à la place de celle qui est affichée maintenant.',
      back: 'Peut être annulé : retirez-la, ou restaurez la précédente.',
      done: 'Restaurée. C’est maintenant l’avatar.',
    },
    'lift-hold': {
      name: 'Lever la retenue',
      means: 'Son propriétaire peut restaurer cette photo lui-même. D’ici là, elle reste retirée.',
      back: 'Peut être annulé une fois la photo restaurée : retirez-la à nouveau.',
      done: 'La retenue est levée.',
    },
    erase: {
      name: 'Effacer',
      means:
        'L’original, l’aperçu et toutes les tailles sont supprimés. Seules la ligne et sa trace restent.',
      back: 'Ne peut pas être annulé : la photo est perdue.',
      done: 'Effacé. La ligne et sa trace sont conservées.',
    },
  },
})
