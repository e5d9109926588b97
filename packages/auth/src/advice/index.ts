// The public names of @signet/auth/advice, which a browser can load too. What is said of a code alone is
// @signet/auth/advice/general, which is small. Whatever is added here must be kept.
export { advise } from './advise.js'
export { type Advice, type Expectations, type KeyFacts, type Refusal } from './advice.js'
export { judgePasted, type Judgement } from './judge.js'
export { slipAdvice, type Outlook } from './slip-advice.js'
export { readPasted, type Pasted, type Slip } from './pasted.js'
