import { randomInt } from 'node:crypto'

const moods =
  'Amber Bold Brave Bright Calm Clever Coral Eager Fair Gentle Golden Happy Ivory Jolly Keen Kind Lively Lucky Mellow Merry Misty Noble Olive Proud Quick Quiet Rapid Scarlet Silver Sunny Swift Tidy Velvet Vivid Warm Wise'.split(
    ' ',
  )
const animals =
  'Badger Beaver Bison Crane Curlew Dolphin Eagle Falcon Finch Fox Gecko Hare Heron Ibex Jay Kestrel Koala Lark Lemur Lynx Marten Moose Newt Ocelot Orca Otter Owl Panda Puffin Raven Robin Seal Stork Swan Tapir Wren'.split(
    ' ',
  )

const one = (words: readonly string[]) => words[randomInt(words.length)] ?? ''

/** A mood and an animal, such as “Keen” and “Otter”. */
export const chooseWords = (): [mood: string, animal: string] => [one(moods), one(animals)]

/** A friendly name for a new profile, such as “Keen Otter 4821”. Not unique. */
export const generateNickname = (): string => `${chooseWords().join(' ')} ${randomInt(1000, 10_000)}`
