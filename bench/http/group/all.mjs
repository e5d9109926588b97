import { agents } from './agents.mjs'
import { answers } from './answers.mjs'
import { firstChunk } from './first-chunk.mjs'
import { proxy } from './proxy.mjs'
import { refused } from './refused.mjs'
import { remembered } from './remembered.mjs'
import { resident } from './resident.mjs'
import { size } from './size.mjs'
import { start } from './start.mjs'
import { steps } from './steps.mjs'
import { suspended } from './suspended.mjs'
import { tokens } from './tokens.mjs'

/**
 * @typedef {object} Group rows that are measured together
 * @property {string} name for `--only`
 * @property {(context: { servers: object, effort: object, directory: string }) => Promise<{ rows: object[], samples: object }>} measure
 */

/** Everything that is measured, in its order. @type {Group[]} */
export const groups = [
  agents,
  ...answers,
  firstChunk,
  refused,
  tokens,
  proxy,
  ...remembered,
  steps,
  start,
  resident,
  suspended,
  size,
]
